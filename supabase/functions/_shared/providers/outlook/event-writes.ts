import { z } from "zod";
import type { CalendarEvent } from "../../domain/calendar-event.ts";
import type { CalendarChoice } from "../calendar-client.ts";
import type { Failure, Outcome } from "../outcome.ts";
import { createRefusedZones, inUtc } from "../plainer-event.ts";
import type { Program } from "../run-programs.ts";
import { type GraphAnswer, isTimeZoneRefusal } from "./answers.ts";
import { calendarPath, getCalendar, missingCalendar, type Target } from "./calendars.ts";
import { createBody, mayChangeReminder, patchBody, REMINDER_PROPERTY, reminderPatch } from "./event-body.ts";
import { eventPath, findPlace } from "./event-place.ts";
import { type GraphCall, withProperty, withQuery } from "./http.ts";
import { findOwnEvents } from "./own-events.ts";
import { graphTimeOf } from "./time-zones.ts";
import { GENERATIONS_MAX, transactionId } from "./transaction-id.ts";

/** A change to one event as the calls to Graph that it takes. */
export type GraphProgram = Program<GraphCall, GraphAnswer>;

/** An event that is older than this was there before the call that was answered with it. */
const JUST_CREATED_MS = 300_000;
/** A new event was last changed when it was created, give or take what Exchange does to it by itself. */
const UNTOUCHED_MS = 2_000;

const WrittenEvent = z.object({
  id: z.string().min(1),
  "@odata.etag": z.string().nullish(),
  attendees: z.array(z.unknown()).nullish(),
});
const CreatedEvent = z.object({
  id: z.string().min(1),
  createdDateTime: z.string(),
  lastModifiedDateTime: z.string().nullish(),
  subject: z.string().nullish(),
  isAllDay: z.boolean().nullish(),
  start: z.object({ dateTime: z.string(), timeZone: z.string() }).nullish(),
});

/**
 * Creates the event, or takes over the one that an earlier attempt or an earlier connection of the same owner left.
 *
 * Graph answers a repeated creation with the event that the first one made, as it is by now, so that a 201 need not be
 * a new event; a repeated one that asks for something else is refused, mostly with the id of that event. Where that
 * event is deleted, its transaction id is burned, and the next one is tried.
 *
 * @param follows an event that does not stand in the calendar any more, and that this one takes the place of
 * @source https://learn.microsoft.com/graph/api/resources/event, transactionId
 */
export function* createEvent(
  target: Target,
  event: CalendarEvent,
  follows: string | null = null,
): GraphProgram {
  const place = placeOf(target.calendar);
  const generations = [...follows === null ? [] : [follows], ...Array(GENERATIONS_MAX).keys()];
  for (const generation of generations) {
    const id = transactionId(target.owner, event.obligation_id, place, generation);
    const created = yield* write(event, (form) => ({
      method: "POST",
      path: `${calendarPath(target.calendar)}/events`,
      body: createBody(form, target.owner, id),
    }));
    // There is nothing else to miss at this address but the calendar.
    if (created.kind === "gone") return yield* missingCalendar(target, target.calendar, created.reason);
    const earlier = yield* earlierEvent(target, event, created);
    if (earlier.kind === "new") return yield* writeOutcome(target, created);
    if (earlier.kind !== "earlier") return earlier;
    // The one that it is to follow may hold an id of a generation, wherever it is.
    if (earlier.event_id === null || earlier.event_id === follows) continue;
    const taken = yield* patchEvent(target, earlier.event_id, event);
    if (taken.kind !== "gone") return yield* writeOutcome(target, taken, earlier.event_id);
  }
  return { kind: "rejected", reason: "transaction_ids_exhausted" };
}

