import type { CalendarEvent } from "../../domain/calendar-event.ts";
import { seenTimeOf } from "../../domain/edits.ts";
import { isSameTime } from "../../domain/seen-event.ts";
import type { Edited, Failure, Outcome } from "../outcome.ts";
import { type DavAnswer, isTaken, isWritten, mayBeCalendar } from "./answers.ts";
import { type DavSteps, fileUrl, getCalendar, type Target } from "./calendars.ts";
import { newFile, updatedFile } from "./event-file.ts";
import { eventId, GENERATIONS_MAX, readEventId, stemOf } from "./event-id.ts";
import { zoneOfCalendar } from "./read-events.ts";
import { type EventFile, readSeenEvent } from "./seen-event.ts";
import { filesIn, listFiles, strongForm } from "./file-listing.ts";
import { findByUid } from "./find-by-uid.ts";

/** A change to one event as the requests that it takes. */
export type DavProgram = DavSteps<Outcome>;

/** A file is read and written by its ETag so often, where others write it at the same moment. */
const ATTEMPTS = 2;

/** What became of the writing of a file; null: there is none to be brought up to date. */
type Written = Outcome | null;

/** The version of an event that a write is for; null: any. */
type Version = string | null;

/**
 * Creates the event, or takes over the one that an earlier attempt or an earlier connection of the same owner left: the name
 * of its file follows from both, and `If-None-Match` lets the server say that it is there. Where the server never takes a UID
 * again that was deleted, the event gets the next one: also once where the server does not say why it refuses, and nothing is there.
 *
 * @param generation where to begin; see {@link eventId}
 */
export function* createEvent(
  target: Target,
  event: CalendarEvent,
  generation = 0,
): DavProgram {
  const { places, calendar, owner } = target;
  let was_refused = false;
  let seen_gone: string | null = null;
  while (generation < GENERATIONS_MAX) {
    const event_id = eventId(owner, event.obligation_id, calendar.id, generation);
    const url = fileUrl(places, calendar.id, event_id);
    const body = newFile(event, event_id, new Date());
    const put = yield { method: "PUT", url, if_none_match: "*", body };
    if (put.kind === "ok") return yield* writtenOutcome(target, put, { url, event_id, body });
    const taken = isTaken(put)
      ? yield* overwriteFile(target, url, event_id, event, null)
      : put.kind === "exists"
      ? yield* overwriteElsewhere(target, event_id, event, null)
      : yield* failedWrite(target, put);
    if (taken === null) {
      // Its user may have deleted it just now. The next id is for where this one is never taken again: else an attempt of which we never
      // hear would leave an event there, and the one after it another one here.
      if (seen_gone === event_id) generation++;
      seen_gone = event_id;
      continue;
    }
    if (was_refused || put.kind === "exists" || isTaken(put) || !mayBeBurned(taken)) return taken;
    was_refused = true;
    const standing = yield* overwriteFile(target, url, event_id, event, null);
    if (standing !== null) return standing;
    generation++;
  }
  return { kind: "rejected", reason: "event_ids_exhausted" };
}

/** Whether a creation was refused without a reason, in a calendar that may be written to. */
function mayBeBurned(outcome: Outcome): boolean {
  switch (outcome.kind) {
    case "rejected":
      return outcome.reason === "http_403" || outcome.reason === "http_400";
    case "retry":
      return outcome.reason === "http_400";
    case "conflict":
      return outcome.reason === "http_409";
    default:
      return false;
  }
}

/**
 * Updates the event in place; one that is not there any more is made anew.
 *
 * @param etag the version that we last saw: where the event has another one by now, or is gone, nothing is written. Null, or a weak
 * one, which cannot be told from another: the event is written whatever it is by now
 */
export function* updateEvent(
  target: Target,
  event_id: string,
  event: CalendarEvent,
  etag: string | null = null,
): DavProgram {
  const version = etag?.startsWith("W/") ? null : etag;
  const url = fileUrl(target.places, target.calendar.id, event_id);
  const written = yield* overwriteFile(target, url, event_id, event, version);
  if (written !== null) return written;
  if (version !== null) {
    const elsewhere = yield* overwriteElsewhere(target, event_id, event, version);
    return elsewhere ?? { kind: "gone", reason: "not_found" };
  }
  const known = readEventId(event_id);
  const is_ours = known !== null && event_id ===
      eventId(target.owner, event.obligation_id, target.calendar.id, known.generation);
  return yield* createEvent(target, event, is_ours ? known.generation : 0);
}

/**
 * Makes an event anew that its user deleted. One that they put back meanwhile, at another time, is left as it is, and the outcome says
 * when it is now.
 */
