// Prints a feed and what a reader has to find in it, as JSON: what `tests/system/read_feed.py` compares.
import { Temporal } from "temporal-polyfill";
import { calendarEventOf } from "../../supabase/functions/_shared/domain/calendar-event.ts";
import { calendarOf, feedEvent } from "../unit/functions/feeds/sample.ts";
import { DEFAULT_SETTINGS } from "../support/default-settings.ts";

const TITLES = [
  "Air emissions report, 2026; \\ final",
  "Prüfung der Anlage — 日本語 👩‍👩‍👧‍👦 ".repeat(6).trim(),
  "Line one\nline two",
];
const ZONES = [
  "Europe/Paris",
  "America/New_York",
  "Asia/Kolkata",
  "Africa/Casablanca",
  "Australia/Lord_Howe",
  "UTC",
];
const INSTANTS = [
  "2027-01-15T11:00:00Z",
  "2027-03-28T00:30:00Z",
  "2027-07-01T07:00:00Z",
  "2027-10-31T01:15:00Z",
];
const URL = "https://app.example.com/o/1?a=1,2;3";

// No comma in a category: this reader splits there, escaped or not.
const dates = TITLES.map((title, sequence) =>
  feedEvent({
    title,
    description: `${title}\n\n${URL}`,
    url: URL,
    completed: false,
    reminders_minutes: [10080, 90, 0],
  }, {
    uid: `date-${sequence}@example.com`,
    sequence,
    category: "air; water \\ soil",
    cancelled: sequence === 2,
  })
);
const instants = ZONES.flatMap((time_zone) =>
  INSTANTS.map((at) => {
    const event = calendarEventOf({
      obligation_id: "1",
      title: "Timed",
      description: "",
      obligation_type: null,
      status: "open",
      due: { kind: "instant", at, time_zone },
      url: null,
    }, { ...DEFAULT_SETTINGS, reminders_minutes: [] });
    if (event === null) throw new Error("It has a deadline.");
    return feedEvent(event, { uid: `${time_zone} ${at}` });
  })
);

const utc = (at: string) => Temporal.Instant.from(at).toString({ smallestUnit: "second" });
const expected = [...dates, ...instants].map((
  { event, uid, sequence, created_at, modified_at, category, cancelled },
) => ({
  uid,
  sequence,
  summary: event.title,
  // What is cancelled keeps its title and its time.
  description: cancelled ? "" : event.description,
  url: cancelled ? "" : event.url ?? "",
  categories: cancelled || category === null ? [] : [category],
  status: cancelled ? "CANCELLED" : "CONFIRMED",
  transp: "TRANSPARENT",
  start: event.time.kind === "all_day" ? event.time.start_date : utc(event.time.start),
  end: event.time.kind === "all_day" ? event.time.end_date : utc(event.time.end),
  stamp: utc(modified_at),
  created: utc(created_at),
  modified: utc(modified_at),
  alarms: cancelled ? [] : event.reminders_minutes.map((minutes) => ["DISPLAY", event.title, -60 * minutes]),
}));
console.log(
  JSON.stringify({ name: TITLES[0], text: calendarOf([...dates, ...instants], TITLES[0]), expected }),
);
