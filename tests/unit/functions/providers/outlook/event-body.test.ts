import assert from "node:assert/strict";
import type { Calendar, Event } from "@microsoft/microsoft-graph-types";
import {
  createBody,
  EVENT_OWNER_PROPERTY,
  OBLIGATION_PROPERTY,
  OWNER_PROPERTY,
  patchBody,
  REMINDER_PROPERTY,
} from "../../../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { event } from "./events.ts";

const BODY_LIMIT = 32_000;

function contentOf(description: string, url: string | null = null): string {
  const whole = url === null ? description : description === "" ? url : `${description}\n\n${url}`;
  return patchBody(event({ description: whole, url }), "owner-1").body.content;
}

Deno.test("the bodies are what Graph's own types say an event is", () => {
  const created = createBody(event({ reminders_minutes: [60] }), "owner-1", "id") satisfies Event;
  const patched = patchBody(event({}), "owner-1") satisfies Event;
  const calendar = {
    name: "n",
    singleValueExtendedProperties: [{ id: OWNER_PROPERTY, value: "o" }],
  } satisfies Calendar;
  assert.equal(created.subject, patched.subject);
  assert.equal(calendar.singleValueExtendedProperties.length, 1);
});

Deno.test("a new event is free, tagged, marked for the user, and has nobody in it", () => {
  const time = { kind: "all_day", start_date: "2999-03-31", end_date: "2999-04-01" } as const;
  assert.deepEqual(createBody(event({ time }), "owner-1", "transaction"), {
    subject: "Energy report",
    body: { contentType: "html", content: "For the agency" },
    isAllDay: true,
    start: { dateTime: "2999-03-31T00:00:00", timeZone: "UTC" },
    end: { dateTime: "2999-04-01T00:00:00", timeZone: "UTC" },
    showAs: "free",
    isReminderOn: false,
    categories: ["Compliance"],
    transactionId: "transaction",
    singleValueExtendedProperties: [
      { id: OBLIGATION_PROPERTY, value: "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a10" },
      { id: EVENT_OWNER_PROPERTY, value: "owner-1" },
      { id: REMINDER_PROPERTY, value: "set" },
    ],
  });
});

Deno.test("a change leaves the reminder, the categories and the availability as they are, and has both tags", () => {
  const { singleValueExtendedProperties, ...body } = patchBody(event({ reminders_minutes: [60] }), "owner-1");
  assert.deepEqual(singleValueExtendedProperties.map(({ id }) => id), [
    OBLIGATION_PROPERTY,
    EVENT_OWNER_PROPERTY,
  ]);
  assert.deepEqual(Object.keys(body), [
    "subject",
    "body",
    "isAllDay",
    "start",
    "end",
  ]);
});

Deno.test("a change of kind says all-day or not together with both ends", () => {
  const timed = patchBody(
    event({
      time: {
        kind: "timed",
        start: "2027-01-31T17:00:00+01:00",
        end: "2027-01-31T17:30:00+01:00",
        time_zone: "Europe/Berlin",
      },
    }),
    "owner-1",
  );
  assert.equal(timed.isAllDay, false);
  assert.deepEqual(timed.start, { dateTime: "2027-01-31T17:00:00", timeZone: "Europe/Berlin" });
  assert.deepEqual(timed.end, { dateTime: "2027-01-31T17:30:00", timeZone: "Europe/Berlin" });
});

Deno.test("Outlook's one reminder is the last before the deadline; none is off", () => {
  const reminderOf = (reminders_minutes: number[]) => {
    const { isReminderOn, ...body } = createBody(
      event({
        time: { kind: "all_day", start_date: "2999-03-31", end_date: "2999-04-01" },
        reminders_minutes,
      }),
      "owner-1",
      "id",
    );
    return [isReminderOn, "reminderMinutesBeforeStart" in body ? body.reminderMinutesBeforeStart : null];
  };
  assert.deepEqual(reminderOf([10080, 1440]), [true, 1440]);
  assert.deepEqual(reminderOf([0, 60]), [true, 0]);
  assert.deepEqual(reminderOf([]), [false, null]);
});

Deno.test("text is escaped and keeps its lines", () => {
  assert.equal(
    contentOf(`<b>"Tom" & 'Jerry'</b>\nsecond\r\nthird`),
    "&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;<br>\nsecond<br>\nthird",
  );
});

Deno.test("the last line is a link that reads as its address", () => {
  assert.equal(
    contentOf("See", `https://app.test/o?a=1&b="2"`),
    'See<br>\n<br>\n<a href="https://app.test/o?a=1&amp;b=&quot;2&quot;">https://app.test/o?a=1&amp;b=&quot;2&quot;</a>',
  );
  assert.equal(contentOf("", "https://app.test/"), '<a href="https://app.test/">https://app.test/</a>');
});

Deno.test("a text that is too long is cut, and the link stays", () => {
  const link = '<a href="https://app.test/">https://app.test/</a>';
  for (
    const text of [
      "x".repeat(40_000),
      "&".repeat(40_000),
      "\n".repeat(40_000),
      "😀".repeat(20_000),
      "'<".repeat(9_000),
    ]
  ) {
    const content = contentOf(text, "https://app.test/");
    assert.ok(content.length < BODY_LIMIT && content.length > BODY_LIMIT - 100, `${content.length}`);
    assert.ok(content.endsWith(`…<br>\n<br>\n${link}`));
    const kept = content.slice(0, -`…<br>\n<br>\n${link}`.length);
    assert.ok(kept.isWellFormed());
    assert.equal(
      kept.replace(/&(amp|lt|gt|quot|#39);|<br>\n|[^&<]/gu, ""),
      "",
      "nothing is cut in the middle",
    );
  }
});

Deno.test("a text of just the limit is not cut", () => {
  assert.equal(contentOf("x".repeat(BODY_LIMIT - 1)).length, BODY_LIMIT - 1);
  assert.ok(contentOf("x".repeat(BODY_LIMIT)).endsWith("x…"));
});

Deno.test("a link that no body can hold is left out", () => {
  const content = contentOf("See", `https://app.test/${"x".repeat(20_000)}`);
  assert.ok(content.startsWith("See<br>") && content.length < BODY_LIMIT && !content.includes("href"));
});
