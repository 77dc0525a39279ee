import { z } from "zod";
import type { CalendarEvent } from "../../domain/calendar-event.ts";
import type { Outcome } from "../calendar-client.ts";
import { failureOf, type GoogleAnswer, isAbsent, isBurned, isDuplicate, isUnused } from "./answers.ts";
import { insertBody, patchBody } from "./event-body.ts";
import { eventId, generationOf, GENERATIONS_MAX } from "./event-id.ts";
import type { CallGoogle } from "./http.ts";

const WrittenEvent = z.object({ id: z.string(), etag: z.string().optional() });

/**
 * Creates the event, or takes over the one that an earlier attempt or an earlier connection left: its id follows
 * from the obligation, so Google answers a second creation with 409 `duplicate`.
 *
 * @param generation where to begin; see {@link eventId}
 */
export async function createEvent(
  call: CallGoogle,
  calendar_id: string,
  event: CalendarEvent,
  signal?: AbortSignal,
  generation = 0,
): Promise<Outcome> {
  for (; generation < GENERATIONS_MAX; generation++) {
    const inserted = await call({
      method: "POST",
      path: eventsPath(calendar_id),
      body: insertBody(event, generation),
      ...(signal && { signal }),
    });
    if (!isDuplicate(inserted)) return await writeOutcome(call, calendar_id, inserted);
    const taken = await patch(call, calendar_id, eventId(event.obligation_id, generation), event, signal);
    if (!isBurned(taken)) return await writeOutcome(call, calendar_id, taken);
  }
  return { kind: "rejected", reason: "event_ids_exhausted" };
}

/** Updates the event in place; one that the user deleted is brought back or, where Google refuses, made anew. */
export async function updateEvent(
  call: CallGoogle,
  calendar_id: string,
  event_id: string,
  event: CalendarEvent,
  signal?: AbortSignal,
): Promise<Outcome> {
  const patched = await patch(call, calendar_id, event_id, event, signal);
  if (!isBurned(patched)) return await writeOutcome(call, calendar_id, patched);
  return await createEvent(call, calendar_id, event, signal, generationOf(event_id) + 1);
}

/** Deletes the event. One that is gone already, alone or with its calendar, is as good. */
export async function deleteEvent(
  call: CallGoogle,
  calendar_id: string,
  event_id: string,
  signal?: AbortSignal,
): Promise<Outcome> {
  const answer = await remove(call, calendar_id, event_id, signal);
  return answer.kind === "ok" || isAbsent(answer) ? { kind: "done", remote: null } : failureOf(answer);
}

/** Deletes whatever creations without a recorded outcome left: every generation up to the first unused id. */
export async function removeUntracked(
  call: CallGoogle,
  calendar_id: string,
  obligation_id: string,
  signal?: AbortSignal,
): Promise<Outcome> {
  for (let generation = 0; generation < GENERATIONS_MAX; generation++) {
    const answer = await remove(call, calendar_id, eventId(obligation_id, generation), signal);
    if (isUnused(answer)) break;
    if (answer.kind !== "ok" && !isAbsent(answer)) return failureOf(answer);
  }
  return { kind: "done", remote: null };
}

/** A 404 on a write is the event's or the calendar's, and Google also answers it where access was lost. */
async function writeOutcome(call: CallGoogle, calendar_id: string, answer: GoogleAnswer): Promise<Outcome> {
  if (answer.kind === "ok") {
    const event = WrittenEvent.safeParse(answer.body).data;
    if (event === undefined) return { kind: "transient", reason: "unreadable", retry_after_s: null };
    return { kind: "done", remote: { event_id: event.id, etag: event.etag ?? null } };
  }
  if (!isAbsent(answer)) return failureOf(answer);
  const calendar = await call({ method: "GET", path: calendarPath(calendar_id) });
  if (isAbsent(calendar)) return { kind: "calendar_missing" };
  if (calendar.kind !== "ok") return failureOf(calendar);
  return { kind: "transient", reason: "event_not_found", retry_after_s: null };
}

function patch(
  call: CallGoogle,
  calendar_id: string,
  event_id: string,
  event: CalendarEvent,
  signal?: AbortSignal,
): Promise<GoogleAnswer> {
  const path = eventPath(calendar_id, event_id);
  return call({ method: "PATCH", path, body: patchBody(event), ...(signal && { signal }) });
}

function remove(
  call: CallGoogle,
  calendar_id: string,
  event_id: string,
  signal?: AbortSignal,
): Promise<GoogleAnswer> {
  return call({ method: "DELETE", path: eventPath(calendar_id, event_id), ...(signal && { signal }) });
}

/** Calendar ids look like mail addresses, so they are always encoded. */
export function calendarPath(calendar_id: string): string {
  return `/calendars/${encodeURIComponent(calendar_id)}`;
}

export function eventsPath(calendar_id: string): string {
  return `${calendarPath(calendar_id)}/events`;
}

function eventPath(calendar_id: string, event_id: string): string {
  return `${eventsPath(calendar_id)}/${encodeURIComponent(event_id)}`;
}
