/**
 * What becomes of a deadline that its user moves in a calendar. `restore`: it is put back at once. `keep`: it stays where it is until the
 * deadline changes. `ignore`: it stays until anything of the obligation changes. `accept`: the obligation gets the new date, with the
 * user's own rights. In each case the move is a proposal.
 */
export const CALENDAR_EDITS = ["restore", "keep", "ignore", "accept"] as const;

/** One of {@link CALENDAR_EDITS}. */
export type CalendarEdits = typeof CALENDAR_EDITS[number];

/** Those that users may choose. */
export function offeredEdits(accept_edits: boolean): CalendarEdits[] {
  return CALENDAR_EDITS.filter((each) => each !== "accept" || accept_edits);
}

/**
 * What holds of what a user chose. The database takes `accept` from anybody: whether it is offered is in the environment of the
 * functions. Where it is not, or not any more, it means `restore`.
 *
 * @param accept_edits whether the operator offers `accept` (`CALENDAR_ACCEPT_EDITS`)
 */
export function effectiveEdits(chosen: CalendarEdits, accept_edits: boolean): CalendarEdits {
  return chosen === "accept" && !accept_edits ? "restore" : chosen;
}

/** The same of a whole integration or lane. */
export function withEffectiveEdits<
  T extends { readonly settings: { readonly calendar_edits: CalendarEdits } },
>(
  chosen: T,
  accept_edits: boolean,
): T {
  const calendar_edits = effectiveEdits(chosen.settings.calendar_edits, accept_edits);
  return { ...chosen, settings: { ...chosen.settings, calendar_edits } };
}
