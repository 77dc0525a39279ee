import type { CalendarAnswer, TaggedEvent } from "../calendar-client.ts";
import { expiredPage } from "../listing.ts";
import { mayBeUnsupported } from "./answers.ts";
import {
  calendarUrl,
  type DavSteps,
  getCalendar,
  missingCalendar,
  multistatusOf,
  type NamedFile,
  pathOf,
  propfind,
  type Target,
} from "./calendars.ts";
import { ownerDigits, plainPath, readEventId } from "./event-id.ts";
import type { Multistatus } from "./multistatus.ts";
import { syncCollectionBody } from "./requests.ts";

/** Servers that have no sync-collection, as far as this process has seen. */
const without_sync = new Set<string>();
const SERVERS_MAX = 1_000;

/**
 * Lists the events in a calendar that this owner wrote, by the names of their files: they say all that is needed, and stay
 * when a server writes a file anew.
 */
export function* listOwnEvents(target: Target): DavSteps<CalendarAnswer<readonly TaggedEvent[]>> {
  const files = yield* listFiles(target);
  if (files.kind !== "done") return files;
  const owner = ownerDigits(target.owner);
  // A page shows a file a second time that was written meanwhile.
  const events = new Map(files.value.flatMap(({ name }) => {
    const id = readEventId(name);
    return id?.owner === owner ? [[name, { event_id: name, obligation_id: id.obligation_id }]] : [];
  }));
  return { kind: "done", value: [...events.values()] };
}

/** Lists every file of a calendar: page by page where the server can, else at once. */
export function* listFiles(target: Target): DavSteps<CalendarAnswer<readonly NamedFile[]>> {
  const url = calendarUrl(target.places, target.calendar.id);
  if (!without_sync.has(url.origin)) {
    const paged = yield* pages(target, url);
    if (paged !== null) return paged;
  }
  const read = multistatusOf(yield propfind(url, "1", ["getetag"]));
  if (read.kind === "gone") return yield* missingCalendar(target, read);
  if (read.kind === "retry" && read.reason === "http_403") {
    const calendar = yield* getCalendar(target);
    return calendar.kind === "done" ? read : calendar;
  }
  if (read.kind !== "done") return read;
  noteWithoutSync(url.origin);
  return { kind: "done", value: filesOf(read.value, url) };
}

/** @returns null where the server refuses to synchronise in pages */
function* pages(target: Target, url: URL): DavSteps<CalendarAnswer<readonly NamedFile[]> | null> {
  const files: NamedFile[] = [];
  let token = "";
  do {
    // Depth 0: the level says how deep (RFC 6578 §3.2).
    const answer = yield { method: "REPORT", url, depth: "0", body: syncCollectionBody(token) };
    if (token === "" && mayBeUnsupported(answer)) return null;
    if (token === "" && answer.kind === "gone") return yield* missingCalendar(target, answer);
    const expired = token === "" ? null : expiredPage(answer);
    if (expired !== null) return expired;
    const read = multistatusOf(answer);
    if (read.kind !== "done") return read;
    files.push(...filesOf(read.value, url));
    const is_cut = isCut(read.value, url);
    const next = read.value.sync_token ?? "";
    // A server that cuts its answer and does not go on cannot be listed this way.
    if (is_cut && (next === "" || next === token)) return null;
    token = is_cut ? next : "";
  } while (token !== "");
  return { kind: "done", value: files };
}

/** Whether the server says 507 of the calendar itself: there is more (RFC 6578 §3.6). */
function isCut({ responses }: Multistatus, url: URL): boolean {
  return responses.some(({ href, status }) => {
    const path = pathOf(href, url);
    return status === 507 && path !== null && plainPath(path) === plainPath(url.pathname);
  });
}

/** The files that a listing names. */
export function filesOf({ responses }: Multistatus, url: URL): readonly NamedFile[] {
  return responses.flatMap(({ href, status }) => {
    const path = pathOf(href, url);
    if (path === null || (status !== null && status >= 300)) return [];
    const name = plainPath(path).split("/").at(-1) ?? "";
    const file = new URL(url);
    file.pathname = path;
    return name.endsWith(".ics") ? [{ name: name.slice(0, -".ics".length), url: file }] : [];
  });
}

function noteWithoutSync(origin: string): void {
  if (without_sync.size >= SERVERS_MAX) without_sync.clear();
  without_sync.add(origin);
}
