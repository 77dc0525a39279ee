import type { CalendarAnswer, SeenEvent } from "../calendar-client.ts";
import { type DavAnswer, isTooLarge } from "./answers.ts";
import {
  calendarUrl,
  type DavSteps,
  getCalendar,
  missingCalendar,
  multistatusOf,
  type NamedFile,
  type Target,
} from "./calendars.ts";
import { plainPath } from "./event-id.ts";
import { etagOf } from "./file-listing.ts";
import type { DavResponse } from "./multistatus.ts";
import { multigetBody } from "./requests.ts";
import { type EventFile, ownId, readSeenEvent } from "./seen-event.ts";

/** What other clients ask for at once; services that answer fewer are asked again for the rest. */
const FILES_PER_REQUEST = 50;
/** By so much fewer files are asked for where an answer was too large to be read. */
const FEWER = 7;

/** The events of this owner in files. */
export interface ReadEvents {
  readonly events: readonly SeenEvent[];
  /** Names of files of ours in which nobody sees an event. */
  readonly unreadable: readonly string[];
}

/** Reads files, several with one request (RFC 4791 §7.9). One that is not there any more is left out. */
export function* readEvents(
  target: Target,
  files: readonly NamedFile[],
): DavSteps<CalendarAnswer<ReadEvents>> {
  const read = yield* readFiles(target, files);
  if (read.kind !== "done") return read;
  const { owner } = target;
  const zone = read.value.some((file) => readSeenEvent(file, owner, null).kind === "needs_zone")
    ? yield* zoneOfCalendar(target)
    : { kind: "done" as const, value: null };
  if (zone.kind !== "done") return zone;
  const readings = read.value.map((file) => ({ file, reading: readSeenEvent(file, owner, zone.value) }));
  return {
    kind: "done",
    value: {
      events: readings.flatMap(({ reading }) => reading.kind === "seen" ? [reading.event] : []),
      unreadable: readings.flatMap(({ file, reading }) => reading.kind === "unreadable" ? [file.name] : []),
    },
  };
}

/** The zone of times without one (RFC 4791 §5.2.2), UTC where the calendar has none either. */
export function* zoneOfCalendar(target: Target): DavSteps<CalendarAnswer<string>> {
  const calendar = yield* getCalendar(target);
  return calendar.kind === "done" ? { kind: "done", value: calendar.value.time_zone ?? "UTC" } : calendar;
}

function* readFiles(
  target: Target,
  files: readonly NamedFile[],
): DavSteps<CalendarAnswer<readonly EventFile[]>> {
  const url = calendarUrl(target.places, target.calendar.id);
  const read: EventFile[] = [];
  let left = files;
  let at_once = FILES_PER_REQUEST;
  while (left.length > 0) {
    const asked = left.slice(0, at_once);
    const hrefs = asked.map((file) => file.url.pathname);
    const answer = yield { method: "REPORT", url, depth: "1", body: multigetBody(hrefs) };
    if (isTooLarge(answer) && at_once > 1) {
      at_once = Math.ceil(at_once / FEWER);
      continue;
    }
    if (answer.kind === "gone") return yield* missingCalendar(target, answer);
    const answered = isTooLarge(answer) ? { kind: "done" as const, value: [] } : responsesTo(answer);
    if (answered.kind !== "done") return answered;
    const responses = new Map(answered.value.map((response) => [nameOf(response), response]));
    const found = asked.map((file) => ({ file, response: responses.get(file.name) }));
    for (const { file, response } of found) {
      const text = response?.properties.get("calendar-data")?.text;
      if (response !== undefined && text !== undefined) {
        read.push({ name: file.name, etag: etagOf(response) ?? file.etag, text });
      }
    }
    const settled = new Set(
      found.filter(({ file, response }) =>
        response?.properties.has("calendar-data") || isGone(response) ||
        // What is not ours must not keep ours from being read.
        (ownId(file.name, target.owner) === null && (response !== undefined || isTooLarge(answer)))
      ).map(({ file }) => file.name),
    );
    // A part of an answer is never taken for deletions.
    if (settled.size === 0) return { kind: "retry", reason: "listing_not_finished", after_s: null };
    left = left.filter(({ name }) => !settled.has(name));
  }
  return { kind: "done", value: read };
}

function responsesTo(answer: DavAnswer): CalendarAnswer<readonly DavResponse[]> {
  const read = multistatusOf(answer);
  return read.kind === "done" ? { kind: "done", value: read.value.responses } : read;
}

function nameOf({ href }: DavResponse): string {
  return (plainPath(href).split("/").at(-1) ?? "").replace(/\.ics$/, "");
}

function isGone(response: DavResponse | undefined): boolean {
  return response?.status === 404 || response?.status === 410;
}
