import { createHash } from "node:crypto";

/** How many ids are tried for one obligation in one calendar: some servers never take a UID again that was deleted. */
export const GENERATIONS_MAX = 32;

const OWNER_DIGITS = 16;
const CALENDAR_DIGITS = 8;
const ID = /^eco-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{8})-g(\d{1,4})$/;
const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

/** What an id of ours says. */
export interface EventId {
  readonly obligation_id: string;
  /** Of an owner: see {@link ownerDigits}. */
  readonly owner: string;
  /** Of a calendar: see {@link calendarDigits}. */
  readonly calendar: string;
  readonly generation: number;
}

/**
 * The UID of an event, which is also the name of its file. It follows from what the event is for, so that a creation that is
 * repeated finds the first one; it has letters, digits and hyphens alone, which every server spells the same; it says which
 * obligation it is, since servers that write files anew drop properties that they do not know.
 *
 * The calendar takes part in it: several servers want a UID once in an account (RFC 6638 §3.2.4.1).
 *
 * @param owner what whose events it is: several may write to one calendar
 * @param calendar_id the calendar's path
 */
export function eventId(
  owner: string,
  obligation_id: string,
  calendar_id: string,
  generation: number,
): string {
  return `${stemOf(owner, obligation_id)}${calendarDigits(calendar_id)}-g${generation}`;
}

/** How every id of an owner's obligation begins, in whichever calendar. */
export function stemOf(owner: string, obligation_id: string): string {
  return `eco-${obligation_id.replaceAll("-", "").toLowerCase()}-${ownerDigits(owner)}-`;
}

/** @returns null where it is none of ours */
export function readEventId(event_id: string): EventId | null {
  const [, obligation = "", owner = "", calendar = "", generation] = ID.exec(event_id) ?? [];
  if (generation === undefined) return null;
  return {
    obligation_id: obligation.replace(UUID_PARTS, "$1-$2-$3-$4-$5"),
    owner,
    calendar,
    generation: Number(generation),
  };
}

export function ownerDigits(owner: string): string {
  return digitsOf(owner).slice(0, OWNER_DIGITS);
}

export function calendarDigits(calendar_id: string): string {
  return digitsOf(plainPath(calendar_id)).slice(0, CALENDAR_DIGITS);
}

function digitsOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A path without its percent-encoding, which servers and clients do differently, and without its last slash. */
export function plainPath(path: string): string {
  try {
    return withoutLastSlashes(decodeURIComponent(path));
  } catch {
    return withoutLastSlashes(path);
  }
}

/** Not by a regular expression, which takes hours for a server's million slashes. */
function withoutLastSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end--;
  return path.slice(0, end);
}