export function* restoreEvent(target: Target, event_id: string, event: CalendarEvent): DavProgram {
  const url = fileUrl(target.places, target.calendar.id, event_id);
  const body = newFile(event, event_id, new Date());
  const put = yield { method: "PUT", url, if_none_match: "*", body };
  if (put.kind === "ok") return yield* writtenOutcome(target, put, { url, event_id, body });
  if (isTaken(put)) return yield* overwriteReturned(target, url, event_id, event);
  if (put.kind === "exists") {
    const found = yield* findByUid(target, event_id);
    if (found.kind !== "found") return found;
    const [elsewhere] = found.urls;
    if (elsewhere !== undefined) return yield* overwriteReturned(target, elsewhere, event_id, event);
  } else {
    const failed = yield* failedWrite(target, put);
    if (!mayBeBurned(failed)) return failed;
  }
  // Under this UID nothing is taken again: it gets the next one.
  return yield* updateEvent(target, event_id, event);
}

/** Brings a file up to date that is back; one whose event is at another time is left as it is. */
function* overwriteReturned(target: Target, url: URL, event_id: string, event: CalendarEvent): DavProgram {
  const stored = yield { method: "GET", url };
  if (stored.kind === "gone") return { kind: "conflict", reason: "deleted" };
  if (stored.kind !== "ok") return yield* failedWrite(target, stored);
  const etag = strongForm(stored.headers.get("etag"));
  const returned = yield* readEdited(target, { name: event_id, etag, text: stored.text });
  if (returned !== null && returned.kind !== "edited") return returned;
  if (returned !== null && !isSameTime(returned.event.time, seenTimeOf(event.time))) return returned;
  const written = yield* overwriteFile(target, url, event_id, event, etag);
  return written ?? { kind: "conflict", reason: "deleted" };
}

/** Deletes the event. `gone`: it is not there, now or since before. */
export function* deleteEvent(target: Target, event_id: string): DavProgram {
  const outcome = yield* deleteFile(target, fileUrl(target.places, target.calendar.id, event_id));
  // Its user, or the server, may have given the file another name.
  return outcome === null ? yield* deleteByUid(target, event_id) : outcome;
}

/**
 * Deletes the owner's events of the obligation in the calendar. `gone`: there is none, now or since before.
 *
 * An event of a later generation is there only where the first one is not. It is found by its name in a listing: of a query
 * by the beginning of a UID, Xandikos finds nothing.
 */
export function* removeUntracked(target: Target, obligation_id: string): DavProgram {
  const { places, calendar, owner } = target;
  const first = eventId(owner, obligation_id, calendar.id, 0);
  const outcome = yield* deleteFile(target, fileUrl(places, calendar.id, first));
  if (outcome !== null) return outcome;
  const files = target.listed ?? filesIn(yield* listFiles(target));
  if (files.kind !== "done") return goneWithCalendar(files);
  // The others of a batch need not ask again: what they look for was there before all of them.
  target.listed = files;
  const stem = stemOf(owner, obligation_id);
  return yield* deleteAll(
    target,
    files.value.filter(({ name }) => name.startsWith(stem)).map(({ url }) => url),
  );
}

/** Deletes the file that has this UID, whatever it is called. */
function* deleteByUid(target: Target, event_id: string): DavProgram {
  const found = yield* findByUid(target, event_id);
  return found.kind === "found" ? yield* deleteAll(target, found.urls) : goneWithCalendar(found);
}

function* deleteAll(target: Target, urls: readonly URL[]): DavProgram {
  for (const url of urls) {
    const outcome = yield* deleteFile(target, url);
    if (outcome !== null && outcome.kind !== "gone") return outcome;
  }
  return { kind: "gone", reason: urls.length === 0 ? "not_found" : "deleted" };
}

/** With its calendar, an event is gone too. */
function goneWithCalendar(failure: Failure): Outcome {
  return failure.kind === "calendar_missing" ? { kind: "gone", reason: failure.reason } : failure;
}

/** @returns null where there is no such file, as far as this answer tells */
function* deleteFile(target: Target, url: URL): DavSteps<Written> {
  const answer = yield { method: "DELETE", url };
  if (isWritten(answer)) return { kind: "gone", reason: "deleted" };
  if (answer.kind === "gone") return null;
  if (answer.kind !== "ok") {
    if (!mayBeCalendar(answer)) return answer;
    const calendar = yield* getCalendar(target);
    return calendar.kind === "calendar_missing"
      ? { kind: "gone", reason: calendar.reason }
      : calendar.kind === "done"
      ? definite(answer)
      : calendar;
  }
  // 200 and nothing that says so: it is looked for.
  const left = yield { method: "GET", url };
  if (left.kind === "gone") return { kind: "gone", reason: "deleted" };
  return left.kind === "ok" ? { kind: "unknown", reason: "unreadable", after_s: null } : left;
}

/** Brings the file up to date that has the event's UID under another name; null where this calendar has none. */
function* overwriteElsewhere(
  target: Target,
  event_id: string,
  event: CalendarEvent,
  version: Version,
): DavSteps<Written> {
  const found = yield* findByUid(target, event_id);
  if (found.kind !== "found") return found;
  const [url] = found.urls;
  return url === undefined ? null : yield* overwriteFile(target, url, event_id, event, version);
}

