import { z } from "zod";
import type { TaggedEvent } from "../calendar-client.ts";
import type { CalendarProgram, Target } from "./calendars.ts";
import { EVENT_OWNER_PROPERTY, OBLIGATION_PROPERTY } from "./event-body.ts";
import { listTagged, TaggedResource, tagOf } from "./tagged-events.ts";
import { isCreatedByUs } from "./transaction-id.ts";

const CreatedResource = TaggedResource.extend({ transactionId: z.string().nullish() });

/**
 * Finds the owner's events in a calendar, of one obligation or of all, but no copies that the user made of them.
 *
 * @param obligation_id null: of all
 */
export function* findOwnEvents(
  target: Target,
  obligation_id: string | null,
): CalendarProgram<readonly TaggedEvent[]> {
  const { owner } = target;
  const [tag, shown] = obligation_id === null
    ? [{ property: EVENT_OWNER_PROPERTY, value: owner }, OBLIGATION_PROPERTY]
    : [{ property: OBLIGATION_PROPERTY, value: obligation_id }, EVENT_OWNER_PROPERTY];
  const listed = yield* listTagged(target, { tag, shown, select: "id,transactionId", item: CreatedResource });
  if (listed.kind !== "done") return listed;
  const own = listed.value.flatMap((item): TaggedEvent[] => {
    const value = tagOf(item, shown);
    if (value === null || (obligation_id !== null && value !== owner)) return [];
    return isCreatedByUs(item.transactionId)
      ? [{ event_id: item.id, obligation_id: obligation_id ?? value }]
      : [];
  });
  return { kind: "done", value: own };
}
