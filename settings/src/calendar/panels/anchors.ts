/** Where *See why* leads. */
export const PROBLEMS_HEADING_ID = "ec-problems";

/** Where *Decide* leads. */
export const MOVES_ID = "ec-moves";

/** Leads there, and the keyboard with it. */
export function goTo(id: string): void {
  const element = document.getElementById(id);
  const details = element?.querySelector("details");
  if (details) details.open = true;
  element?.scrollIntoView({ block: "start" });
  element?.focus({ preventScroll: true });
}
