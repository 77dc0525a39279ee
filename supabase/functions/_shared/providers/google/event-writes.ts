import { z } from "zod";
import type { CalendarEvent } from "../../domain/calendar-event.ts";
import { seenTimeOf } from "../../domain/edits.ts";
import { isSameTime } from "../../domain/seen-event.ts";
import type { CalendarChoice } from "../calendar-client.ts";
import type { Outcome } from "../outcome.ts";
import { createRefusedZones, plainerForms } from "../plainer-event.ts";
import type { Program } from "../run-programs.ts";
import { type GoogleAnswer, isBurned, isContentRefusal, isRoleRefusal, isUnused } from "./answers.ts";
import { eventsPath, getCalendar } from "./calendars.ts";
import { insertBody, patchBody, remindersPatch } from "./event-body.ts";
import { eventId, generationOf, GENERATIONS_MAX } from "./event-id.ts";
import type { GoogleCall } from "./http.ts";
import { seenEventOf } from "./seen-event.ts";

export type GoogleProgram = Program<GoogleCall, GoogleAnswer>;

/** The calendar that a change is made in, and who makes it. */
export interface Target {
  readonly calendar: CalendarChoice;
  /** What events are tagged with. */
  readonly owner: string;
}

const WrittenEvent = z.object({
  id: z.string(),
  etag: z.string().optional(),
  attendees: z.array(z.unknown()).optional(),
});

/**
 * Creates the event, or takes over the one that an earlier attempt or an earlier connection of the same owner left: its
 * id follows from owner and obligation, so Google answers a second creation with 409 `duplicate`.
 *
 * @param generation where to begin; see {@link eventId}
 */
export function* createEvent(target: Target, event: CalendarEvent, generation = 0): GoogleProgram {
  for (; generation < GENERATIONS_MAX; generation++) {
    const inserted = yield* write(event, (form) => ({
      method: "POST",
      path: eventsPath(target.calendar.id),
      body: insertBody(form, target.owner, generation),
    }));
    if (inserted.kind !== "exists") return yield* writeOutcome(target.calendar, inserted);
    const event_id = eventId(target.owner, event.obligation_id, generation);
    const taken = yield* tellDeleted(target, event_id, yield* patchEvent(target, event_id, event));
    if (!isDeleted(taken)) return yield* writeOutcome(target.calendar, taken, event_id);
  }
  return { kind: "rejected", reason: "event_ids_exhausted" };
}

/**
 * Updates the event in place. One that the user deleted is brought back or, where Google refuses, made anew.
 *
 * @param etag the version that we last saw: an event of another one is left as it is, and the outcome says what it is now. Null:
 * the event is written whatever it is by now
 */
export function* updateEvent(
  target: Target,
  event_id: string,
  event: CalendarEvent,
  etag: string | null = null,
): GoogleProgram {
  const known = etag !== null && SENDABLE_ETAG.test(etag) ? etag : null;
  const patched = yield* patchEvent(target, event_id, event, known);
  if (known !== null && (patched.kind === "conflict" || isBurned(patched))) {
    const edit = yield* readEdit(target, event_id, known);
    if (edit !== null) return edit;
    // It is there, as we know it: we may not change it.
    if (patched.kind === "rejected") return yield* writeOutcome(target.calendar, patched);
  }
  return yield* orAnew(target, event_id, event, patched);
}

/** The outcome of a write; where Google does not bring a deleted event back, of making it anew. */
function* orAnew(
  target: Target,
  event_id: string,
  event: CalendarEvent,
  patched: GoogleAnswer,
): GoogleProgram {
  const told = yield* tellDeleted(target, event_id, patched);
  if (!isDeleted(told)) return yield* writeOutcome(target.calendar, told, event_id);
  return yield* createEvent(target, event, generationOf(event_id, target.owner, event.obligation_id) + 1);
}

/**
 * Brings back an event that its user deleted, or makes it anew. One that they put back meanwhile, at another time, is left as it is,
 * and the outcome says when it is now.
 */
