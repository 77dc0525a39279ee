/** Where *See why* leads. */
export const PROBLEMS_HEADING_ID = "ec-problems";

/** Leads there, and the keyboard with it. */
export function goTo(id: string): void {
  const element = document.getElementById(id);
  element?.scrollIntoView({ block: "start" });
  element?.focus({ preventScroll: true });
}