/**
 * Reads the file and writes it with what is new, so that all else on it stays.
 *
 * @param rewritten makes the new file of the stored one
 * @returns null where there is none
 */
export function* overwriteFile(
  target: Target,
  url: URL,
  event_id: string,
  event: CalendarEvent,
  version: Version,
  rewritten = updatedFile,
): DavSteps<Written> {
  let answer: DavAnswer = { kind: "conflict", reason: "http_412" };
  let refused: string | null = null;
  let body = "";
  for (let attempt = 0; attempt < ATTEMPTS && answer.kind === "conflict"; attempt++) {
    const stored = yield { method: "GET", url };
    if (stored.kind === "gone") return null;
    if (stored.kind !== "ok") return yield* failedWrite(target, stored);
    if (!/BEGIN:VCALENDAR/i.test(stored.text)) {
      return { kind: "unknown", reason: "unreadable", after_s: null };
    }
    const shown = stored.headers.get("etag")?.trim() ?? "";
    const etag = strongForm(shown);
    const edited = version !== null && etag !== null && version !== etag
      ? yield* readEdited(target, { name: event_id, etag, text: stored.text })
      : null;
    if (edited !== null) return edited;
    // Some have weak ETags alone, which no condition can name.
    const can_name = etag !== null && shown !== refused;
    refused = shown.startsWith("W/") ? shown : null;
    body = rewritten(stored.text, event, event_id, new Date());
    answer = yield { method: "PUT", url, ...(can_name ? { if_match: etag } : {}), body };
  }
  if (answer.kind === "ok") return yield* writtenOutcome(target, answer, { url, event_id, body });
  // A UID that another file has is not to be made out by trying again.
  if (answer.kind === "exists") return { kind: "conflict", reason: "uid_taken" };
  return yield* failedWrite(target, answer);
}

/** What the event has become; null: nobody sees it any more, so that it may be written over. */
function* readEdited(target: Target, file: EventFile): DavSteps<Edited | Failure | null> {
  let reading = readSeenEvent(file, target.owner, null);
  if (reading.kind === "needs_zone") {
    const zone = yield* zoneOfCalendar(target);
    if (zone.kind !== "done") return zone;
    reading = readSeenEvent(file, target.owner, zone.value);
  }
  return reading.kind === "seen" ? { kind: "edited", event: reading.event } : null;
}

/** What was sent, and where to. */
interface SentFile {
  readonly url: URL;
  readonly event_id: string;
  readonly body: string;
}

/**
 * What became of a write that was answered with a success. The file is looked at where 200 alone does not say that it was written, and
 * where the answer has no version: without one, the next write would go over an edit that nobody saw.
 */
function* writtenOutcome(
  { owner }: Target,
  answer: Extract<DavAnswer, { kind: "ok" }>,
  { url, event_id, body }: SentFile,
): DavSteps<Outcome> {
  const is_certain = isWritten(answer);
  const etag = strongForm(answer.headers.get("etag"));
  const done = (version: string | null): Outcome => ({
    kind: "done",
    event_id,
    etag: version,
    ...(/^ATTENDEE[;:]/im.test(body) && { has_guests: true }),
  });
  if (is_certain && etag !== null) return done(etag);
  const stored = yield { method: "GET", url };
  if (stored.kind !== "ok") {
    if (is_certain) return done(null);
    return stored.kind === "gone" ? unreadable() : stored;
  }
  if (!is_certain && !stored.text.includes(event_id)) return unreadable();
  const shown = strongForm(stored.headers.get("etag"));
  const [sent, seen] = [body, stored.text].map((text) =>
    readSeenEvent({ name: event_id, etag: shown, text }, owner, null)
  );
  // Somebody may have moved it since.
  const is_ours = sent?.kind === "seen" && seen?.kind === "seen" &&
    isSameTime(sent.event.time, seen.event.time);
  return done(is_ours ? shown : null);
}

const unreadable = (): Outcome => ({ kind: "unknown", reason: "unreadable", after_s: null });

/** What a refused write means: it may be the calendar that is gone, or that may only be read by now. */
function* failedWrite(target: Target, answer: Failure): DavSteps<Outcome> {
  if (!mayBeCalendar(answer)) return answer;
  const calendar = yield* getCalendar(target);
  if (calendar.kind !== "done") return calendar;
  const may_write = calendar.value.writable && !("reason" in answer && answer.reason === "need-privileges");
  return may_write ? definite(answer) : { kind: "calendar_missing", reason: "read_only" };
}

/** A refusal that is about the event itself, since its calendar answers. */
function definite(answer: Failure): Failure {
  switch (answer.kind) {
    case "gone":
      return { kind: "retry", reason: "event_not_found", after_s: null };
    case "retry":
      return { kind: "rejected", reason: answer.reason };
    default:
      return answer;
  }
}