export function* restoreEvent(target: Target, event_id: string, event: CalendarEvent): GoogleProgram {
  const { calendar, owner } = target;
  const read = yield { method: "GET", path: eventPath(calendar.id, event_id) };
  if (read.kind !== "ok" && !isBurned(read)) return yield* writeOutcome(calendar, read);
  const etag = read.kind === "ok" ? WrittenEvent.safeParse(read.body).data?.etag ?? null : null;
  if (read.kind === "ok" && !isBurned(read)) {
    const seen = seenEventOf(read.body, owner);
    if (seen === null) return { kind: "unknown", reason: "unreadable", after_s: null };
    if (!isSameTime(seen.time, seenTimeOf(event.time))) return { kind: "edited", event: seen };
  }
  const patched = yield* patchEvent(target, event_id, event, etag);
  // It was put back, or deleted again, at this moment: look again.
  if (patched.kind === "conflict") return patched;
  return yield* orAnew(target, event_id, event, patched);
}

/** Whether an event is deleted and does not come back. */
function isDeleted(answer: GoogleAnswer): boolean {
  return answer.kind !== "rejected" && isBurned(answer);
}

/**
 * Google refuses in the same words what is deleted for good and what we may not change, such as an event with another organiser: that one
 * is looked at, and not made anew beside itself.
 *
 * @returns the answer; `gone` where it was refused because the event is deleted
 */
function* tellDeleted(
  { calendar }: Target,
  event_id: string,
  answer: GoogleAnswer,
): Generator<GoogleCall, GoogleAnswer, GoogleAnswer> {
  if (answer.kind !== "rejected" || !isBurned(answer)) return answer;
  const read = yield { method: "GET", path: eventPath(calendar.id, event_id) };
  if (isBurned(read) || isUnused(read)) return { kind: "gone", reason: "deleted" };
  return read.kind === "ok" ? answer : read;
}

/** Of what may stand in a header. */
const SENDABLE_ETAG = /^[!-~]+$/;

/**
 * What became of an event that could not be changed under its etag.
 *
 * @returns `edited`, or `gone` where its user deleted it; null where it is still as we know it, so that a clash was the cause
 * @source Google Calendar API guide, "Get specific versions of resources": 412 for any other version, of a deleted one too
 */
function* readEdit(
  { calendar, owner }: Target,
  event_id: string,
  etag: string,
): Generator<GoogleCall, Outcome | null, GoogleAnswer> {
  const answer = yield { method: "GET", path: eventPath(calendar.id, event_id) };
  // A 404 is the event's or the calendar's.
  if (isUnused(answer)) return yield* outOfReach(calendar);
  if (answer.kind !== "ok") return answer;
  if (isBurned(answer)) return { kind: "gone", reason: "deleted" };
  const event = seenEventOf(answer.body, owner);
  if (event === null) return { kind: "unknown", reason: "unreadable", after_s: null };
  return event.etag === etag ? null : { kind: "edited", event };
}

/** Deletes the event. One that is gone already is `gone`; in the integration's calendar also one that went with it. */
export function* deleteEvent({ calendar, is_current }: RemovalTarget, event_id: string): GoogleProgram {
  const answer = yield remove(calendar.id, event_id);
  if (answer.kind === "ok") return { kind: "gone", reason: "deleted" };
  return isUnused(answer) && !is_current ? yield* outOfReach(calendar) : answer;
}

/** What a removal needs to know. */
export interface RemovalTarget extends Target {
  /** Whether it is the calendar that the integration writes to now. */
  readonly is_current: boolean;
}

/**
 * What is not there where Google answered 404. It does so also where a calendar is not covered by the grant (any more): its events
 * are still there.
 *
 * @returns `gone`, the event; or why the calendar is out of reach
 */
export function* outOfReach(calendar: CalendarChoice): GoogleProgram {
  const asked = yield* getCalendar(calendar);
  if (asked.kind !== "done") return asked;
  return asked.value.writable
    ? { kind: "gone", reason: "not_found" }
    : { kind: "calendar_missing", reason: "access_role" };
}

