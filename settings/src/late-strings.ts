import { CONTENT } from "./strings/content.ts";
import { ERRORS } from "./strings/errors.ts";
import { GENERAL } from "./strings/general.ts";
import { KEYS } from "./strings/keys.ts";
import { MOVES } from "./strings/moves.ts";
import { NOTIFICATIONS } from "./strings/notifications.ts";
import { PANELS } from "./strings/panels.ts";
import { STOPPED } from "./strings/stopped.ts";
import { TEST_EVENT } from "./strings/test-event.ts";
import { WEBHOOKS } from "./strings/webhooks.ts";

/** What is said only by parts that the first sight of the page does without, in English. */
export const ENGLISH_LATE = {
  ...PANELS,
  content: CONTENT,
  errors: ERRORS,
  general: GENERAL,
  moves: MOVES,
  stopped: STOPPED,
  test_event: TEST_EVENT,
  notifications: NOTIFICATIONS,
  webhooks: WEBHOOKS,
  keys: KEYS,

  links: {
    obligation: "Open the obligation",
    obligation_named: (title: string) => `Open the obligation: ${title}`,
  },

  returned: {
    confirming: "Finishing the connection…",
    connected: (name: string, account: string | null) =>
      account === null ? `${name} is connected.` : `${name} is connected as ${account}.`,
    connected_next: "Your deadlines are on their way to it.",
    first_arrived: (seconds: string) => `The first arrived ${seconds} s after you connected.`,
    next_deadlines: "Your next deadlines, as they arrive",
    see: (name: string) => `See it in ${name}`,
    see_named: (title: string, name: string) => `See it in ${name}: ${title}`,
    admin_consent_given: "Consent was given for the organisation. Its members can connect now.",
    allow_access: "Connect again with access",
    use_own_calendar: "Move to a calendar of our own",
    admin_consent_link: "Link for your administrator",
    errors: {
      invalid_state: "That connection did not start here, so it was not used. Nothing was connected.",
      expired_state: "The connection took longer than 10 minutes, so it was not used. Nothing was connected.",
      access_denied: "You did not allow the access, so nothing was connected.",
      scope_missing:
        "A box on the consent page was left unticked, and without it no deadline can be written. Connect again and tick every box.",
      identity_invalid: "We couldn't tell for certain which account this was, so nothing was connected.",
      exchange_failed: "The calendar provider did not complete the connection. Nothing was connected.",
      admin_consent_required:
        "Your organisation lets only an administrator allow this. Send the link below to yours; connect again once it is done.",
      mailbox_unavailable: "That account has no calendar that can be reached. Connect another account.",
      forbidden:
        "Somebody else who was signed in here started this connection. It was not added to your account. Connect your own calendar, or sign in as that person.",
      connection_unknown: "This connection has expired or was used already.",
      more_access_needed:
        "Your deadlines are in a calendar that was there before, and this time you did not allow access to it. Nothing has changed yet. Connect again and allow it, or have your deadlines move to a calendar of our own. What is in the old calendar stays there.",
      disconnecting: "The account is being disconnected. Try again in a moment.",
      network: "The connection could not be finished: you seem to be offline.",
      unreachable: "The connection could not be finished: the server does not answer.",
      origin_not_allowed:
        "The connection could not be finished: this page's address is not allowed here. Tell the operator of this application.",
      other: "The connection could not be finished.",
    },
  },

  /** An account with a user name and a password. */
  password: {
    /** What was connected, where no provider has a name for it. */
    own_calendar: "Your CalDAV calendar",
    service: "Service",
    address: "Address of the server",
    address_hint: "For example cloud.example.com",
    username: "User name",
    username_hint: "Often your email address",
    password: "Password",
    opens:
      "The password that you give us opens your whole account at this service, your other calendars included. It is kept encrypted, and we read and change no events but our own. Use one that was made for applications: you can end it there at any time.",
    help: "How to make one",
    action: "Connect",
    working: "Connecting…",
    calendar: "Calendar",
    no_calendar:
      "This server does not create calendars for us, and you have none that we may write to. Create one there.",
    incomplete: "Fill in every field.",
    errors: {
      server_not_allowed: "This server cannot be connected here. Your administrator can add it.",
      server_unreachable: "The server cannot be reached. Check its address.",
      not_caldav: "The server answers, but offers no calendars at this address. Check it.",
      sign_in_not_supported:
        "This server asks for a way to sign in that is not supported here, such as Digest. Whoever runs it can switch it to Basic.",
      sign_in_failed:
        "The server does not accept this user name and password. Many services want a password made for applications.",
      invalid_request: "A user name has no colon and no line break. Check what you typed.",
    },
  },

  custom_reminder: {
    amount: "How long before",
    unit: "Unit",
    add: "Add",
    invalid: "Choose a time of at most 4 weeks.",
    units: { minutes: "minutes", hours: "hours", days: "days", weeks: "weeks" },
  },

  /** Before a wider consent: what the provider's page will say, and what comes of it. */
  more_access: {
    introduction: (company: string) =>
      `To use a calendar that you already have, ${company} will also ask you to allow:`,
    asks: [
      "“view and edit events on all your calendars”: it offers no smaller right for a calendar that you already have",
      "“see the list of Google calendars you’re subscribed to”, to let you choose one",
    ],
    promise: "We write to the calendar that you choose, and read, change and delete no events but our own.",
  },

  evidence: {
    download: "Download its history (CSV)",
    file_name: "deadline-history",
  },

  activity: {
    failed: "The activity could not be loaded.",
    none: "Nothing yet. What is written to your calendars appears here.",
    refresh: "Refresh",
    earlier: "Show earlier",
    /** Many changes of events of one kind. */
    bulk: {
      created: (n: string) => `${n} deadlines were added`,
      updated: (n: string) => `${n} deadlines were updated`,
      moved: (n: string) => `${n} deadlines were moved to another calendar`,
      removed: (n: string) => `${n} deadlines were removed`,
      adopted: (n: string) => `${n} deadlines were there already and were taken over`,
      rejected: (n: string) => `${n} deadlines were not accepted by the calendar`,
      left_alone: (n: string) =>
        `${n} events were left as they are, since somebody keeps changing their times`,
      given_up: (n: string) => `${n} deadlines could not be written`,
      moved_by_user: (n: string) => `${n} deadlines were moved in the calendar`,
      deleted_by_user: (n: string) => `${n} deadlines were deleted in the calendar`,
    },
    somewhere: "a calendar that is no longer connected",
    everywhere: "all calendars",
    gone_title: "An obligation",
    /** Changes of events. */
    events: {
      created: (title: string, due: string | null) =>
        due === null ? `${title} was added` : `${title} was added, due on ${due}`,
      updated: (title: string, due: string | null) =>
        due === null ? `${title} was updated` : `${title} was updated, now due on ${due}`,
      moved: (title: string) => `${title} was moved to another calendar`,
      removed: (title: string) => `${title} was removed`,
      adopted: (title: string) => `${title} was there already and was taken over`,
      rejected: (title: string) => `${title} was not accepted by the calendar`,
      left_alone: (title: string) => `${title} was left as it is, since somebody keeps changing its time`,
      given_up: (title: string) => `${title} could not be written`,
      moved_by_user: (title: string, due: string | null) =>
        due === null ? `${title} was moved in the calendar` : `${title} was moved to ${due} in the calendar`,
      moved_back_by_user: (title: string) => `${title} was moved back in the calendar`,
      resized_by_user: (title: string) => `${title} was made longer or shorter in the calendar`,
      deleted_by_user: (title: string) => `${title} was deleted in the calendar`,
      hidden_by_user: (title: string) => `${title} was deleted in the calendar again, and stays away`,
      returned_by_user: (title: string) => `The deletion of ${title} was taken back in the calendar`,
      proposal_opened: (title: string, due: string | null) =>
        due === null
          ? `A new date was proposed for ${title}`
          : `A new date was proposed for ${title}: ${due}`,
      proposal_accepted: (title: string, due: string | null) =>
        due === null ? `${title} got a new date` : `${title} got its new date, ${due}`,
      proposal_dismissed: (title: string) => `${title} kept its date`,
      proposal_undone: (title: string) => `${title} got its former date back`,
      proposal_superseded: (title: string) =>
        `The new date for ${title} was not used: a newer change replaced it`,
    },
    /** Events in the life of a connection. */
    connections: {
      connected: "The account was connected",
      reconnected: "The account was connected again",
      grant_lost: "The account no longer let us in",
      paused: "Syncing was paused",
      resumed: "Syncing went on",
      switched_off: "Syncing was switched off",
      switched_on: "Syncing was switched on",
      calendar_chosen: "Another calendar was chosen",
      settings_changed: "The settings were changed",
      disconnecting: "Disconnecting began, and events are being removed",
      disconnected: "The account was disconnected",
      retried: "What had failed was tried again",
      resynced: "Every deadline was looked at again",
      erased: "Personal details were erased from this list",
      drained: "Everything that was waiting was tried at once",
    },
    paused_because: {
      mass_deletion: "Syncing was paused: many events would have been deleted at once",
      mass_edit: "Syncing was paused: many events were moved or deleted in the calendar at once",
      calendar_missing: "Syncing was paused: the calendar was gone",
      blocked_by_policy: "Syncing was paused: a policy of the organisation kept us out",
      mailbox_unavailable: "Syncing was paused: the mailbox could not be reached",
    },
    calendar_chosen: (name: string) => `“${name}” was chosen as the calendar`,
    disconnected_events: {
      kept: "The account was disconnected, and its events were kept",
      removed: "The account was disconnected, and its events were removed",
      left: "The account was disconnected, and its events stayed where they were",
    },
    /** Who or what it was, where that is somebody. */
    causes: {
      you: "by you",
      another_user: "by another user",
      admin: "by an administrator",
      database: "by an administrator",
    },
  },

  disconnect: {
    heading: (account: string) => `Disconnect ${account}?`,
    introduction: "Deadlines no longer reach this calendar. Our access to it is deleted.",
    question: "What about the events that are in it?",
    keep: "Keep the events",
    keep_hint: "They stay as they are. Connecting this account again takes them over.",
    remove: "Remove the events",
    remove_hint:
      "They are deleted from the calendar, and so is our own calendar if nothing else is in it. This cannot be undone.",
    remove_impossible: "To remove the events, reconnect first: without access nothing can be removed.",
    action: "Disconnect",
  },

  picker: {
    heading: "Choose a calendar",
    introduction: "Your deadlines move to the calendar that you choose.",
    only_own: (name: string) => `Your deadlines are in “${name}”, a calendar of their own.`,
    own: "A calendar of its own",
    own_hint: "Called “Compliance deadlines”: easy to hide, to colour and to share.",
    own_name: "Compliance deadlines",
    primary: "Main calendar",
    read_only: "You may only read this calendar.",
    loading: "Asking for your calendars…",
    failed: "Your calendars could not be listed.",
    none: "There is no other calendar that you may write to.",
    refresh: "Refresh the list",
    save: "Use this calendar",
    more_access_action: "Show my calendars",
    changed: (name: string) => `Your deadlines move to “${name}”.`,
    undone: (name: string) => `Your deadlines move back to “${name}”.`,
  },

  feeds: {
    slow:
      "Applications read such an address when they choose to: Apple about once an hour, Outlook and Google once or twice a day. Connect your calendar above to see changes within moments.",
    twice:
      "Your deadlines also arrive through a connected calendar. In an application that shows both, each is there twice.",
    none: "You have no calendar link yet.",
    failed: "Your calendar links could not be loaded.",
    create: "Make a calendar link",
    create_action: "Make the link",
    edit: "Edit",
    edit_named: (name: string) => `Edit ${name}`,
    save: "Save",
    name: "Name",
    name_hint: "To tell your links apart, for example “My phone”.",
    name_missing: "Give it a name of at most 100 characters.",
    types: "Obligations",
    all_types: "Of every type",
    these_types: "Of these types:",
    types_missing: "Choose at least one type.",
    look_back: "Past deadlines",
    look_ahead: "Coming deadlines",
    days: (n: number) =>
      n === 1 ? "1 day" : n % 365 === 0 ? (n === 365 ? "1 year" : `${n / 365} years`) : `${n} days`,
    no_past: "None",
    no_end: "All",
    completed: "Completed obligations",
    completed_keep: "Keep, with a ✓",
    completed_remove: "Leave out",
    expires: "The address works",
    expires_never: "Until you delete it",
    expires_in: (words: string) => `For ${words}`,
    expires_as_now: (when: string) => `Until ${when}`,
    expires_at: (when: string) => `Works until ${when}`,
    expired: (when: string) => `Stopped working on ${when}`,
    created: "Made",
    last_used: "Last read",
    last_used_by: (client: string) => `by ${client}`,
    never_used: "Not read yet",
    clients: {
      google: "Google Calendar",
      outlook: "Outlook",
      apple: "Apple Calendar",
      thunderbird: "Thunderbird",
      other: "another application",
    },
    address: "Secret address",
    address_once:
      "Copy it now: it is shown this once. Whoever has it can read these deadlines, so give it to nobody.",
    ready: (name: string) => `“${name}” is ready`,
    open: {
      apple: "Open in Apple Calendar",
      google: "Add to Google Calendar",
      outlook: "Add to Outlook",
    },
    qr: "Or point the camera of your phone at this code:",
    qr_name: "QR code of the secret address",
    done: "Done",
    rotate: "New address",
    rotate_named: (name: string) => `New address for ${name}`,
    rotate_heading: (name: string) => `A new address for “${name}”?`,
    rotate_words:
      "The current one stops working at once. Give the new one to every application that reads it.",
    rotate_action: "Make a new address",
    revoke: "Delete",
    revoke_named: (name: string) => `Delete ${name}`,
    revoke_heading: (name: string) => `Delete “${name}”?`,
    revoke_words: "Its address stops working at once. This cannot be undone.",
    revoke_action: "Delete the link",
    revoked: (name: string) => `“${name}” is deleted.`,
    saved: (name: string) => `“${name}” is changed.`,
  },
};

export type LateStrings = typeof ENGLISH_LATE;
