import { z } from "zod";
import { invalidProperty, unreadable } from "./errors.ts";
import { checkTimes } from "./event-times.ts";
import { ExtendedProperties, propertiesOf } from "./extended-properties.ts";
import { eventId } from "./ids.ts";
import type { OutlookEvent } from "./state.ts";

const SUBJECT_MAX = 255;
const INT32_MAX = 2_147_483_647;
/** What the API sets where a client says nothing. */
const REMINDER_MINUTES = 15;

const Time = z.strictObject({ dateTime: z.string(), timeZone: z.string() });

/** `patternedRecurrence`. */
const Recurrence = z.looseObject({
  pattern: z.looseObject({ type: z.string(), interval: z.int().min(1) }),
  range: z.looseObject({ type: z.enum(["endDate", "noEnd", "numbered"]), startDate: z.iso.date() }),
});

/** What a client may send; an unknown name or spelling is refused as the real one refuses it. */
const EventBody = z.strictObject({
  subject: z.string().nullish(),
  body: z.strictObject({
    contentType: z.string().toLowerCase().pipe(z.enum(["text", "html"])).default("text"),
    content: z.string(),
  }).nullish(),
  isAllDay: z.boolean().optional(),
  start: Time.optional(),
  end: Time.optional(),
  showAs: z.enum(["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"]).optional(),
  sensitivity: z.enum(["normal", "personal", "private", "confidential"]).optional(),
  importance: z.enum(["low", "normal", "high"]).optional(),
  isReminderOn: z.boolean().optional(),
  reminderMinutesBeforeStart: z.int().min(0).max(INT32_MAX).optional(),
  location: z.looseObject({ displayName: z.string().nullish() }).nullish(),
  categories: z.array(z.string()).optional(),
  attendees: z.array(z.unknown()).optional(),
  recurrence: Recurrence.nullish(),
  transactionId: z.string().min(1).optional(),
  singleValueExtendedProperties: ExtendedProperties.optional(),
});
/** The parsed body of a POST or PATCH. */
export type EventBody = z.infer<typeof EventBody>;

/**
 * Parses what a client sent.
 *
 * @throws GraphError 400
 */
export function parseEventBody(body: unknown): EventBody {
  const parsed = EventBody.safeParse(body);
  if (!parsed.success) throw unreadable(z.prettifyError(parsed.error));
  if ((parsed.data.subject?.length ?? 0) > SUBJECT_MAX) {
    throw invalidProperty(`The length of the property 'Subject' exceeds the maximum of ${SUBJECT_MAX}.`);
  }
  return parsed.data;
}

/**
 * The event that a POST makes.
 *
 * @throws GraphError 400
 */
export function newEvent(body: EventBody, changeKey: string): OutlookEvent {
  const { start, end } = body;
  if (!start || !end) throw invalidProperty("At least one required property is missing: 'Start', 'End'.");
  const now = new Date().toISOString();
  const event: OutlookEvent = {
    id: eventId("immutable"),
    mutable_id: eventId("mutable"),
    changeKey,
    createdDateTime: now,
    lastModifiedDateTime: now,
    transactionId: body.transactionId ?? null,
    subject: body.subject ?? null,
    body: body.body ?? { contentType: "text", content: "" },
    isAllDay: body.isAllDay ?? false,
    start,
    end,
    showAs: body.showAs ?? "busy",
    sensitivity: body.sensitivity ?? "normal",
    importance: body.importance ?? "normal",
    isReminderOn: body.isReminderOn ?? true,
    reminderMinutesBeforeStart: body.reminderMinutesBeforeStart ?? REMINDER_MINUTES,
    location: body.location?.displayName ?? "",
    categories: body.categories ?? [],
    attendees: body.attendees ?? [],
    recurrence: body.recurrence ?? null,
    extendedProperties: propertiesOf(body.singleValueExtendedProperties),
  };
  checkTimes(event);
  return event;
}

/**
 * The event that a PATCH makes of another one; what it does not name stays.
 *
 * @throws GraphError 400
 */
export function changedEvent(event: OutlookEvent, body: EventBody, changeKey: string): OutlookEvent {
  if (body.transactionId !== undefined) throw invalidProperty("The property 'TransactionId' is read-only.");
  const changesAllDay = body.isAllDay !== undefined && body.isAllDay !== event.isAllDay;
  if (changesAllDay && (!body.start || !body.end)) {
    throw invalidProperty("A change of 'IsAllDay' needs 'Start' and 'End' in the same request.");
  }
  const changed: OutlookEvent = {
    ...event,
    changeKey,
    lastModifiedDateTime: new Date().toISOString(),
    subject: body.subject === undefined ? event.subject : body.subject,
    body: body.body === undefined ? event.body : body.body ?? { contentType: "text", content: "" },
    isAllDay: body.isAllDay ?? event.isAllDay,
    start: body.start ?? event.start,
    end: body.end ?? event.end,
    showAs: body.showAs ?? event.showAs,
    sensitivity: body.sensitivity ?? event.sensitivity,
    importance: body.importance ?? event.importance,
    isReminderOn: body.isReminderOn ?? event.isReminderOn,
    reminderMinutesBeforeStart: body.reminderMinutesBeforeStart ?? event.reminderMinutesBeforeStart,
    location: body.location === undefined ? event.location : body.location?.displayName ?? "",
    categories: body.categories ?? event.categories,
    attendees: body.attendees ?? event.attendees,
    recurrence: body.recurrence === undefined ? event.recurrence : body.recurrence,
    extendedProperties: new Map([
      ...event.extendedProperties,
      ...propertiesOf(body.singleValueExtendedProperties),
    ]),
  };
  checkTimes(changed);
  return changed;
}
