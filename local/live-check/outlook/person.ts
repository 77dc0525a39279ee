import { z } from "zod";
import { type ClockTime, movedTime } from "../../providers/person-edit.ts";
import { OBLIGATION_PROPERTY } from "../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { linkIn, seenGraphEvent } from "../../../tests/support/subjects/outlook-subject.ts";
import type { LiveEvent, Person } from "../account.ts";
import { answered, pathOf } from "../answered.ts";
import type { RawCall } from "../raw-call.ts";

const Time = z.object({ dateTime: z.string(), timeZone: z.string() });
const Resource = z.object({
  id: z.string(),
  subject: z.string().nullable(),
  body: z.object({ contentType: z.enum(["text", "html"]), content: z.string() }),
  isAllDay: z.boolean(),
  start: Time,
  end: Time,
  originalStartTimeZone: z.string(),
  showAs: z.enum(["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"]),
  isReminderOn: z.boolean(),
  reminderMinutesBeforeStart: z.number(),
  attendees: z.array(z.unknown()),
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string() })).default([]),
});
type Resource = z.infer<typeof Resource>;
const Page = z.object({ value: z.array(Resource) });

const EVENTS_MAX = 500;
const CLOCK_CHARACTERS = "YYYY-MM-DDTHH:MM:SS".length;
const DATE_CHARACTERS = "YYYY-MM-DD".length;
const EXPAND = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${OBLIGATION_PROPERTY}')`);

/** Where an event is. */
export const eventPath = (event_id: string) => pathOf("me", "events", event_id);

/** A person at Outlook. */
export function outlookPerson(raw: RawCall): Person {
  const find = async (event_id: string, headers: Readonly<Record<string, string>> = {}) =>
    Resource.parse(answered(await raw("GET", eventPath(event_id), { headers })).json);
  return {
    async events(calendar_id) {
      const path = `${pathOf("me", "calendars", calendar_id, "events")}?$top=${EVENTS_MAX}&$expand=${EXPAND}`;
      return Page.parse(answered(await raw("GET", path)).json).value.map(shown);
    },
    async remind(_calendar_id, event_id) {
      const body = { isReminderOn: true, reminderMinutesBeforeStart: 5 };
      answered(await raw("PATCH", eventPath(event_id), { body }));
    },
    async addEvent(calendar_id) {
      const at = (day: string) => ({ dateTime: `${day}T00:00:00`, timeZone: "UTC" });
      const body = { subject: "Dentist", isAllDay: true, start: at("2027-01-01"), end: at("2027-01-02") };
      answered(await raw("POST", pathOf("me", "calendars", calendar_id, "events"), { body }));
    },
    async edit(_calendar_id, event_id, edit) {
      if (edit.kind === "delete") {
        answered(await raw("DELETE", eventPath(event_id)));
        return;
      }
      if (edit.kind === "rename") {
        answered(await raw("PATCH", eventPath(event_id), { body: { subject: edit.title } }));
        return;
      }
      const { originalStartTimeZone: zone } = await find(event_id);
      // Of a timed event, on its own clock.
      const event = await find(event_id, { prefer: `${IMMUTABLE}, outlook.timezone="${zone}"` });
      const time = movedTime(clockTimeOf(event), edit);
      const at = (dateTime: string) => ({ dateTime, timeZone: zone });
      const body = time.kind === "all_day"
        ? { isAllDay: true, start: at(`${time.start_date}T00:00:00`), end: at(`${time.end_date}T00:00:00`) }
        : { isAllDay: false, start: at(time.start), end: at(time.end) };
      answered(await raw("PATCH", eventPath(event_id), { body }));
    },
  };
}

/** Ids that events keep when they are dragged. */
export const IMMUTABLE = 'IdType="ImmutableId"';

function shown(event: Resource): LiveEvent {
  const content = bodyOf(event.body.content);
  const seen = seenGraphEvent({
    ...event,
    body: { ...event.body, content },
    extendedProperties: new Map(event.singleValueExtendedProperties.map(({ id, value }) => [id, value])),
  });
  const { time } = seen;
  return {
    seen: {
      ...seen,
      text: seen.text.trim(),
      // Graph answers in UTC and says in which zone the event was made.
      time: time.kind === "timed" ? { ...time, time_zone: event.originalStartTimeZone } : time,
    },
    link: linkIn(content),
  };
}

/** Exchange makes a whole page of what it is given. */
function bodyOf(html: string): string {
  const [, body = html] = /<body[^>]*>([\s\S]*)<\/body>/i.exec(html) ?? [];
  return body.replaceAll("\r", "");
}

function clockTimeOf({ isAllDay, start, end }: Resource): ClockTime {
  const length = isAllDay ? DATE_CHARACTERS : CLOCK_CHARACTERS;
  const [from, to] = [start.dateTime.slice(0, length), end.dateTime.slice(0, length)];
  return isAllDay
    ? { kind: "all_day", start_date: from, end_date: to }
    : { kind: "timed", start: from, end: to };
}
