// Everything that ical-generator is used for: escaping and folding. An object of the library for each event takes several
// times as long as writing its lines (docs/use/feeds.md).
import { escape, foldLines } from "ical-generator";
import { plainText } from "../domain/plain-text.ts";

/** RFC 5545 §3.1. */
const CRLF = "\r\n";
/** So many take at most 72 octets: a line is folded at 75 (RFC 5545 §3.1). */
const NEVER_FOLDED_CHARACTERS = 24;
/** What was written in one transaction has one time. */
const spelt = new Map<string, string>();
const SPELT_MAX = 1_000;

/** Content lines as they are sent: folded, each with its end. */
export function lines(contents: readonly string[]): string {
  return contents.map((line) => (line.length <= NEVER_FOLDED_CHARACTERS ? line : foldLines(line)) + CRLF)
    .join("");
}

/** TEXT (RFC 5545 §3.3.11). */
export function text(value: string): string {
  return escape(plainText(value), false);
}

/** `2027-03-28T09:00:00+02:00` as `20270328T090000`: what the clock of its zone shows. */
export function basic(iso: string): string {
  return iso.slice(0, "YYYY-MM-DDTHH:MM:SS".length).replace(/[-:]/g, "");
}

/** An instant, RFC 3339, as DATE-TIME in UTC. */
export function utc(instant: string): string {
  const known = spelt.get(instant);
  if (known !== undefined) return known;
  if (spelt.size >= SPELT_MAX) spelt.clear();
  const spelling = `${basic(new Date(instant).toISOString())}Z`;
  spelt.set(instant, spelling);
  return spelling;
}
