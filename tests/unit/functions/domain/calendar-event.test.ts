import assert from "node:assert/strict";
import fc from "fast-check";
import {
  calendarEventOf,
  cutTitle,
  isOutOfRange,
  TITLE_MAX_CHARACTERS,
} from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Due, Obligation } from "../../../../supabase/functions/_shared/domain/obligation.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const SETTINGS = DEFAULT_SETTINGS;

function obligation(change: Partial<Obligation> = {}): Obligation {
  return {
    obligation_id: "00000000-0000-4000-8000-000000000001",
    title: "Permit renewal",
    description: "Form 12",
    obligation_type: null,
    status: "open",
    due: { kind: "date", date: "2026-12-31" },
    url: null,
    ...change,
  };
}

function timeOf(due: Due) {
  return calendarEventOf(obligation({ due }), SETTINGS)?.time;
}

Deno.test("a deadline that RFC 3339 cannot write is in no calendar, and the reason is known", () => {
  const dates = ["infinity", "-infinity", "0044-03-15 BC", "10000-01-01", "5874897-12-31", "9999-12-31"];
  const instants = [
    "infinity",
    "294276-12-31T23:59:59+00:00",
    "4714-11-24T00:00:00+00:00 BC",
    "9999-12-31T23:45:00Z",
  ];
  const dues: Due[] = [
    ...dates.map((date) => ({ kind: "date", date }) as const),
    ...instants.map((at) => ({ kind: "instant", at, time_zone: "Etc/GMT+12" }) as const),
    { kind: "instant", at: "0001-01-01T00:00:00Z", time_zone: "America/New_York" },
  ];
  for (const due of dues) {
    assert.equal(timeOf(due), undefined, JSON.stringify(due));
    assert.equal(isOutOfRange(obligation({ due }), SETTINGS), true);
    assert.equal(isOutOfRange(obligation({ due, status: "cancelled" }), SETTINGS), false);
  }
  for (
    const due of [{ kind: "none" }, { kind: "date", date: "9999-12-30" }, {
      kind: "date",
      date: "0001-01-01",
    }] as const
  ) {
    assert.equal(isOutOfRange(obligation({ due }), SETTINGS), false);
  }
});

Deno.test("an all-day deadline lasts one day, with an exclusive end, across the end of a year and a leap day", () => {
  assert.deepEqual(timeOf({ kind: "date", date: "2026-12-31" }), {
    kind: "all_day",
    start_date: "2026-12-31",
    end_date: "2027-01-01",
  });
  assert.deepEqual(timeOf({ kind: "date", date: "2028-02-28" }), {
    kind: "all_day",
    start_date: "2028-02-28",
    end_date: "2028-02-29",
  });
});

Deno.test("a timed deadline keeps its instant on both sides of a DST change", () => {
  assert.deepEqual(timeOf({ kind: "instant", at: "2026-10-25T00:45:00+00:00", time_zone: "Europe/Paris" }), {
    kind: "timed",
    start: "2026-10-25T02:45:00+02:00",
    end: "2026-10-25T02:15:00+01:00",
    time_zone: "Europe/Paris",
  });
  assert.deepEqual(timeOf({ kind: "instant", at: "2026-03-29T00:45:00Z", time_zone: "Europe/Paris" }), {
    kind: "timed",
    start: "2026-03-29T01:45:00+01:00",
    end: "2026-03-29T03:15:00+02:00",
    time_zone: "Europe/Paris",
  });
});

Deno.test("a zone that is missing or unknown is shown as the same instant in UTC", () => {
  for (const time_zone of [null, "Mars/Olympus", "+02:00", ""]) {
    assert.deepEqual(timeOf({ kind: "instant", at: "2026-06-01T10:00:00Z", time_zone }), {
      kind: "timed",
      start: "2026-06-01T10:00:00+00:00",
      end: "2026-06-01T10:30:00+00:00",
      time_zone: "UTC",
    });
  }
});

Deno.test("no event stands for an obligation that has no deadline, is cancelled, or is completed and unwanted", () => {
  assert.equal(calendarEventOf(obligation({ due: { kind: "none" } }), SETTINGS), null);
  assert.equal(calendarEventOf(obligation({ status: "cancelled" }), SETTINGS), null);
  const remove = { ...SETTINGS, completed_events: "remove" } as const;
  assert.equal(calendarEventOf(obligation({ status: "completed" }), remove), null);
  assert.equal(calendarEventOf(obligation({ status: "open" }), remove)?.title, "Permit renewal");
});

Deno.test("a completed obligation that is kept is ticked off", () => {
  assert.equal(calendarEventOf(obligation({ status: "completed" }), SETTINGS)?.title, "✓ Permit renewal");
});

