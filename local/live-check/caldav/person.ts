import ICAL from "ical.js";
import { editedFile } from "../../providers/caldav/person-edit.ts";
import { readCalendar } from "../../providers/caldav/read-calendar.ts";
import { REQUESTS_AT_ONCE_MAX } from "../../../supabase/functions/_shared/providers/caldav/http.ts";
import { seenFile } from "../../../tests/support/subjects/caldav-subject.ts";
import type { LiveEvent, Person } from "../account.ts";
import { answered } from "../answered.ts";
import type { RawCall } from "../raw-call.ts";
import { fileIds, filePath, newFile } from "./files.ts";

const ICALENDAR = { "content-type": "text/calendar; charset=utf-8" };
const ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Mine\r\nTRIGGER:-PT5M\r\nEND:VALARM";

function shown(id: string, text: string): LiveEvent {
  const url = readCalendar(text).getFirstSubcomponent("vevent")?.getFirstPropertyValue("url") ?? null;
  return { seen: seenFile(id, text), link: url === null ? null : String(url) };
}

/** A person with a calendar application. */
export function calDavPerson(raw: RawCall): Person {
  const read = async (path: string) => answered(await raw("GET", path)).text;
  const write = async (path: string, text: string) => {
    answered(await raw("PUT", path, { body: text, headers: ICALENDAR }));
  };
  return {
    async events(calendar_id) {
      const events: LiveEvent[] = [];
      const ids = await fileIds(raw, calendar_id);
      for (let from = 0; from < ids.length; from += REQUESTS_AT_ONCE_MAX) {
        const some = ids.slice(from, from + REQUESTS_AT_ONCE_MAX);
        events.push(
          ...await Promise.all(some.map(async (id) => shown(id, await read(filePath(calendar_id, id))))),
        );
      }
      return events;
    },
    async remind(calendar_id, event_id) {
      const path = filePath(calendar_id, event_id);
      const calendar = readCalendar(await read(path));
      const event = calendar.getFirstSubcomponent("vevent");
      event?.removeAllSubcomponents("valarm");
      event?.addSubcomponent(ICAL.Component.fromString(ALARM));
      await write(path, `${calendar.toString()}\r\n`);
    },
    async addEvent(calendar_id) {
      const uid = `own-${crypto.randomUUID()}`;
      await write(filePath(calendar_id, uid), newFile(uid));
    },
    async edit(calendar_id, event_id, edit) {
      const path = filePath(calendar_id, event_id);
      if (edit.kind === "delete") answered(await raw("DELETE", path));
      else await write(path, editedFile(await read(path), edit, event_id, null));
    },
  };
}
