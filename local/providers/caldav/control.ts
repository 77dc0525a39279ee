import ICAL from "ical.js";
import { z } from "zod";
import type { Controls } from "../control.ts";
import { BY_THE_BOOK, type CalDavState, calendarAt, type StoredFile } from "./state.ts";
import { calendarPath } from "./resources.ts";

const Odd = z.strictObject({
  ...Object.fromEntries(
    Object.keys(BY_THE_BOOK).filter((name) => name !== "mkcalendar").map((name) => [name, z.boolean()]),
  ),
  mkcalendar: z.enum(["allowed", "refused", "limited"]),
}).partial();
const Settings = z.strictObject({
  odd: Odd.optional(),
  page_size_max: z.int().min(1).nullable().optional(),
  requests_at_once: z.int().min(1).nullable().optional(),
});
const UserEdit = z.object({
  account: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  change: z.union([
    z.literal("delete"),
    /** Properties of the event, as text that needs no escaping. */
    z.record(z.string().regex(/^[a-z-]+$/i), z.string()),
  ]),
});

/** What is CalDAV's behind the controls. */
export function calDavControls(state: CalDavState): Controls {
  return {
    snapshot: () => ({
      accounts: [...state.accounts.values()].map((account) => ({
        email: account.email,
        name: account.name,
        calendars: [...account.calendars.values()].map((
          { files, removed: _r, burned_uids: _b, ...calendar },
        ) => ({
          ...calendar,
          id: calendarPath(account, calendar.slug),
          files: [...files].map(([name, file]) => ({ name, ...file })),
        })),
      })),
      odd: state.odd,
    }),
    view: () =>
      [...state.accounts.values()].map((account) => ({
        email: account.email,
        name: account.name,
        calendars: [...account.calendars.values()].map(({ slug, name, color, files }) => ({
          id: calendarPath(account, slug),
          name,
          color: color.slice(0, "#rrggbb".length),
          events: [...files].map(eventViewOf),
        })),
      })),
    changeSettings: (body) => {
      const { odd, page_size_max, requests_at_once } = Settings.parse(body);
      if (odd !== undefined) Object.assign(state.odd, odd);
      if (page_size_max !== undefined) state.page_size_max = page_size_max;
      if (requests_at_once !== undefined) state.requests_at_once = requests_at_once;
    },
    // A password does not end by itself.
    expireTokens: (email) => state.accounts.has(email),
    revoke: (email) => {
      state.accounts.get(email)?.passwords.clear();
      return state.accounts.has(email);
    },
    editEvent: (body) => {
      const { account, calendar_id, event_id, change } = UserEdit.parse(body);
      const found = calendarAt(state, calendar_id);
      const name = `${event_id}.ics`;
      const file = found?.account.email === account ? found.calendar.files.get(name) : undefined;
      if (!found || !file) return false;
      if (change === "delete") return state.remove(found.calendar, name);
      state.store(found.calendar, name, { uid: file.uid, text: edited(file.text, change) });
      return true;
    },
    deleteCalendar: (email, calendar_id) => {
      const found = calendarAt(state, calendar_id);
      if (found?.account.email === email) state.removeCalendar(found.account, found.calendar.slug);
    },
  };
}

/** A file as an application leaves it that sets these properties of its event. */
function edited(text: string, change: Readonly<Record<string, string>>): string {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const event = calendar.getFirstSubcomponent("vevent");
  for (const [name, value] of Object.entries(change)) {
    event?.removeAllProperties(name.toLowerCase());
    event?.addProperty(ICAL.Property.fromString(`${name.toUpperCase()}:${value}`));
  }
  return `${calendar.toString()}\r\n`;
}

function eventViewOf([name, { text, revision }]: [string, StoredFile]) {
  const event = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent("vevent");
  const start = event?.getFirstPropertyValue("dtstart");
  const time = start instanceof ICAL.Time ? start : null;
  return {
    id: name,
    version: String(revision),
    title: String(event?.getFirstPropertyValue("summary") ?? "(no title)"),
    day: time?.toString().slice(0, "YYYY-MM-DD".length) ?? "",
    time: time === null || time.isDate
      ? null
      : time.toString().slice("YYYY-MM-DDT".length, "YYYY-MM-DDTHH:MM".length),
  };
}
