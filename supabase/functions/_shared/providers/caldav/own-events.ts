import type { CalendarAnswer, TaggedEvent } from "../calendar-client.ts";
import type { DavSteps, Target } from "./calendars.ts";
import { listFiles } from "./file-listing.ts";
import { ownId } from "./seen-event.ts";

/**
 * Lists the events in a calendar that this owner wrote, by the names of their files: they say all that is needed, and stay
 * when a server writes a file anew.
 */
export function* listOwnEvents(target: Target): DavSteps<CalendarAnswer<readonly TaggedEvent[]>> {
  const files = yield* listFiles(target);
  if (files.kind !== "done") return files;
  // A page shows a file a second time that was written meanwhile.
  const events = new Map(files.value.files.flatMap(({ name }) => {
    const id = ownId(name, target.owner);
    return id === null ? [] : [[name, id]];
  }));
  return { kind: "done", value: [...events.values()] };
}
