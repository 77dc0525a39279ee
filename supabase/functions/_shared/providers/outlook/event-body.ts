import { z } from "zod";
import type { CalendarEvent } from "../../domain/calendar-event.ts";
import {
  beforeStart,
  formatNote,
  isOver,
  type NotedReminders,
  parseNote,
  remindersAtFirst,
  remindersToChange,
} from "../../domain/reminders.ts";
import { graphTimeOf } from "./time-zones.ts";

/** Exchange keeps more, but calendar views and exports break off a body above 32 KB. */
const BODY_MAX_CHARACTERS = 31_999;
/** How an event of ours is marked for whoever looks at it. */
const CATEGORY = "Compliance";
const LINE_BREAK = "<br>\n";

/**
 * The set of named properties that ours belong to. A mailbox can hold few names and never frees one, so there is this
 * one set, for ever.
 *
 * @source https://learn.microsoft.com/graph/api/resources/extended-properties-overview
 */
const PROPERTY_SET = "b2f0a6d4-7c3e-4b89-8f15-2d9e61c8a74b";
/** Names the obligation of an event. */
export const OBLIGATION_PROPERTY = `String {${PROPERTY_SET}} Name obligation_id`;
/** Names the owner of an event, since several may write to one calendar. */
export const EVENT_OWNER_PROPERTY = `String {${PROPERTY_SET}} Name owner`;
/** Says which reminder we set. */
export const REMINDER_PROPERTY = `String {${PROPERTY_SET}} Name reminder`;
/** Names the owner of a calendar of our own. */
export const OWNER_PROPERTY = `String {${PROPERTY_SET}} Name calendar_owner`;

/**
 * The body of `POST …/events`. Nobody is invited, ever, and the user stays free.
 *
 * @param owner what the event is tagged with, beside its obligation
 * @param transaction_id see `transactionId`
 * @source https://learn.microsoft.com/graph/api/user-post-events
 */
export function createBody(event: CalendarEvent, owner: string, transaction_id: string) {
  const { singleValueExtendedProperties, ...fields } = patchBody(event, owner);
  const noted = firstReminder(event);
  return {
    ...fields,
    ...noted,
    singleValueExtendedProperties: [...singleValueExtendedProperties, ...noted.singleValueExtendedProperties],
    showAs: "free" as const,
    categories: [CATEGORY],
    transactionId: transaction_id,
  };
}

/**
 * The body of `PATCH …/events/{id}`: what we manage and nothing else, so that a user's own reminder, categories and
 * availability survive. `isAllDay`, `start` and `end` only ever change together. The tags go along, so that an event
 * that is taken over has them too.
 *
 * @param owner as {@link createBody} has it
 * @source https://learn.microsoft.com/graph/api/event-update
 */
export function patchBody(event: CalendarEvent, owner: string) {
  return {
    subject: event.title,
    body: { contentType: "html" as const, content: bodyHtml(event) },
    ...graphTimeOf(event.time),
    singleValueExtendedProperties: [
      { id: OBLIGATION_PROPERTY, value: event.obligation_id },
      { id: EVENT_OWNER_PROPERTY, value: owner },
    ],
  };
}

const ShownReminder = z.object({
  isReminderOn: z.boolean(),
  reminderMinutesBeforeStart: z.number().nullish(),
});
const Noted = z.object({
  singleValueExtendedProperties: z.array(z.object({ id: z.string(), value: z.string().nullish() })).nullish(),
});

/**
 * Whether the reminder of an event may have to come or go. What we set is known only to who asks for it, and most
 * changes need not.
 *
 * @param answered the event as Graph shows it
 */
export function mayChangeReminder(event: CalendarEvent, answered: unknown): boolean {
  const shown = shownReminders(answered);
  if (shown === null || isOver({ ...event, completed: false }, Date.now())) return false;
  return event.completed ? shown.length > 0 : shown.length === 0 && event.reminders_minutes.length > 0;
}

/**
 * The body of a second `PATCH`, of the reminder alone.
 *
 * @param answered as {@link mayChangeReminder} has it
 * @param read the event with {@link REMINDER_PROPERTY}
 * @returns null where it stays
 */
export function reminderPatch(event: CalendarEvent, answered: unknown, read: unknown) {
  const note = Noted.safeParse(read).data?.singleValueExtendedProperties
    // Exchange writes the GUID as it likes.
    ?.find(({ id }) => id.toLowerCase() === REMINDER_PROPERTY.toLowerCase())?.value;
  const change = remindersToChange(event, {
    shown: shownReminders(answered),
    noted: parseNote(note ?? ""),
    minutes: remindersOf(event),
  }, Date.now());
  return change && reminderBody(change);
}

function shownReminders(answered: unknown): readonly number[] | null {
  const seen = ShownReminder.safeParse(answered).data;
  if (seen === undefined) return null;
  return seen.isReminderOn ? [seen.reminderMinutesBeforeStart ?? 0] : [];
}

/** The body of a `PATCH` of the reminder alone: the one that the event would be created with. */
export function firstReminder(event: CalendarEvent) {
  return reminderBody(remindersAtFirst(event, remindersOf(event), Date.now()));
}

function reminderBody(noted: NotedReminders) {
  const [minutes] = noted.minutes;
  return {
    ...(minutes === undefined
      ? { isReminderOn: false }
      : { isReminderOn: true, reminderMinutesBeforeStart: minutes }),
    singleValueExtendedProperties: [{ id: REMINDER_PROPERTY, value: formatNote(noted) }],
  };
}

/** Outlook has one reminder an event; the last one before the deadline is the one that must not be missed. */
function remindersOf(event: CalendarEvent): readonly number[] {
  const minutes = beforeStart(event);
  return minutes.length === 0 ? [] : [Math.min(...minutes)];
}

/** Our plain text as HTML, its last line a link; however long the text, the link stays. */
function bodyHtml({ description, url }: CalendarEvent): string {
  const link = url === null ? "" : `<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;
  const text = url === null ? description : description.slice(0, -url.length);
  const whole = textHtml(text) + link;
  if (whole.length <= BODY_MAX_CHARACTERS) return whole;
  const tail = `…${link === "" ? "" : LINE_BREAK + LINE_BREAK + link}`;
  // A link that no body can hold is left out.
  if (tail.length > BODY_MAX_CHARACTERS) return cutHtml(text, BODY_MAX_CHARACTERS - 1) + "…";
  return cutHtml(text, BODY_MAX_CHARACTERS - tail.length) + tail;
}

/** As much of a text as fits, without cutting a surrogate pair, an entity or a tag. */
function cutHtml(text: string, room: number): string {
  let html = "";
  for (const character of text.replace(/\r\n?/g, "\n")) {
    const next = textHtml(character);
    if (html.length + next.length > room) break;
    html += next;
  }
  return html;
}

function textHtml(text: string): string {
  return escapeHtml(text).replace(/\r\n|\r|\n/g, LINE_BREAK);
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
