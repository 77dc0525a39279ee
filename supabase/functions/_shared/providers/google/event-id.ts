/**
 * How many ids we try for one obligation in one calendar. Google never frees a used id, so an event that was
 * deleted and cannot be restored is followed by one with the next generation.
 */
export const GENERATIONS_MAX = 32;

/**
 * The id that we give an event, so that repeating its creation finds it instead of doubling it.
 *
 * Google allows base32hex, `a`–`v` and `0`–`9`, 5–1024 long (Calendar API, `Event.id`).
 *
 * @param obligation_id UUID
 * @param generation 0, or one more than the newest generation that is burned
 */
export function eventId(obligation_id: string, generation: number): string {
  return `obl${obligation_id.replaceAll("-", "").toLowerCase()}g${generation}`;
}

/** @returns the generation of an id made by {@link eventId}; -1 for an id of another origin */
export function generationOf(event_id: string): number {
  const digits = /^obl[0-9a-f]{32}g(\d+)$/.exec(event_id)?.[1];
  return digits === undefined ? -1 : Number(digits);
}
