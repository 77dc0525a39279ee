import { Temporal } from "temporal-polyfill";
import type { EventTime } from "./calendar-event.ts";
import type { SeenTime } from "./seen-event.ts";

/**
 * When an event is seen, in the time zone that its deadline has, where their clocks agree then. Some providers keep zones of many
 * places each, and show Madrid's deadlines in that of Paris: nobody chose that.
 *
 * @param legal_time when the event should be; null: it should not be there
 */
export function inOwnZone(seen: SeenTime, legal_time: EventTime | null): SeenTime {
  if (seen.kind === "all_day" || legal_time === null || legal_time.kind === "all_day") return seen;
  if (seen.time_zone === null || !agree(seen.time_zone, legal_time.time_zone, seen.start_at)) return seen;
  return { ...seen, time_zone: legal_time.time_zone };
}

/** Whether two clocks show the same then. Zones that a runtime does not know agree with none. */
function agree(one: string, other: string, at: string): boolean {
  try {
    const instant = Temporal.Instant.from(at);
    return instant.toZonedDateTimeISO(one).offset === instant.toZonedDateTimeISO(other).offset;
  } catch {
    return false;
  }
}
