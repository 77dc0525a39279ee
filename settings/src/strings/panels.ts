/** What the panels below the accounts say, in English. */
export const PANELS = {
  problems: {
    introduction: "These deadlines are not in your calendar as they should be.",
    failed: "The problems could not be loaded.",
    reason_given_up: (company: string, attempts: string) =>
      `${company} did not accept it after ${attempts} attempts.`,
    reason_rejected: (company: string) =>
      `${company} does not accept this event. Change the obligation, or try once more.`,
    provider_word: (reason: string) => `The provider calls it “${reason}”.`,
    provider_status: (status: string) => `The provider answered with HTTP ${status}.`,
    not_written: (attempts: string) => `The event could not be written after ${attempts} attempts.`,
    stands: (place: string, legal: string) => `The event stands on ${place}; its legal date is ${legal}.`,
    /** Why an event could not be written, where the provider said nothing of it. */
    own_reasons: {
      changed_again:
        "Another program, or another person, keeps changing the time of this event, so it is left as it is. End those changes, then try again.",
      out_of_range: "Its date is too far away for any calendar. Change it.",
      edited: "The event was changed in the calendar each time we tried.",
      no_answer: "The provider did not answer.",
      unreadable: "We could not read the provider's answer.",
      gone: "The event was no longer there when we tried.",
      taken: "The calendar does not let us use this event's identifier again.",
    },
    retry: "Retry",
    retry_named: (title: string) => `Retry ${title}`,
    retry_all: "Retry all",
    retried: "Trying again now.",
    gone_title: "An obligation that is no longer yours",
    shown_of: (shown: string, total: string) => `The latest ${shown} of ${total}.`,
  },

  why_not: {
    label: "Find an obligation",
    placeholder: "Part of its title",
    hint: "Choose one to see where it is, or why it is not in a calendar.",
    nothing_found: "No obligation of yours has this in its title.",
    nothing_yet: "You have no obligations yet.",
    failed: "Your obligations could not be searched.",
    explain_failed: "We couldn't check this. Try again.",
    not_connected: "You have not connected a calendar yet.",
    no_deadline: "No deadline",
    in_calendar: "In the calendar",
    not_in_calendar: "Not in the calendar",
    last_written: "Last written",
    next_attempt: "Next attempt",
    answers: {
      synced: "It is in the calendar, as it was last changed.",
      waiting: "It was changed and is about to be written.",
      retrying: "It could not be written yet. We keep trying.",
      given_up: "It could not be written after several attempts. Retry it under Problems, or change it.",
      rejected: "The calendar does not accept it. Change it, or retry it under Problems.",
      not_noticed: "We missed its last change. We find it within a day, or at once when you choose Sync now.",
      no_deadline: "It has no deadline, so there is no day to put it on.",
      cancelled: "It is cancelled.",
      completed: "It is completed, and you chose to have completed ones removed.",
      hidden_by_user: "You deleted its event twice, so it stays away until its deadline changes.",
      type_not_chosen: "You chose other types of obligations for this calendar.",
      not_yours: "It was deleted, or is somebody else's now.",
      sync_off: "Syncing is switched off for this calendar.",
      not_confirmed: "The connection was not finished.",
      paused: "Syncing is paused. The calendar's card above says why.",
      disconnected: "The account has to be reconnected.",
      disconnecting: "The account is being disconnected, and its events are removed.",
    },
    /** Where its event stands, and where it should. */
    moved: (place: string, legal: string) =>
      `You moved its event: it stands on ${place}. Its legal date is ${legal}.`,
    moved_since: (place: string, since: string, legal: string) =>
      `You moved its event: it has stood on ${place} since ${since}. Its legal date is ${legal}.`,
    hidden_since: (since: string) =>
      `You deleted its event twice, the last time on ${since}, so it stays away until its deadline changes.`,
    waits: {
      provider: "The provider cannot be reached at the moment.",
      provider_limit: "The provider asks us to wait.",
      quota: "The provider limits how much may change at a time.",
    },
  },
};
