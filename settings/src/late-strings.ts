/** What is said only by parts that the first sight of the page does without, in English. */
export const ENGLISH_LATE = {
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
