import type { TaggedEvent } from "../calendar-client.ts";
import type { CalendarProgram, Target } from "./calendars.ts";
import { EVENT_OWNER_PROPERTY, OBLIGATION_PROPERTY } from "./event-body.ts";
import { findTagged } from "./tagged-events.ts";

/** Lists the events in a calendar that carry the owner's tag, whatever obligation they are of. */
export function* listOwnEvents(target: Target): CalendarProgram<readonly TaggedEvent[]> {
  const tag = { property: EVENT_OWNER_PROPERTY, value: target.owner };
  const tagged = yield* findTagged(target, tag, OBLIGATION_PROPERTY);
  if (tagged.kind !== "done") return tagged;
  return {
    kind: "done",
    value: Array.from(tagged.value, ([event_id, obligation_id]) => ({ event_id, obligation_id })),
  };
}
