import { z } from "zod";
import type { CalendarEvent, EventTime } from "../../domain/calendar-event.ts";
import {
  beforeStart,
  formatNote,
  type NotedReminders,
  parseNote,
  remindersAtFirst,
  remindersToChange,
} from "../../domain/reminders.ts";
import { eventId } from "./event-id.ts";

/** Reported by users of other tools as what Google keeps; the API reference names no limit. */
const DESCRIPTION_MAX_CHARACTERS = 8000;

/** The private extended property that names the obligation of an event. */
export const OBLIGATION_PROPERTY = "obligation_id";
/** The one that names whose event it is, since several may write to one calendar. */
export const OWNER_PROPERTY = "owner";
/** The one that says which reminders we set. */
const REMINDERS_PROPERTY = "reminders";

/**
 * The resource for `events.insert`. Nobody is invited, ever, and the user stays free.
 *
 * @param owner what the event is tagged with, beside its obligation; its id follows from both
 * @param generation see `eventId`
 */
export function insertBody(event: CalendarEvent, owner: string, generation: number) {
  const { extendedProperties, ...fields } = managedFields(event, owner);
  const noted = firstReminders(event);
  return {
    id: eventId(owner, event.obligation_id, generation),
    ...fields,
    start: googleTime(event.time).start,
    end: googleTime(event.time).end,
    transparency: "transparent",
    reminders: noted.reminders,
    extendedProperties: {
      private: { ...extendedProperties.private, ...noted.extendedProperties.private },
    },
  };
}

/**
 * The resource for `events.patch`: what we manage and nothing else, so that a user's own reminders and colour
 * survive. `status` brings back an event that was deleted.
 *
 * @param owner as {@link insertBody} has it
 */
export function patchBody(event: CalendarEvent, owner: string) {
  // PATCH merges: what the other form of time left behind has to be nulled.
  const { start, end } = googleTime(event.time);
  const absent = event.time.kind === "all_day" ? { dateTime: null, timeZone: null } : { date: null };
  return {
    source: null,
    ...managedFields(event, owner),
    start: { ...start, ...absent },
    end: { ...end, ...absent },
    status: "confirmed",
  };
}

const ShownReminders = z.object({
  reminders: z.object({
    useDefault: z.boolean().default(false),
    overrides: z.array(z.object({ method: z.string(), minutes: z.number() })).default([]),
  }).default({ useDefault: false, overrides: [] }),
  extendedProperties: z.object({ private: z.record(z.string(), z.string()).default({}) })
    .default({ private: {} }),
});

/**
 * The resource for a second `events.patch`, of the reminders alone, where the event that the first one answered has not
 * those that it is to have.
 *
 * @param answered the event as Google shows it
 * @returns null where they stay
 */
export function remindersPatch(event: CalendarEvent, answered: unknown) {
  const seen = ShownReminders.safeParse(answered).data;
  if (seen === undefined) return null;
  const { useDefault, overrides } = seen.reminders;
  const is_ours = !useDefault && overrides.every(({ method }) => method === "popup");
  const change = remindersToChange(event, {
    shown: is_ours ? overrides.map(({ minutes }) => minutes) : null,
    noted: parseNote(seen.extendedProperties.private[REMINDERS_PROPERTY] ?? ""),
    minutes: beforeStart(event),
  }, Date.now());
  return change && remindersBody(change);
}

/** The resource for `events.patch` of the reminders alone: those that the event would be created with. */
export function firstReminders(event: CalendarEvent) {
  return remindersBody(remindersAtFirst(event, beforeStart(event), Date.now()));
}

function remindersBody(noted: NotedReminders) {
  return {
    reminders: {
      useDefault: false,
      overrides: noted.minutes.map((minutes) => ({ method: "popup", minutes })),
    },
    extendedProperties: { private: { [REMINDERS_PROPERTY]: formatNote(noted) } },
  };
}

function managedFields(event: CalendarEvent, owner: string) {
  return {
    summary: event.title,
    description: descriptionHtml(event),
    extendedProperties: { private: { [OBLIGATION_PROPERTY]: event.obligation_id, [OWNER_PROPERTY]: owner } },
    ...(event.url === null ? {} : { source: { title: event.title, url: event.url } }),
  };
}

function googleTime(time: EventTime) {
  return time.kind === "all_day" ? { start: { date: time.start_date }, end: { date: time.end_date } } : {
    start: { dateTime: time.start, timeZone: time.time_zone },
    end: { dateTime: time.end, timeZone: time.time_zone },
  };
}

/** Google renders a description as HTML, so our plain text is escaped; the link line survives any cut. */
function descriptionHtml({ description, url }: CalendarEvent): string {
  const whole_link = url === null ? "" : escapeHtml(url);
  // A link that no description can hold is left out.
  const link = whole_link.length < DESCRIPTION_MAX_CHARACTERS - 3 ? whole_link : "";
  const text = escapeHtml(url === null ? description : description.slice(0, -url.length));
  const room = DESCRIPTION_MAX_CHARACTERS - link.length;
  if (text.length <= room && link === whole_link) return text + link;
  // Never cut inside an entity or a surrogate pair.
  const cut = text.slice(0, room - 3).replace(/&[a-z]*$|[\ud800-\udbff]$/, "");
  return `${cut}…${link === "" ? "" : `\n${link}`}`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