/** Deletes what the owner's creations without a recorded outcome left: every generation up to the first unused id. */
export function* removeUntracked(target: RemovalTarget, obligation_id: string): GoogleProgram {
  const { calendar, owner, is_current } = target;
  for (let generation = 0; generation < GENERATIONS_MAX; generation++) {
    const answer = yield remove(calendar.id, eventId(owner, obligation_id, generation));
    if (isUnused(answer) && !is_current && generation === 0) {
      const outcome = yield* outOfReach(calendar);
      if (outcome.kind !== "gone") return outcome;
      // An event that its user moved here may be of the next generation.
      continue;
    }
    if (isUnused(answer)) break;
    if (answer.kind !== "ok" && answer.kind !== "gone") return answer;
  }
  return { kind: "gone", reason: "deleted" };
}

const refused_zones = createRefusedZones();

/** Writes the event; where Google refuses what it says, with less. */
function* write(
  event: CalendarEvent,
  callOf: (form: CalendarEvent) => GoogleCall,
): Generator<GoogleCall, GoogleAnswer, GoogleAnswer> {
  const spared = refused_zones.spared(event);
  let answer = yield callOf(spared);
  for (const form of plainerForms(spared)) {
    if (!isContentRefusal(answer)) break;
    answer = yield callOf(form);
    if (answer.kind === "ok" && form.url === event.url) refused_zones.prove(event);
  }
  return answer;
}

/**
 * A 404 on a write is the event's or the calendar's, and Google also answers it where access was lost.
 *
 * @param event_id of the event that was changed, so that an answer without content will do; null: one was created
 */
export function* writeOutcome(
  calendar: CalendarChoice,
  answer: GoogleAnswer,
  event_id: string | null = null,
): Generator<GoogleCall, Outcome, GoogleAnswer> {
  if (answer.kind === "ok") {
    if (answer.body === null && event_id !== null) return { kind: "done", event_id, etag: null };
    const event = WrittenEvent.safeParse(answer.body).data;
    return event === undefined ? { kind: "unknown", reason: "unreadable", after_s: null } : {
      kind: "done",
      event_id: event.id,
      etag: event.etag ?? null,
      ...((event.attendees?.length ?? 0) > 0 && { has_guests: true }),
    };
  }
  // A calendar that we have just made is not everywhere yet; from another one, somebody took our right to write away.
  if (isRoleRefusal(answer) && calendar.role !== "own") {
    return { kind: "calendar_missing", reason: answer.reason };
  }
  if (answer.kind !== "gone") return answer;
  const missing = yield* outOfReach(calendar);
  return missing.kind === "gone" ? { kind: "retry", reason: "event_not_found", after_s: null } : missing;
}

/**
 * Changes an event that is there: what we manage, and then its reminders where they are to come or go.
 *
 * @param etag as {@link updateEvent} has it
 */
function* patchEvent(
  { calendar, owner }: Target,
  event_id: string,
  event: CalendarEvent,
  etag: string | null = null,
): Generator<GoogleCall, GoogleAnswer, GoogleAnswer> {
  const call = (body: unknown, condition: string | null | undefined): GoogleCall => ({
    method: "PATCH",
    path: eventPath(calendar.id, event_id),
    body,
    ...(condition ? { if_match: condition } : {}),
  });
  const patched = yield* write(event, (form) => call(patchBody(form, owner), etag));
  if (patched.kind !== "ok" || isBurned(patched)) return patched;
  const reminders = remindersPatch(event, patched.body);
  if (reminders === null) return patched;
  const changed = yield call(reminders, WrittenEvent.safeParse(patched.body).data?.etag);
  if (changed.kind !== "conflict") return changed;
  // Somebody changed the event in between. The version before that is known then, so that the next listing tells what they did.
  const again = yield call(reminders, null);
  return again.kind === "ok" ? patched : again;
}

function remove(calendar_id: string, event_id: string): GoogleCall {
  return { method: "DELETE", path: eventPath(calendar_id, event_id) };
}

export function eventPath(calendar_id: string, event_id: string): string {
  return `${eventsPath(calendar_id)}/${encodeURIComponent(event_id)}`;
}