/**
 * Updates the event in place.
 *
 * Graph documents no condition on an update, so an edit of the user's that we have not read yet is written over. An id holds in the
 * whole mailbox: what its user moved to another calendar is updated there.
 *
 * @param etag the version that we last saw: where the event is deleted by now, nothing is written. Null: the event is written
 * whatever became of it. Where it does not stand in the calendar any more it is made anew, and what was moved to another calendar is
 * taken away there; unless it has guests, whom Outlook would tell that it is cancelled
 * @source https://learn.microsoft.com/graph/api/event-update, request headers
 */
export function* updateEvent(
  target: Target,
  event_id: string,
  event: CalendarEvent,
  etag: string | null = null,
): GraphProgram {
  let written_id = event_id;
  if (etag === null) {
    const place = yield* findPlace(target, event.obligation_id, event_id);
    if (place.kind === "not_here") {
      const failure = place.elsewhere === null || place.elsewhere.has_guests
        ? null
        : yield* takeAway(event_id);
      if (failure !== null) return failure;
      if (place.other_id === null) return yield* createEvent(target, event, event_id);
      written_id = place.other_id;
    } else if (place.kind !== "here") {
      return place;
    }
  }
  const patched = yield* patchEvent(target, written_id, event);
  if (patched.kind !== "gone") return yield* writeOutcome(target, patched, written_id);
  if (etag === null) return yield* createEvent(target, event, written_id);
  // It may have gone with its calendar.
  const calendar = yield* getCalendar(target, target.calendar);
  return calendar.kind === "done" ? patched : calendar;
}

/** Deletes an event in a calendar that it should not stand in. What we may not delete there stays. */
function* takeAway(event_id: string): Generator<GraphCall, Failure | null, GraphAnswer> {
  const answer = yield { method: "DELETE", path: eventPath(event_id) };
  switch (answer.kind) {
    case "ok":
    case "gone":
    case "rejected":
    case "needs_reconnect":
      return null;
    default:
      return answer;
  }
}

/** Deletes the event. `gone`: it is not there, now or since before. */
export function* deleteEvent(target: Target, event_id: string): GraphProgram {
  const answer = yield { method: "DELETE", path: eventPath(event_id) };
  return answer.kind === "ok" ? { kind: "gone", reason: "deleted" } : yield* refusal(target, answer);
}

/** Deletes the owner's events of the obligation in the calendar. `gone`: there is none, now or since before. */
export function* removeUntracked(target: Target, obligation_id: string): GraphProgram {
  const left = yield* findOwnEvents(target, obligation_id);
  // With its calendar, an event is gone too; but our own calendar may only have changed its id.
  if (left.kind === "calendar_missing") return { kind: "gone", reason: left.reason };
  if (left.kind !== "done") return left;
  for (const { event_id } of left.value) {
    const outcome = yield* deleteEvent(target, event_id);
    if (outcome.kind !== "gone") return outcome;
  }
  return { kind: "gone", reason: left.value.length === 0 ? "never_created" : "deleted" };
}

/** What a creation met: nothing, or an event that was there before; null: one that stands in the calendar no more. */
type Earlier = Failure | { readonly kind: "new" } | {
  readonly kind: "earlier";
  readonly event_id: string | null;
};

/**
 * Tells whether a creation met an event that was there before, so that what the user or we made of it since has to be
 * brought up to date.
 */
function* earlierEvent(
  target: Target,
  event: CalendarEvent,
  created: GraphAnswer,
): Generator<GraphCall, Earlier, GraphAnswer> {
  if (created.kind === "exists" && created.event_id === null) {
    const found = yield* findOwnEvents(target, event.obligation_id);
    return found.kind === "done" ? { kind: "earlier", event_id: found.value[0]?.event_id ?? null } : found;
  }
  if (created.kind === "exists") return { kind: "earlier", event_id: created.event_id };
  const answered = created.kind === "ok" ? CreatedEvent.safeParse(created.body).data : undefined;
  return answered !== undefined && mayDiffer(answered, event)
    ? { kind: "earlier", event_id: answered.id }
    : { kind: "new" };
}

