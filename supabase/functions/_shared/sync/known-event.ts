import type { z } from "zod";
import { eventTime } from "../domain/calendar-event.ts";
import type { Attempted, KnownEvent } from "../domain/edits.ts";
import type { Due } from "../domain/obligation.ts";
import type { KnownEdit, KnownMapping } from "./lane.ts";

/**
 * What decides about an edit, of what the database knows.
 *
 * @param due null: there should be no event
 */
export function knownEvent(
  mapping: z.infer<typeof KnownMapping> | null,
  due: Due | null,
  edit: z.infer<typeof KnownEdit>,
  attempted: Attempted,
): KnownEvent {
  return {
    event_id: mapping?.external_event_id ?? null,
    etag: mapping?.etag ?? null,
    previous_etag: mapping?.previous_etag ?? null,
    sent_time: mapping?.sent_time ?? null,
    legal_time: due && eventTime(due),
    attempted,
    is_unseen: mapping?.content_hash === "" && mapping.etag === null,
    edit,
  };
}
