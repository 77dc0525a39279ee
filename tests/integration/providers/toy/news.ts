import type {
  CalendarAnswer,
  CalendarNews,
  EventNews,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { ToyEvent } from "./server.ts";

/** An event of ours as the toy lists it. */
export interface OwnEvent
  extends Pick<ToyEvent, "start" | "end" | "time_zone" | "repeats" | "guests" | "version"> {
  readonly id: string;
  readonly obligation_id: string;
}

/** Everything, each time: the toy does not say what changed. */
export function newsOf(listed: CalendarAnswer<readonly OwnEvent[]>): CalendarAnswer<CalendarNews> {
  if (listed.kind !== "done") return listed;
  const news = listed.value.map((item): EventNews => ({
    kind: "shown",
    event: {
      event_id: item.id,
      etag: String(item.version),
      obligation_id: item.obligation_id,
      time: item.time_zone === null ? { kind: "all_day", start_date: item.start, end_date: item.end } : {
        kind: "timed",
        start_at: new Date(item.start).toISOString(),
        end_at: new Date(item.end).toISOString(),
        time_zone: item.time_zone,
      },
      is_series: item.repeats,
      has_guests: item.guests.length > 0,
    },
  }));
  return { kind: "done", value: { news, is_complete: true, cursor: null } };
}
