import assert from "node:assert/strict";
import { eventViewOf as calDavView } from "../../../local/providers/caldav/event-view.ts";
import { eventViewOf as googleView } from "../../../local/providers/google/event-view.ts";
import { newEvent, parseEventBody } from "../../../local/providers/outlook/event-body.ts";
import { eventViewOf as outlookView } from "../../../local/providers/outlook/event-view.ts";

const OBLIGATION_ID = "11111111-2222-4333-8444-555555555555";
const LINK = "https://app.example/obligations/7";

Deno.test("Outlook's event shows its zone, reminder, link and tag", () => {
  const body = parseEventBody({
    subject: "Permit",
    body: { contentType: "html", content: `Of the north site &amp; more.<br><a href="${LINK}">${LINK}</a>` },
    start: { dateTime: "2027-03-14T09:00:00", timeZone: "Romance Standard Time" },
    end: { dateTime: "2027-03-14T09:30:00", timeZone: "Romance Standard Time" },
    isReminderOn: true,
    reminderMinutesBeforeStart: 60,
    singleValueExtendedProperties: [
      { id: "String {00000000-1111-2222-3333-444444444444} Name obligation_id", value: OBLIGATION_ID },
    ],
  });
  const { id: _, ...view } = outlookView(newEvent(body, "key"));
  assert.deepEqual(view, {
    version: "key",
    title: "Permit",
    day: "2027-03-14",
    time: "09:00",
    time_zone: "Romance Standard Time",
    reminders_minutes: [60],
    description: `Of the north site & more.\n${LINK}`,
    link: LINK,
    obligation_id: OBLIGATION_ID,
  });
});

Deno.test("a CalDAV event shows its zone, alarms, link and tag; an alarm after an all-day start is negative", () => {
  const file = (start: string, trigger: string) =>
    [
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//test//EN",
      "BEGIN:VEVENT",
      "UID:one",
      "DTSTAMP:20270101T000000Z",
      `DTSTART${start}`,
      "SUMMARY:Permit",
      "DESCRIPTION:Of the north site",
      `URL:${LINK}`,
      `X-ECOCOMPLY-OBLIGATION:${OBLIGATION_ID}`,
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      "DESCRIPTION:Permit",
      `TRIGGER${trigger}`,
      "END:VALARM",
      "END:VEVENT",
      "END:VCALENDAR",
      "",
    ].join("\r\n");
  assert.deepEqual(calDavView("one", file(";TZID=Europe/Paris:20270314T090000", ":-P1D")), {
    id: "one",
    title: "Permit",
    day: "2027-03-14",
    time: "09:00",
    time_zone: "Europe/Paris",
    reminders_minutes: [1440],
    description: "Of the north site",
    link: LINK,
    obligation_id: OBLIGATION_ID,
  });
  const { time, time_zone, reminders_minutes } = calDavView("one", file(";VALUE=DATE:20270314", ":PT9H"));
  assert.deepEqual([time, time_zone, reminders_minutes], [null, null, [-540]]);
  const at = calDavView("one", file(":20270314T090000Z", ";VALUE=DATE-TIME:20270314T083000Z"));
  assert.deepEqual([at.time_zone, at.reminders_minutes], ["UTC", [30]]);
});

Deno.test("an event of somebody else's, with nothing that is ours, is shown too", () => {
  const view = googleView({
    id: "theirs",
    status: "confirmed",
    etag: '"1"',
    created: "",
    updated: "",
    sequence: 0,
    start: { date: "2027-03-14" },
    end: { date: "2027-03-15" },
    reminders: { useDefault: true },
  });
  assert.deepEqual([view.title, view.reminders_minutes, view.link, view.obligation_id], [
    "(no title)",
    [],
    null,
    null,
  ]);
});
