import { calendarEventOf, knownTimeZone } from "../_shared/domain/calendar-event.ts";
import { TITLE_ALONE } from "../_shared/domain/event-title.ts";
import type { Due } from "../_shared/domain/obligation.ts";
import { isOver } from "../_shared/domain/reminders.ts";
import type { Rpc } from "../_shared/platform/rpc.ts";
import { type Feed, type Item, type Page, readPage } from "./feed.ts";
import { beginCalendar, calendarEvents, endCalendar, type FeedEvent } from "./icalendar.ts";
import { type VTimeZone, vtimezoneOf, type ZoneUse } from "../_shared/icalendar/vtimezone.ts";

/** A quarter of a megabyte: little to hold, and few calls. */
const ITEMS_PER_PAGE = 500;
/** As calendars have it for which nothing else was chosen. */
const ALL_DAY_REMINDER_TIME = "09:00";

/**
 * A feed in RFC 5545, page by page, so that a large one needs no more memory than a small one. Where an obligation changes
 * meanwhile, later pages may show that already: the next poll finds another ETag and reads all of it again.
 *
 * @param first_page read by the caller, so that a database that does not answer is an error and no half of a calendar
 * @param domain what UIDs end with
 */
export async function* feedBody(
  { rpc, feed, first_page, domain }: {
    readonly rpc: Rpc;
    readonly feed: Feed;
    readonly first_page: Page;
    readonly domain: string;
  },
): AsyncGenerator<string> {
  const zones = zonesOf(first_page.zones ?? []);
  yield beginCalendar(feed.name, zones);
  let page = first_page;
  while (page.items.length > 0) {
    const next = nextPage(rpc, feed, page);
    // Whatever becomes of this page, an answer that nobody waits for is no unhandled rejection.
    next.catch(() => {});
    // One turn, so that the request is on its way while this thread is busy.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const events = page.items.map((item) => feedEventOf(item, feed, domain)).filter((event) =>
      event !== null
    );
    if (events.length > 0) yield calendarEvents(events, zones);
    page = await next;
  }
  yield endCalendar();
}

/** The first page of a feed. */
export async function firstPage(rpc: Rpc, feed: Feed): Promise<Page> {
  return await readPage(rpc, feed, null, ITEMS_PER_PAGE);
}

async function nextPage(rpc: Rpc, feed: Feed, { items }: Page): Promise<Page> {
  const last = items.at(-1);
  if (last === undefined || items.length < ITEMS_PER_PAGE) return { items: [], zones: null };
  return await readPage(rpc, feed, last.obligation_id, ITEMS_PER_PAGE);
}

/** @returns null where the obligation belongs in no calendar */
export function feedEventOf(item: Item, feed: Feed, domain: string): FeedEvent | null {
  const cancelled = item.status === "cancelled";
  const event = calendarEventOf({
    obligation_id: item.obligation_id,
    title: item.title,
    description: item.description ?? "",
    obligation_type: item.obligation_type,
    status: item.status === "completed" ? "completed" : "open",
    due: dueOf(item),
    url: item.url,
  }, {
    ...feed.settings,
    all_day_reminder_time: ALL_DAY_REMINDER_TIME,
    // The database leaves the others out.
    obligation_types: null,
    title_template: TITLE_ALONE,
  });
  if (event === null) return null;
  // By the day that a feed is read on: within a day its bytes stay the same.
  const is_over = isOver(event, Date.parse(feed.day));
  return {
    event: is_over ? { ...event, reminders_minutes: [] } : event,
    uid: `${item.obligation_id}@${domain}`,
    sequence: item.sequence,
    created_at: item.created_at,
    // Other reminders change every event, and a reader that goes by LAST-MODIFIED is to see that.
    modified_at: later(item.modified_at, feed.reminders_changed_at, item.created_at),
    category: item.obligation_type,
    cancelled,
  };
}

function dueOf({ deadline_date, deadline_at, time_zone }: Item): Due {
  if (deadline_date !== null) return { kind: "date", date: deadline_date };
  return deadline_at === null ? { kind: "none" } : { kind: "instant", at: deadline_at, time_zone };
}

/** Reminders that were chosen before the event came to be changed nothing about it. */
function later(modified_at: string, reminders_changed_at: string, created_at: string): string {
  const reminders = Date.parse(reminders_changed_at);
  return reminders > Date.parse(created_at) && reminders > Date.parse(modified_at)
    ? reminders_changed_at
    : modified_at;
}

/** Spellings of one zone are one zone. */
function zonesOf(uses: readonly ZoneUse[]): readonly VTimeZone[] {
  const merged = new Map<string, ZoneUse>();
  for (const { time_zone: given, first, last } of uses) {
    const time_zone = knownTimeZone(given);
    const known = merged.get(time_zone);
    merged.set(time_zone, {
      time_zone,
      first: known !== undefined && Date.parse(known.first) < Date.parse(first) ? known.first : first,
      last: known !== undefined && Date.parse(known.last) > Date.parse(last) ? known.last : last,
    });
  }
  return [...merged.values()].map(vtimezoneOf).filter((zone) => zone !== null);
}
