/** What is said of deadlines that the user moved in a calendar, in English. */
export const MOVES = {
  moved: (n: number) => n === 1 ? "You moved one deadline." : `You moved ${n} deadlines.`,
  decide: "Decide",
  introduction:
    "You moved these events in your calendar. A calendar never changes a deadline, so you decide. “Propose new date” moves the deadline itself, in every calendar.",
  none:
    "There is nothing to decide. When you move the event of a deadline in your calendar, you find it here.",
  failed: "The deadlines that you moved could not be loaded.",
  open_name: "To decide",
  decided_name: "Decided in the last 30 days",
  gone_title: "An obligation that is no longer yours",
  moved_to: "You moved it to",
  legal_date: "Its legal date",
  /** Where its event is meanwhile. */
  events: {
    back: "Its event is back on the legal date.",
    kept: "Its event stays where you moved it, with the legal date in its description.",
    moved: "For now, its event stays where you moved it.",
    pending: "Its event has yet to be put back on the legal date.",
    gone: "Its event is no longer in your calendar.",
  },
  accept: "Propose new date",
  accept_named: (title: string, when: string) => `Propose new date for ${title}: ${when}`,
  dismiss: "Keep the date",
  dismiss_named: (title: string, when: string) => `Keep the date of ${title}: ${when}`,
  undo_named: (title: string) => `Undo the new date of ${title}`,
  accepted: (title: string, when: string) => `${title} is now due on ${when}.`,
  dismissed: (title: string, when: string) => `${title} stays due on ${when}.`,
  undone: (title: string, when: string) => `${title} is due on ${when} again.`,
  more: (n: number) => n === 1 ? "Show one more" : `Show ${n} more`,
  states: {
    accepted: (seen: string, legal: string) => `Its date was changed from ${legal} to ${seen}.`,
    dismissed: (seen: string, legal: string) => `It stayed on ${legal}; you had moved it to ${seen}.`,
    superseded: (seen: string, legal: string) =>
      `You had moved it from ${legal} to ${seen}. A newer change replaced it.`,
  },
  errors: {
    forbidden: "You may not change this deadline. Ask whoever is responsible for it.",
    proposal_decided: "This was decided already, or you moved the event again. The list is up to date now.",
    proposal_not_accepted: "There is nothing to undo any more.",
    deadline_changed: "The deadline has changed since. The list is up to date now.",
  },
};
