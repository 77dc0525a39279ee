import { z } from "zod";
import { editedEvent } from "../../providers/google/person-edit.ts";
import type { EventResource } from "../../providers/google/state.ts";
import { seenResource } from "../../../tests/support/subjects/google-subject.ts";
import type { Person } from "../account.ts";
import { answered, pathOf } from "../answered.ts";
import type { RawCall } from "../raw-call.ts";

const EVENTS_MAX = "2500";

const When = z.looseObject({
  date: z.string().exactOptional(),
  dateTime: z.string().exactOptional(),
  timeZone: z.string().exactOptional(),
});
const Resource: z.ZodType<EventResource> = z.looseObject({
  id: z.string(),
  status: z.string(),
  etag: z.string(),
  created: z.string(),
  updated: z.string(),
  sequence: z.number().default(0),
  start: When,
  end: When,
});
const Page = z.object({ timeZone: z.string(), items: z.array(Resource).default([]) });
const Link = z.object({ source: z.object({ url: z.string() }) });

/** Where an event is. */
export const eventPath = (calendar_id: string, event_id: string) =>
  pathOf("calendars", calendar_id, "events", event_id);

/** A person at Google Calendar. */
export function googlePerson(raw: RawCall): Person {
  const list = async (calendar_id: string) =>
    Page.parse(
      (answered(
        await raw("GET", `${pathOf("calendars", calendar_id, "events")}?maxResults=${EVENTS_MAX}`),
      )).json,
    );
  return {
    async events(calendar_id) {
      const { items } = await list(calendar_id);
      return items.map((event) => ({
        seen: seenResource(event),
        link: Link.safeParse(event).data?.source.url ?? null,
      }));
    },
    async remind(calendar_id, event_id) {
      const reminders = { useDefault: false, overrides: [{ method: "popup", minutes: 5 }] };
      answered(await raw("PATCH", eventPath(calendar_id, event_id), { body: { reminders } }));
    },
    async addEvent(calendar_id) {
      const body = { summary: "Dentist", start: { date: "2027-01-01" }, end: { date: "2027-01-02" } };
      answered(await raw("POST", pathOf("calendars", calendar_id, "events"), { body }));
    },
    async edit(calendar_id, event_id, edit) {
      const path = eventPath(calendar_id, event_id);
      if (edit.kind === "delete") {
        answered(await raw("DELETE", path));
        return;
      }
      const { timeZone } = await list(calendar_id);
      const event = Resource.parse(answered(await raw("GET", path)).json);
      const { start, end, ...edited } = editedEvent(event, edit, { id: calendar_id, timeZone });
      const whole = (when: EventResource["start"]) => ({
        date: null,
        dateTime: null,
        timeZone: null,
        ...when,
      });
      const body = edit.kind === "move"
        ? { start: whole(start), end: whole(end) }
        : { summary: edited["summary"] };
      answered(await raw("PATCH", path, { body }));
    },
  };
}
