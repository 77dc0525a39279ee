import assert from "node:assert/strict";
import {
  nameOf,
  parameterOf,
  readComponent,
  valueOf,
  writeComponent,
} from "../../../../supabase/functions/_shared/icalendar/component.ts";

const FILE = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  'X-ODD;X-P="a:b;c":va:lue;x',
  "BEGIN:VEVENT",
  "UID:1",
  "SUMMARY:Zürich \\, 🏭 and a text that is longer than one line may be\\, so th",
  " at it is folded somewhere in the middle of it",
  "BEGIN:VALARM",
  "TRIGGER;RELATED=END:-PT5M",
  "END:VALARM",
  "END:VEVENT",
  "BEGIN:X-UNKNOWN",
  "X-PROP:1",
  "END:X-UNKNOWN",
  "END:VCALENDAR",
  "",
].join("\r\n");

Deno.test("a file that is read and written is the same, whatever is in it", () => {
  const calendar = readComponent(FILE) ?? assert.fail();
  const written = writeComponent(calendar);
  assert.equal(written.replaceAll("\r\n ", ""), FILE.replaceAll("\r\n ", ""));
  assert.deepEqual(readComponent(written), calendar);
  assert.ok(written.split("\r\n").every((line) => new TextEncoder().encode(line).length <= 75));
});

Deno.test("lines that end with a line feed alone, or are folded with a tab, are read as well", () => {
  const calendar = readComponent("begin:vcalendar\nSUM\n\tMARY:x\nend:VCALENDAR\n");
  assert.deepEqual(calendar, { name: "VCALENDAR", lines: ["SUMMARY:x"], components: [] });
});

Deno.test("what is no component is none", () => {
  const bad = [
    "",
    "garbage",
    "BEGIN:A\r\nEND:B\r\n",
    "BEGIN:A\r\n",
    "X:1\r\nBEGIN:A\r\nEND:A\r\n",
    "END:A\r\n",
  ];
  const deep = "BEGIN:A\r\n".repeat(1_000) + "END:A\r\n".repeat(1_000);
  for (const text of [...bad, `${FILE}${FILE}`, deep]) assert.equal(readComponent(text), null);
});

Deno.test("names, parameters and values are told apart by the first colon outside of quotes", () => {
  const calendar = readComponent(FILE) ?? assert.fail();
  const alarm = calendar.components[0]?.components[0] ?? assert.fail();
  assert.equal(valueOf(calendar, "X-ODD"), "va:lue;x");
  assert.equal(parameterOf(calendar, "X-ODD", "X-P"), "a:b;c");
  assert.equal(parameterOf(alarm, "TRIGGER", "RELATED"), "END");
  assert.equal(valueOf(calendar, "NOTHING"), null);
  assert.equal(parameterOf(calendar, "VERSION", "X-P"), null);
  assert.equal(nameOf("summary;language=de:x"), "SUMMARY");
});
