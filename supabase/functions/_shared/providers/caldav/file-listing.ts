import type { CalendarAnswer } from "../calendar-client.ts";
import { expiredPage } from "../listing.ts";
import { type DavAnswer, mayBeUnsupported } from "./answers.ts";
import {
  calendarUrl,
  type DavSteps,
  getCalendar,
  missingCalendar,
  multistatusOf,
  type NamedFile,
  pathOf,
  propfind,
  saysMissing,
  type Target,
} from "./calendars.ts";
import { plainPath } from "./event-id.ts";
import type { DavResponse, Multistatus } from "./multistatus.ts";
import { syncCollectionBody } from "./requests.ts";

/** Calendars that are not synchronised in pages, as far as this process has seen. */
const without_sync = new Set<string>();
const CALENDARS_MAX = 10_000;
const STORED_ETAG = /^[\x21-\x7e]+$/;

/** The files of a calendar, and what tells later whether they changed. */
export interface FileListing {
  readonly files: readonly NamedFile[];
  /** From where to synchronise; null: the server does not say. */
  readonly sync_token: string | null;
  /** Another one says that something in the calendar changed; null: the server has none, or was not asked. */
  readonly ctag: string | null;
}

/** What changed in a calendar. */
export interface FileChanges {
  readonly changed: readonly NamedFile[];
  /** Names of files that are not there any more. */
  readonly removed: readonly string[];
  readonly sync_token: string;
}

/** Lists every file of a calendar: page by page where the server can, else at once. */
export function* listFiles(target: Target): DavSteps<CalendarAnswer<FileListing>> {
  const url = calendarUrl(target.places, target.calendar.id);
  if (!without_sync.has(url.href)) {
    const paged = yield* pages(target, url, "");
    if (paged?.kind === "done") {
      const { changed, sync_token } = paged.value;
      return { kind: "done", value: { files: changed, sync_token: sync_token || null, ctag: null } };
    }
    if (paged !== null) return paged;
  }
  const read = multistatusOf(yield propfind(url, "1", ["getetag", "CS:getctag"]));
  if (read.kind === "gone") return yield* missingCalendar(target, read);
  if (read.kind !== "done") {
    const calendar = saysMissing(read) ? yield* getCalendar(target) : read;
    return calendar.kind === "done" ? read : calendar;
  }
  noteWithoutSync(url.href);
  return {
    kind: "done",
    value: { files: filesOf(read.value, url), sync_token: null, ctag: ctagOf(read.value, url) },
  };
}

/** The files of a listing. */
export function filesIn(listing: CalendarAnswer<FileListing>): CalendarAnswer<readonly NamedFile[]> {
  return listing.kind === "done" ? { kind: "done", value: listing.value.files } : listing;
}

/**
 * Asks what changed since a listing.
 *
 * @param sync_token as the listing gave it
 * @returns null where the server does not go on from there: the token is too old, or of another time
 */
export function* listFileChanges(
  target: Target,
  sync_token: string,
): DavSteps<CalendarAnswer<FileChanges> | null> {
  return yield* pages(target, calendarUrl(target.places, target.calendar.id), sync_token);
}

/** What the server calls the state of a calendar: one small request; null: it has no name for it. */
export function* calendarTag(target: Target): DavSteps<CalendarAnswer<string | null>> {
  const url = calendarUrl(target.places, target.calendar.id);
  const read = multistatusOf(yield propfind(url, "0", ["CS:getctag"]));
  return read.kind === "done" ? { kind: "done", value: ctagOf(read.value, url) } : read;
}

/** @returns null where the server does not synchronise in pages, or not from this token */
function* pages(target: Target, url: URL, since: string): DavSteps<CalendarAnswer<FileChanges> | null> {
  const changed: NamedFile[] = [];
  const removed: string[] = [];
  let token = since;
  let is_first = true;
  while (true) {
    // Depth 0: the level says how deep (RFC 6578 §3.2).
    const answer = yield { method: "REPORT", url, depth: "0", body: syncCollectionBody(token) };
    if (since === "" ? is_first && mayNotSynchronise(answer) : mayBeForgotten(answer)) return null;
    if (is_first && answer.kind === "gone") return yield* missingCalendar(target, answer);
    const expired = is_first ? null : expiredPage(answer);
    if (expired !== null) return expired;
    const read = multistatusOf(answer);
    if (read.kind !== "done") return read;
    changed.push(...filesOf(read.value, url));
    removed.push(...removedFrom(read.value, url));
    const next = read.value.sync_token ?? "";
    if (!isCut(read.value, url)) return { kind: "done", value: { changed, removed, sync_token: next } };
    // A server that cuts its answer and does not go on cannot be listed this way.
    if (next === "" || next === token) return null;
    token = next;
    is_first = false;
  }
}

/** Whether the server may not synchronise this calendar at all: some say 500 of what they cannot do. */
function mayNotSynchronise(answer: DavAnswer): boolean {
  return mayBeUnsupported(answer) || (answer.kind === "unknown" && answer.reason === "http_500");
}

/** Whether the server may not know the token: RFC 6578 §3.2 has 403 for it, others 409, Xandikos 500. */
function mayBeForgotten(answer: DavAnswer): boolean {
  return mayNotSynchronise(answer) || answer.kind === "conflict" || answer.kind === "gone" ||
    (answer.kind === "retry" && answer.reason === "valid-sync-token");
}

/** Whether the server says 507 of the calendar itself: there is more (RFC 6578 §3.6). */
function isCut({ responses }: Multistatus, url: URL): boolean {
  return responses.some((response) => response.status === 507 && isCalendarItself(response, url));
}

/** The files that a listing names. */
export function filesOf({ responses }: Multistatus, url: URL): readonly NamedFile[] {
  return responses.flatMap((response) => {
    if (response.status !== null && response.status >= 300) return [];
    const file = fileAt(response, url);
    return file === null ? [] : [{ ...file, etag: etagOf(response) }];
  });
}

function removedFrom({ responses }: Multistatus, url: URL): readonly string[] {
  return responses.flatMap((response) =>
    response.status === 404 || response.status === 410 ? fileAt(response, url)?.name ?? [] : []
  );
}

function fileAt({ href }: DavResponse, base: URL): Pick<NamedFile, "name" | "url"> | null {
  const path = pathOf(href, base);
  if (path === null) return null;
  const name = plainPath(path).split("/").at(-1) ?? "";
  const url = new URL(base);
  url.pathname = path;
  return name.endsWith(".ics") ? { name: name.slice(0, -".ics".length), url } : null;
}

function ctagOf({ responses }: Multistatus, url: URL): string | null {
  const self = responses.find((response) => isCalendarItself(response, url));
  return self?.properties.get("getctag")?.text.trim() || null;
}

function isCalendarItself({ href }: DavResponse, url: URL): boolean {
  const path = pathOf(href, url);
  return path !== null && plainPath(path) === plainPath(url.pathname);
}

/** The ETag that a listing shows of a file. */
export function etagOf({ properties }: DavResponse): string | null {
  return strongForm(properties.get("getetag")?.text);
}

/**
 * An ETag as it is without the sign of a weak one, which Cyrus adds when it compresses: `If-Match` takes no weak one (RFC 9110
 * §13.1.1), but the strong one that it was made of.
 */
export function strongForm(etag: string | null | undefined): string | null {
  const strong = etag?.trim().replace(/^W\//, "") ?? "";
  return STORED_ETAG.test(strong) ? strong : null;
}

function noteWithoutSync(calendar: string): void {
  if (without_sync.size >= CALENDARS_MAX) without_sync.clear();
  without_sync.add(calendar);
}
