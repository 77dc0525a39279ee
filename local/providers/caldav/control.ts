import ICAL from "ical.js";
import { z } from "zod";
import type { Controls } from "../control.ts";
import { eventViewOf } from "./event-view.ts";
import { editedFile } from "./person-edit.ts";
import { readCalendar } from "./read-calendar.ts";
import { calendarPath } from "./resources.ts";
import { BY_THE_BOOK, type CalDavState, calendarAt, type CalendarEntry } from "./state.ts";

const FILE_END = ".ics";

const Odd = z.strictObject({
  ...Object.fromEntries(
    Object.entries(BY_THE_BOOK).filter(([, value]) => typeof value === "boolean")
      .map(([name]) => [name, z.boolean()]),
  ),
  mkcalendar: z.enum(["allowed", "refused", "limited", "property_refused"]),
  bad_tokens: z.enum(["forbidden", "conflict", "failure"]),
}).partial();
const Settings = z.strictObject({
  odd: Odd.optional(),
  page_size_max: z.int().min(1).nullable().optional(),
  multiget_max: z.int().min(1).nullable().optional(),
  requests_at_once: z.int().min(1).nullable().optional(),
  listing_lag_ms: z.int().min(0).optional(),
});
const UserEdit = z.object({
  account: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  change: z.union([
    z.literal("delete"),
    z.strictObject({ move_to: z.string() }),
    /** Properties of the event, as text that needs no escaping. */
    z.record(z.string().regex(/^[a-z-]+$/i), z.string()),
  ]),
});

/** Where calendars are: of the emulator, or of a server that it is the picture of. */
export interface CalDavPaths {
  readonly calendarAt: typeof calendarAt;
  readonly calendarPath: typeof calendarPath;
}

/** What is CalDAV's behind the controls. */
export function calDavControls(
  state: CalDavState,
  paths: CalDavPaths = { calendarAt, calendarPath },
): Controls {
  const calendarOf = (account: string, calendar_id: string): CalendarEntry | null => {
    const found = paths.calendarAt(state, calendar_id);
    return found?.account.email === account ? found.calendar : null;
  };
  return {
    snapshot: () => ({
      accounts: [...state.accounts.values()].map((account) => ({
        email: account.email,
        name: account.name,
        calendars: [...account.calendars.values()].map((
          { files, removed: _r, burned_uids: _b, ...calendar },
        ) => ({
          ...calendar,
          id: paths.calendarPath(account, calendar.slug),
          files: [...files].map(([name, file]) => ({ name, ...file })),
        })),
      })),
      odd: state.odd,
    }),
    view: () =>
      [...state.accounts.values()].map((account) => ({
        email: account.email,
        name: account.name,
        calendars: [...account.calendars.values()].map(({ slug, name, color, files, deleted }) => ({
          id: paths.calendarPath(account, slug),
          name,
          color: color.slice(0, "#rrggbb".length),
          events: [...files].map(([file, { text, revision }]) => ({
            ...eventViewOf(eventIdOf(file), text),
            version: String(revision),
          })),
          deleted: [...deleted].map(([file, { text }]) => eventViewOf(eventIdOf(file), text)),
        })),
      })),
    changeSettings: (body) => {
      const { odd, page_size_max, multiget_max, requests_at_once, listing_lag_ms } = Settings.parse(body);
      if (odd !== undefined) Object.assign(state.odd, odd);
      if (page_size_max !== undefined) state.page_size_max = page_size_max;
      if (multiget_max !== undefined) state.multiget_max = multiget_max;
      if (listing_lag_ms !== undefined) state.listing_lag_ms = listing_lag_ms;
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
      const calendar = calendarOf(account, calendar_id);
      const name = `${event_id}${FILE_END}`;
      const file = calendar?.files.get(name);
      if (!calendar || !file) return false;
      if (change === "delete") return state.remove(calendar, name);
      if (change["move_to"] !== undefined) {
        // By MOVE, or by PUT and DELETE: the file keeps its name and its UID.
        const to = calendarOf(account, change["move_to"]);
        if (!to) return false;
        state.store(to, name, file);
        return state.remove(calendar, name);
      }
      state.store(calendar, name, { uid: file.uid, text: edited(file.text, change) });
      return true;
    },
    editAsPerson: ({ account, calendar_id, event_id, edit }) => {
      const calendar = calendarOf(account, calendar_id);
      const name = `${event_id}${FILE_END}`;
      const file = edit.kind === "put_back" ? calendar?.deleted.get(name) : calendar?.files.get(name);
      if (!calendar || !file) return false;
      if (edit.kind === "delete") return state.remove(calendar, name);
      const uid = edit.kind === "copy" ? crypto.randomUUID().toUpperCase() : file.uid;
      const text = editedFile(file.text, edit, uid, calendar.time_zone);
      state.store(calendar, edit.kind === "copy" ? `${uid}${FILE_END}` : name, { uid, text });
      return true;
    },
    deleteCalendar: (email, calendar_id) => {
      const found = paths.calendarAt(state, calendar_id);
      if (found?.account.email === email) state.removeCalendar(found.account, found.calendar.slug);
    },
  };
}

/** A file as an application leaves it that sets these properties of its event. */
function edited(text: string, change: Readonly<Record<string, string>>): string {
  const calendar = readCalendar(text);
  const event = calendar.getFirstSubcomponent("vevent");
  for (const [name, value] of Object.entries(change)) {
    event?.removeAllProperties(name.toLowerCase());
    event?.addProperty(ICAL.Property.fromString(`${name.toUpperCase()}:${value}`));
  }
  return `${calendar.toString()}\r\n`;
}

function eventIdOf(file: string): string {
  return file.endsWith(FILE_END) ? file.slice(0, -FILE_END.length) : file;
}