/** Whether an answered event may hold something else than was sent: it is old, was changed, or shows it. */
function mayDiffer(answered: z.infer<typeof CreatedEvent>, event: CalendarEvent): boolean {
  const created_at = Date.parse(answered.createdDateTime);
  const changed_at = Date.parse(answered.lastModifiedDateTime ?? answered.createdDateTime);
  if (created_at < Date.now() - JUST_CREATED_MS || changed_at > created_at + UNTOUCHED_MS) return true;
  const { isAllDay, start } = graphTimeOf(inUtc(event).time);
  return (answered.subject ?? event.title) !== event.title || (answered.isAllDay ?? isAllDay) !== isAllDay ||
    // Asked for nothing else, Graph answers in UTC.
    (answered.start?.timeZone === "UTC" && !answered.start.dateTime.startsWith(start.dateTime));
}

const refused_zones = createRefusedZones();

/** Writes the event; where Graph does not know its time zone, the same instants in UTC. */
function* write(
  event: CalendarEvent,
  callOf: (event: CalendarEvent) => GraphCall,
): Generator<GraphCall, GraphAnswer, GraphAnswer> {
  const answer = yield callOf(refused_zones.spared(event));
  if (!isTimeZoneRefusal(answer) || event.time.kind !== "timed") return answer;
  const again = yield callOf(inUtc(event));
  if (again.kind === "ok") refused_zones.prove(event);
  return again;
}

/** Changes an event that is there: what we manage, and then its reminder where it is to come or go. */
function* patchEvent(
  { owner }: Target,
  event_id: string,
  event: CalendarEvent,
): Generator<GraphCall, GraphAnswer, GraphAnswer> {
  const path = eventPath(event_id);
  const patched = yield* write(event, (form) => ({ method: "PATCH", path, body: patchBody(form, owner) }));
  if (patched.kind !== "ok" || !mayChangeReminder(event, patched.body)) return patched;
  const read = yield {
    method: "GET",
    path: withQuery(path, {
      $select: "id",
      $expand: withProperty(REMINDER_PROPERTY),
    }),
  };
  if (read.kind !== "ok") return read;
  const body = reminderPatch(event, patched.body, read.body);
  if (body === null) return patched;
  const changed = yield { method: "PATCH", path, body };
  // Somebody may have changed the event in between. The version before that is known, so that the next listing tells what they did.
  return changed.kind === "ok" ? patched : changed;
}

/** @param event_id of the event that was changed, so that an answer without content will do; null: one was created */
export function* writeOutcome(
  target: Target,
  answer: GraphAnswer,
  event_id: string | null = null,
): GraphProgram {
  if (answer.kind !== "ok") return yield* refusal(target, answer);
  if (answer.body === null && event_id !== null) return { kind: "done", event_id, etag: null };
  const event = WrittenEvent.safeParse(answer.body).data;
  return event === undefined ? { kind: "unknown", reason: "unreadable", after_s: null } : {
    kind: "done",
    event_id: event.id,
    etag: event["@odata.etag"] ?? null,
    ...((event.attendees?.length ?? 0) > 0 && { has_guests: true }),
  };
}

/** Access denied to an event may be the grant's, the calendar's, or a new calendar's that is not everywhere yet. */
function* refusal(target: Target, failure: Failure): Generator<GraphCall, Outcome, GraphAnswer> {
  if (failure.kind !== "needs_reconnect") return failure;
  const calendar = yield* getCalendar(target, target.calendar);
  if (calendar.kind !== "done") return calendar;
  return calendar.value.writable
    ? { kind: "retry", reason: failure.reason, after_s: null }
    : { kind: "calendar_missing", reason: failure.reason };
}

/** What stays the same of a calendar when Exchange changes its id, and is not another one's in the same mailbox. */
function placeOf({ id, role }: CalendarChoice): string {
  return role === "other" ? id : role;
}
