/** What is said only by parts that the first sight of the page does without, in English. */
export const ENGLISH_LATE = {
  returned: {
    confirming: "Finishing the connection…",
    connected: (name: string, account: string | null) =>
      account === null ? `${name} is connected.` : `${name} is connected as ${account}.`,
    connected_next: "Your deadlines are on their way into it.",
    admin_consent_given: "Consent was given for the organisation. Its members can connect now.",
    allow_access: "Connect again with access",
    use_own_calendar: "Move to a calendar of our own",
    admin_consent_link: "Link for your administrator",
    errors: {
      invalid_state: "That connection did not begin here, so it was not used. Nothing was connected.",
      expired_state: "The connection took longer than 10 minutes, so it was not used. Nothing was connected.",
      access_denied: "You did not allow the access, so nothing was connected.",
      scope_missing:
        "A box on the consent page was left unticked, and without it no deadline can be written. Connect again and tick every box.",
      identity_invalid: "It could not be made sure which account this was, so nothing was connected.",
      exchange_failed: "The calendar provider did not complete the connection. Nothing was connected.",
      admin_consent_required:
        "Your organisation lets only an administrator allow this. Send the link below to yours; connect again once it is done.",
      mailbox_unavailable: "That account has no calendar that can be reached. Connect another account.",
      forbidden:
        "This connection was begun by somebody else who was signed in here. It was not added to your account. Connect your own calendar, or sign in as that person.",
      connection_unknown: "This connection has expired or was used already.",
      more_access_needed:
        "Your deadlines are in a calendar that was there before, and this time you did not allow access to it. Nothing has changed yet. Connect again and allow it, or have your deadlines move to a calendar of our own. What is in the old calendar stays there.",
      disconnecting: "The account is just being disconnected. Try again in a moment.",
      network: "The connection could not be finished: you seem to be offline.",
      origin_not_allowed:
        "The connection could not be finished: the address of this page is not among those that the installation allows. Tell its operator.",
      other: "The connection could not be finished.",
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
    somewhere: "a calendar that is no longer connected",
    everywhere: "all calendars",
    gone_title: "An obligation",
    /** Changes of events. */
    events: {
      created: (title: string, due: string | null) =>
        due === null ? `${title} was added` : `${title} was added on ${due}`,
      updated: (title: string, due: string | null) =>
        due === null ? `${title} was updated` : `${title} was updated, now on ${due}`,
      moved: (title: string) => `${title} was moved to another calendar`,
      removed: (title: string) => `${title} was removed`,
      adopted: (title: string) => `${title} was there already and was taken over`,
      rejected: (title: string) => `${title} was not accepted by the calendar`,
      given_up: (title: string) => `${title} could not be written`,
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
      drained: "Everything that waited was made due",
    },
    paused_because: {
      mass_deletion: "Syncing was paused: many events would have been deleted at once",
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
};

export type LateStrings = typeof ENGLISH_LATE;