Deno.test("the link is the last line, and only where it is one that a provider accepts", () => {
  const linked = calendarEventOf(obligation({ url: "https://example.com/o/1" }), SETTINGS);
  assert.equal(linked?.description, "Form 12\n\nhttps://example.com/o/1");
  assert.equal(linked?.url, "https://example.com/o/1");
  for (const url of ["javascript:alert(1)", "not a link", null]) {
    const unlinked = calendarEventOf(obligation({ url }), SETTINGS);
    assert.equal(unlinked?.description, "Form 12");
    assert.equal(unlinked?.url, null);
  }
});

Deno.test("a link with odd spelling is written as a browser reads it, any other as it is", () => {
  for (
    const [url, shown] of [
      ["https://a.example", "https://a.example"],
      ["https://A.example/?q='x'#<y>", "https://A.example/?q='x'#<y>"],
      [" https://a.example/ok", "https://a.example/ok"],
      ["HTTPS://a.example/ok", "https://a.example/ok"],
      ["https://a.example/\tok\n", "https://a.example/ok"],
      ["HTTP:a.example", "http://a.example/"],
      [" javascript:alert(1)", null],
      ["https://", null],
    ] as const
  ) {
    assert.equal(calendarEventOf(obligation({ url }), SETTINGS)?.url, shown, url);
  }
});

Deno.test("a title is cut at 250 characters and never inside what a reader sees as one", () => {
  assert.equal(cutTitle("a".repeat(2000)), `${"a".repeat(249)}…`);
  assert.equal(cutTitle("a".repeat(250)), "a".repeat(250));
  const family = "👩‍👩‍👧‍👦";
  fc.assert(fc.property(fc.array(fc.constantFrom("a", family, "é", "🇫🇷")), (characters) => {
    const title = characters.join("");
    const cut = cutTitle(title);
    assert.ok(cut.length <= TITLE_MAX_CHARACTERS);
    if (title.length <= TITLE_MAX_CHARACTERS) return assert.equal(cut, title);
    const kept = [...new Intl.Segmenter().segment(cut.slice(0, -1))].map(({ segment }) => segment);
    const whole = [...new Intl.Segmenter().segment(title)].map(({ segment }) => segment);
    assert.deepEqual(kept, whole.slice(0, kept.length));
  }));
});

Deno.test("reminders of an all-day deadline count back from the time of its day, those of a timed one from its start", () => {
  const minutesBefore = (all_day_reminder_time: string, due: Due) =>
    calendarEventOf(obligation({ due }), {
      ...SETTINGS,
      reminders_minutes: [1440, 60, 0],
      all_day_reminder_time,
    })?.reminders_minutes;
  const day: Due = { kind: "date", date: "2026-12-31" };
  assert.deepEqual(minutesBefore("09:00", day), [900, -480, -540]);
  assert.deepEqual(minutesBefore("00:00", day), [1440, 60, 0]);
  assert.deepEqual(minutesBefore("23:59", day), [1, -1379, -1439]);
  assert.deepEqual(minutesBefore("00:30", day), [1410, 30, -30]);
  const at: Due = { kind: "instant", at: "2026-12-31T12:00:00Z", time_zone: null };
  assert.deepEqual(minutesBefore("09:00", at), [1440, 60, 0]);
});

Deno.test("an event that its user keeps elsewhere says the legal date, before the link", () => {
  const url = "https://example.com/o";
  const kept = {
    kind: "timed",
    start_at: "2027-01-04T08:00:00Z",
    end_at: "2027-01-04T09:00:00Z",
    time_zone: "Europe/Berlin",
  } as const;
  const event = calendarEventOf(obligation({ url }), SETTINGS, kept);
  assert.equal(event?.description, `Form 12\n\nLegal date: 2026-12-31\n\n${url}`);
  assert.deepEqual(event?.time, {
    kind: "timed",
    start: "2027-01-04T09:00:00+01:00",
    end: "2027-01-04T10:00:00+01:00",
    time_zone: "Europe/Berlin",
  });
});

Deno.test("the legal date of an instant is the one of its own zone; a kept time without a zone is in UTC", () => {
  const due = { kind: "instant", at: "2026-12-31T23:30:00Z", time_zone: "Europe/Berlin" } as const;
  const kept = {
    kind: "timed",
    start_at: "2027-01-04T08:00:00Z",
    end_at: "2027-01-04T09:00:00Z",
    time_zone: null,
  } as const;
  const event = calendarEventOf(obligation({ due, description: "" }), SETTINGS, kept);
  assert.equal(event?.description, "Legal date: 2027-01-01");
  assert.equal(event?.time.kind === "timed" && event.time.time_zone, "UTC");
});

Deno.test("what belongs in no calendar is kept in none", () => {
  const kept = { kind: "all_day", start_date: "2027-01-05", end_date: "2027-01-06" } as const;
  assert.equal(calendarEventOf(obligation({ status: "cancelled" }), SETTINGS, kept), null);
});
