import { z } from "zod";
import type { SeenEvent } from "../calendar-client.ts";
import { OBLIGATION_PROPERTY } from "./event-body.ts";
import { SeenTimes } from "./seen-time.ts";
import { TaggedResource, tagOf } from "./tagged-events.ts";

/** Without it, Graph answers in UTC too; said so that nothing in between decides otherwise. */
export const IN_UTC = 'outlook.timezone="UTC"';

/** What has to be known of an event to see what its user did, as `$select` names it. */
export const SEEN_FIELDS = "id,start,end,isAllDay,originalStartTimeZone,type,recurrence,attendees";

/** An event as Graph shows it. */
export const SeenResource = z.intersection(
  SeenTimes,
  TaggedResource.extend({
    "@odata.etag": z.string().nullish(),
    type: z.string().nullish(),
    recurrence: z.unknown().optional(),
    attendees: z.array(z.unknown()).nullish(),
  }),
);
type SeenResource = z.infer<typeof SeenResource>;

export function seenEventOf(event: SeenResource): SeenEvent {
  return {
    event_id: event.id,
    etag: event["@odata.etag"] ?? null,
    obligation_id: tagOf(event, OBLIGATION_PROPERTY),
    time: event.time,
    is_series: event.type === "seriesMaster" || (event.recurrence ?? null) !== null,
    has_guests: (event.attendees?.length ?? 0) > 0,
  };
}
