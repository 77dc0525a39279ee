/** What is asked before very much changes at once, in English. */
export const STOPPED = {
  mass_deletion: {
    heading: (deletions: string) => `Delete ${deletions} events?`,
    words: (account: string) =>
      `They go from the calendar of ${account}. This cannot be undone here, though your provider may keep deleted events for a while.`,
    action: (deletions: string) => `Delete ${deletions} events`,
  },
  mass_edit: {
    heading: (edits: string) => `Were these ${edits} changes meant?`,
    words: (account: string) =>
      `Then each is treated as if it was the only one in the calendar of ${account}: what was deleted comes back once, and what was moved is put back, or stays, as you chose for this calendar. You are asked about each new date.`,
    action: () => "Go on",
  },
};
