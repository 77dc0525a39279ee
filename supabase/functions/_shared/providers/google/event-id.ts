import { createHash } from "node:crypto";

/**
 * How many ids we try for one obligation of one owner in one calendar. Google never frees a used id, so an event that
 * was deleted and cannot be restored is followed by one with the next generation.
 */
export const GENERATIONS_MAX = 32;

/** Hexadecimal ones, enough to tell apart whoever writes of one obligation to one calendar. */
const OWNER_DIGITS = 16;

/**
 * The id that we give an event, so that repeating its creation finds it instead of doubling it.
 *
 * Google allows base32hex, `a`–`v` and `0`–`9`, 5–1024 long (Calendar API, `Event.id`). The owner takes part in it
 * because ids are the calendar's, and several owners may write of one obligation to one calendar.
 *
 * Synchronous, which WebCrypto is not, so that a program can ask for the next one.
 *
 * @param owner what the event is tagged with
 * @param obligation_id UUID
 * @param generation 0, or one more than the newest generation that is burned
 */
export function eventId(owner: string, obligation_id: string, generation: number): string {
  return `${stemOf(owner, obligation_id)}${generation}`;
}

/** @returns the generation of an id that {@link eventId} made for the same owner and obligation; -1 for any other */
export function generationOf(event_id: string, owner: string, obligation_id: string): number {
  const stem = stemOf(owner, obligation_id);
  const digits = event_id.startsWith(stem) ? event_id.slice(stem.length) : "";
  return /^\d+$/.test(digits) ? Number(digits) : -1;
}

/** Whether {@link eventId} made this id for the owner, whatever the obligation: what Google keeps of a deleted event is its id. */
export function isIdOfOwner(event_id: string, owner: string): boolean {
  const [, owner_digits] = /^obl[0-9a-f]{32}o([0-9a-f]+)g\d+$/.exec(event_id) ?? [];
  return owner_digits === ownerDigits(owner);
}

function stemOf(owner: string, obligation_id: string): string {
  return `obl${obligation_id.replaceAll("-", "").toLowerCase()}o${ownerDigits(owner)}g`;
}

function ownerDigits(owner: string): string {
  return createHash("sha256").update(owner).digest("hex").slice(0, OWNER_DIGITS);
}
