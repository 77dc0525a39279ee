/** What the tab *API Keys* says, in English. */
export const KEYS = {
  heading: "API Keys",
  introduction:
    "For programs of yours that call the Calendar API. A key allows what you choose, and nothing else.",
  failed: "Your keys could not be loaded.",
  none: "You have no key yet.",
  add: "Make a key",
  create: "Make the key",
  name: "Name",
  name_hint: "What the program is called, to tell your keys apart.",
  name_missing: "Give it a name of at most 100 characters.",
  scopes: "What it may do",
  scopes_missing: "Choose at least one thing.",
  expires: "It works for",
  days: (n: number) => n === 365 ? "1 year" : `${n} days`,
  scope: {
    "status:read": {
      label: "See the state of your calendars",
      hint:
        "Accounts, calendars, problems, activity and notices, and the titles and dates of your deadlines.",
    },
    "sync:write": {
      label: "Have calendars synced",
      hint: "Sync now, try again, and continue where syncing had stopped to ask you.",
    },
    "evidence:read": {
      label: "Read histories",
      hint: "From when to when each deadline was in which calendar.",
    },
    "feeds:write": {
      label: "Manage calendar links",
      hint: "Make, change and delete them. Whoever has a link reads your deadlines.",
    },
    "proposals:write": {
      label: "Decide on deadlines that were moved in a calendar",
      hint: "Accept or dismiss the move. Accepting it changes the deadline.",
    },
    "webhooks:write": {
      label: "Manage webhooks",
      hint: "Add, change, test and delete them.",
    },
  },
  never: "No key can connect or disconnect an account, change your settings or make other keys.",
  once:
    "Copy it now: it is shown this once. Whoever has it can do what you chose. Keep it out of web addresses and source code.",
  ready: (name: string) => `The key “${name}” is ready`,
  key: "Key",
  done: "Done",
  begins_with: "Begins with",
  last_used: "Last used",
  never_used: "Not used yet",
  works_until: (when: string) => `Works until ${when}`,
  replaced: (when: string) => `Replaced by another key. Works until ${when}`,
  expired: (when: string) => `Stopped working on ${when}`,
  rotate: "Replace",
  rotate_named: (name: string) => `Replace ${name}`,
  rotate_heading: (name: string) => `Replace the key “${name}”?`,
  rotate_words:
    "You get a new key that allows the same. The current one works for another day, so that you can change over. If somebody else may have it, revoke it instead.",
  rotate_action: "Make a new key",
  revoke: "Revoke",
  revoke_named: (name: string) => `Revoke ${name}`,
  revoke_heading: (name: string) => `Revoke the key “${name}”?`,
  revoke_words: "It stops working at once. This cannot be undone.",
  revoke_action: "Revoke the key",
  revoked: (name: string) => `The key “${name}” is revoked.`,
  errors: {
    too_many_keys: "You cannot have more keys. Revoke one first.",
    key_replaced: "This key was replaced before. Replace the new one.",
  },
};
