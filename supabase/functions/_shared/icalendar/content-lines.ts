import { plainText } from "../domain/plain-text.ts";

/** RFC 5545 §3.1. */
const CRLF = "\r\n";
/** Of a line, before the space that begins the next one: with it, 75 are allowed (RFC 5545 §3.1). */
const LINE_OCTETS_MAX = 74;
/** So many take at most 72 octets. */
const NEVER_FOLDED_CHARACTERS = 24;
// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
/** What was written in one transaction has one time. */
const spelt = new Map<string, string>();
const SPELT_MAX = 1_000;

/** Content lines as they are sent: folded, each with its end. */
export function lines(contents: readonly string[]): string {
  return contents.map((line) => (line.length <= NEVER_FOLDED_CHARACTERS ? line : fold(line)) + CRLF).join("");
}

/** Between characters, never within one. */
function fold(line: string): string {
  let folded = "";
  let from = 0;
  if (ASCII.test(line)) {
    for (; line.length - from > LINE_OCTETS_MAX; from += LINE_OCTETS_MAX) {
      folded += `${line.slice(from, from + LINE_OCTETS_MAX)}${CRLF} `;
    }
    return folded + line.slice(from);
  }
  let octets = 0;
  for (let at = 0; at < line.length;) {
    const character = line.codePointAt(at) ?? 0;
    const size = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
    octets += size;
    if (octets > LINE_OCTETS_MAX) {
      folded += `${line.slice(from, at)}${CRLF} `;
      from = at;
      octets = size;
    }
    at += size === 4 ? 2 : 1;
  }
  return folded + line.slice(from);
}

/** TEXT (RFC 5545 §3.3.11). */
export function text(value: string): string {
  return plainText(value).replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
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
