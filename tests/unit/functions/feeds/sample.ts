import type {
  CalendarEvent,
  EventTime,
} from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Feed, Item } from "../../../../supabase/functions/calendar-feed/feed.ts";
import {
  beginCalendar,
  calendarEvents,
  endCalendar,
  type FeedEvent,
} from "../../../../supabase/functions/calendar-feed/icalendar.ts";
import { vtimezoneOf } from "../../../../supabase/functions/_shared/icalendar/vtimezone.ts";

const ALL_DAY: EventTime = { kind: "all_day", start_date: "2027-02-28", end_date: "2027-03-01" };

/** An event of a feed with what a test cares about. */
export function feedEvent(event: Partial<CalendarEvent> = {}, rest: Partial<FeedEvent> = {}): FeedEvent {
  return {
    event: {
      obligation_id: "0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11",
      title: "Air emissions report",
      description: "",
      time: ALL_DAY,
      url: null,
      completed: false,
      reminders_minutes: [],
      ...event,
    },
    uid: "0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11@project.supabase.co",
    sequence: 0,
    created_at: "2026-11-25T12:00:00Z",
    modified_at: "2026-11-25T12:00:00Z",
    category: null,
    cancelled: false,
    ...rest,
  };
}

/** A calendar of these events, with the zones that they are in. */
export function calendarOf(events: readonly FeedEvent[], name = "Deadlines"): string {
  const times = events.map(({ event }) => event.time).filter((time) => time.kind === "timed");
  const by_zone = Map.groupBy(times, ({ time_zone }) => time_zone);
  const zones = [...by_zone].map(([time_zone, used]) => {
    const instants = used.map(({ start }) => new Date(start).toISOString()).sort();
    return vtimezoneOf({ time_zone, first: instants[0] ?? "", last: instants.at(-1) ?? "" });
  }).filter((zone) => zone !== null);
  return beginCalendar(name, zones) + calendarEvents(events, zones) + endCalendar();
}

export const FEED: Feed = {
  kind: "feed",
  feed_id: "6f1c2f52-0f5e-4a55-9d0c-2f9a1c8e7b10",
  name: "Deadlines",
  settings: { reminders_minutes: [10080, 1440], completed_events: "keep" },
  day: "2026-11-25",
  now: "2026-11-25T12:00:00.5+00:00",
  feed_changed_at: "2026-11-24T09:00:00.25+00:00",
  reminders_changed_at: "2026-11-24T09:00:00.25+00:00",
  items_changed_at: "2026-11-25T11:59:58.75+00:00",
};

/** What a feed shows of an obligation. */
export function item(values: Partial<Item> = {}): Item {
  return {
    obligation_id: "0d7f9f3e-53c4-4d2a-9b2f-6f2f6a3f0f11",
    title: "Air emissions report",
    description: null,
    obligation_type: null,
    status: "open",
    deadline_date: "2027-02-28",
    deadline_at: null,
    time_zone: null,
    url: null,
    sequence: 0,
    modified_at: "2026-11-25T11:00:00+00:00",
    created_at: "2026-11-25T10:00:00+00:00",
    ...values,
  };
}
