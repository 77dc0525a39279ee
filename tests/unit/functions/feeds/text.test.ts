import assert from "node:assert/strict";
import fc from "fast-check";
import { readWithIcalJs, readWithNodeIcal, unescaped } from "../../../support/feed-readers.ts";
import { calendarOf, feedEvent } from "./sample.ts";

const LINE_OCTETS_MAX = 75;

/** Pieces that break writers: what is escaped, what is longer than it looks, what may not be written at all. */
const PIECES = [
  ",",
  ";",
  "\\",
  "\\n",
  "\\,",
  ":",
  '"',
  "\n",
  "\r\n",
  "\r",
  "\t",
  " ",
  "\u00a0",
  "a",
  "Prüfung",
  "é",
  "e\u0301",
  "日本語",
  "👩‍👩‍👧‍👦",
  "👍🏽",
  "🇫🇷",
  "\u{10ffff}",
  "\u2028",
  "\u2029",
  "\u0085",
  "\v",
  "\f",
  "\x1c",
  "\x1d",
  "\x1e",
  "\u0080",
  "\u009f",
  "\uffff",
  "\ufeff",
  "\0",
  "\u0007",
  "\u001b",
  "\u007f",
  "\ud83d",
  "\udc4d",
  "BEGIN:VEVENT",
  "END:VCALENDAR",
  "x".repeat(74),
  "😀".repeat(20),
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(""));

/** What of a text can be read again. */
function readable(given: string): string {
  return given.toWellFormed().replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/g, "\n")
    .replace(/(?!\n|\t)\p{Cc}|[\ufffe\uffff]/gu, "");
}

Deno.test("whatever a text contains, another reader finds it as it was", () => {
  fc.assert(
    fc.property(text, text, text, (title, description, category) => {
      const written = calendarOf(
        [feedEvent({ title, description, reminders_minutes: [5] }, { category })],
        title,
      );
      const { calendar, events } = readWithIcalJs(written);
      assert.equal(events.length, 1);
      assert.equal(events[0]?.summary, readable(title));
      assert.equal(events[0]?.description, readable(description));
      assert.deepEqual(events[0]?.categories, [readable(category)]);
      assert.equal(events[0]?.alarms[0]?.description, readable(title));
      assert.equal(unescaped(calendar.getFirstPropertyValue("name")), readable(title));
    }),
    { numRuns: 500 },
  );
});

Deno.test("a second reader agrees", () => {
  fc.assert(
    fc.property(text, text, (title, description) => {
      // Not what it is known to misread: a backslash before an n, and spaces at either end.
      fc.pre(!/\\n/i.test(readable(title + description)));
      const [event, ...others] = readWithNodeIcal(
        calendarOf([feedEvent({ title: `«${title}»`, description: `«${description}»` })]),
      );
      assert.deepEqual(others, []);
      assert.equal(event?.summary, readable(`«${title}»`));
      assert.equal(event?.description, readable(`«${description}»`));
    }),
    { numRuns: 500 },
  );
});

Deno.test("nothing in a feed ends a line but its line breaks, whatever readers take for one", () => {
  fc.assert(
    fc.property(text, text, text, (title, description, category) => {
      const written = calendarOf([feedEvent({ title, description }, { category })], title);
      assert.doesNotMatch(written.replaceAll("\r\n", ""), /(?!\t)\p{Cc}|\p{Zl}|\p{Zp}/u);
    }),
    { numRuns: 500 },
  );
});

Deno.test("no line is longer than 75 octets, and none begins or ends within a character", () => {
  const lenient = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(text, text, (title, description) => {
      const octets = new TextEncoder().encode(calendarOf([feedEvent({ title, description })], title));
      let start = 0;
      for (let at = 0; at + 1 < octets.length; at++) {
        if (octets[at] !== 13 || octets[at + 1] !== 10) continue;
        assert.ok(at - start <= LINE_OCTETS_MAX, `${at - start} octets`);
        assert.doesNotThrow(() => lenient.decode(octets.subarray(start, at)));
        start = at + 2;
      }
      assert.equal(start, octets.length, "every line has an end");
    }),
    { numRuns: 500 },
  );
});

Deno.test("a description of a hundred thousand characters is read as it was", () => {
  const description = "Ünter 👩‍👩‍👧‍👦, was; zu \\ tun ist.\n".repeat(3_000);
  assert.equal(readWithIcalJs(calendarOf([feedEvent({ description })])).events[0]?.description, description);
});
