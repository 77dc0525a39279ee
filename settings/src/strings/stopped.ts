/** What is asked before very much changes at once, in English. */
export const STOPPED = {
  mass_deletion: {
    heading: (deletions: string) => `Delete ${deletions} events?`,
    words: (account: string) =>
      `They go from the calendar of ${account}. This cannot be undone here, though your provider may keep deleted events for a while.`,
    action: (deletions: string) => `Delete ${deletions} events`,
  },
  mass_edit: {
    heading: (edits: string) => `Did you mean these ${edits} changes?`,
    words: (account: string) =>
      `If you go on, we handle each change in the calendar of ${account} on its own: deleted events come back once; moved events are put back or stay, as you chose for this calendar. We ask you about each new date.`,
    action: () => "Go on",
  },
};
