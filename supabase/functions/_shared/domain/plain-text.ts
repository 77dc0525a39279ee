/** Everything that ends a line (Unicode UAX #14, classes BK, CR, LF and NL): readers of feeds end theirs at any of them. */
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
/** C0, but for the tab and line breaks, DEL, C1, and the two that are no characters in XML, which Exchange keeps text as. */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/g;

/**
 * A text as every calendar can hold it: lines end with `\n`, and what cannot be shown is left out: control characters and
 * halves of characters.
 */
export function plainText(text: string): string {
  return text.toWellFormed().replace(LINE_BREAK, "\n").replace(UNPRINTABLE, "");
}

/** The same on one line, as for a title. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll("\n", " ");
}
