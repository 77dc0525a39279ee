/** What the tab *Notifications* says, in English. */
export const NOTIFICATIONS = {
  heading: "Notifications",
  introduction: "What we tell you by email. You find all of it under Calendar, too.",
  failed: "Your notifications could not be loaded.",
  address: (email: string) => `Emails go to ${email}, the address that you sign in with.`,
  no_address: "Your account has no email address, so nothing can be sent.",
  suppressed:
    "Emails to this address come back, so we no longer send any. Change the address of your account to get them again.",
  kind: "About",
  when: "Email",
  modes: { immediately: "At once", daily: "Once a day", off: "Never" },
  always: "You cannot switch this off: it warns you if somebody else uses your account.",
  changed: (kind: string, mode: string) => `${kind}: ${mode.toLowerCase()}.`,
  kinds: {
    connection_lost: "A calendar that no longer lets us in",
    connection_paused: "A calendar that is paused",
    deadline_failed: "A deadline that is not in your calendar as it should be",
    deadline_restored: "An event that you deleted and that is back",
    deadline_hidden: "A deadline that stays out of a calendar",
    proposal_opened: "A deadline that you moved in a calendar",
    connection_added: "A calendar that is connected to your account",
    key_added: "An API key that is made for your account",
    webhook_added: "A webhook that is added to your account",
    webhook_disabled: "A webhook that is switched off",
  },
};
