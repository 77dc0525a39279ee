import { createHash } from "node:crypto";
import type { CalendarAnswer, CalendarNews, EventNews } from "../calendar-client.ts";
import { mayBeCalendar } from "./answers.ts";
import { type DavSteps, type NamedFile, type Target } from "./calendars.ts";
import { calendarTag, type FileListing, listFileChanges, listFiles } from "./file-listing.ts";
import { readEvents } from "./read-events.ts";
import { ownId } from "./seen-event.ts";

/** Where a listing goes on from. */
type Position =
  | { readonly kind: "nowhere" }
  /** The server tells what changed since then. */
  | { readonly kind: "sync"; readonly token: string }
  /** The server tells by `ctag` whether anything changed, or null: by all ETags, whose digest this is. */
  | { readonly kind: "etags"; readonly digest: string; readonly ctag: string | null };

/**
 * What changed in a calendar: by sync-collection (RFC 6578) where the server has it. Elsewhere nothing changed while the calendar
 * has its tag, or the files of ours their ETags; otherwise everything is listed.
 *
 * In a calendar that we made, every file is read, since an application may have given one of ours another name; in one of the
 * user's, those alone that have our names.
 */
export function* listChanges(target: Target, cursor: string | null): DavSteps<CalendarAnswer<CalendarNews>> {
  const position = readCursor(cursor);
  switch (position.kind) {
    case "nowhere":
      return yield* everything(target);
    case "sync":
      return (yield* changesSince(target, position.token)) ?? (yield* everything(target));
    case "etags":
      return yield* changesByEtag(target, position);
  }
}

/** @returns null where only everything can be listed */
function* changesSince(target: Target, token: string): DavSteps<CalendarAnswer<CalendarNews> | null> {
  const changes = yield* listFileChanges(target, token);
  if (changes?.kind !== "done") return changes;
  const { changed, removed, sync_token } = changes.value;
  // Perhaps one of ours that was renamed before: what it was is not told any more.
  if (target.calendar.role === "own" && removed.some((name) => ownId(name, target.owner) === null)) {
    return null;
  }
  const read = yield* readEvents(target, filesToRead(target, changed));
  if (read.kind !== "done") return read;
  const shown = new Set(read.value.events.map(({ event_id }) => event_id));
  const gone = [...removed, ...read.value.unreadable].filter((name) =>
    ownId(name, target.owner) !== null && !shown.has(name)
  );
  const news: readonly EventNews[] = [
    ...read.value.events.map((event) => ({ kind: "shown", event }) as const),
    ...[...new Set(gone)].map((event_id) => ({ kind: "gone", event_id }) as const),
  ];
  const next: Position = { kind: "sync", token: sync_token || token };
  return { kind: "done", value: { news, is_complete: false, cursor: writeCursor(next) } };
}

function* changesByEtag(
  target: Target,
  position: Extract<Position, { kind: "etags" }>,
): DavSteps<CalendarAnswer<CalendarNews>> {
  if (position.ctag !== null) {
    const tag = yield* calendarTag(target);
    if (tag.kind === "done" && tag.value === position.ctag) return nothingNew(position);
    if (tag.kind !== "done" && !mayBeCalendar(tag)) return tag;
  }
  const listing = yield* listFiles(target);
  if (listing.kind !== "done") return listing;
  const now = positionOf(target, listing.value);
  return now.kind === "etags" && now.digest === position.digest
    ? nothingNew(now)
    : yield* readListing(target, listing.value);
}

function* everything(target: Target): DavSteps<CalendarAnswer<CalendarNews>> {
  const listing = yield* listFiles(target);
  return listing.kind === "done" ? yield* readListing(target, listing.value) : listing;
}

/** What is written while the files are read has another ETag than the listing, so that the next one tells of it again. */
function* readListing(target: Target, listing: FileListing): DavSteps<CalendarAnswer<CalendarNews>> {
  const read = yield* readEvents(target, filesToRead(target, listing.files));
  if (read.kind !== "done") return read;
  return {
    kind: "done",
    value: {
      news: read.value.events.map((event) => ({ kind: "shown", event })),
      is_complete: true,
      cursor: writeCursor(positionOf(target, listing)),
    },
  };
}

function nothingNew(position: Position): CalendarAnswer<CalendarNews> {
  return { kind: "done", value: { news: [], is_complete: false, cursor: writeCursor(position) } };
}

/** Each once: a page shows a file a second time that was written meanwhile. */
function filesToRead({ calendar, owner }: Target, files: readonly NamedFile[]): readonly NamedFile[] {
  const wanted = calendar.role === "own" ? files : files.filter(({ name }) => ownId(name, owner) !== null);
  return [...new Map(wanted.map((file) => [file.name, file])).values()];
}

function positionOf(target: Target, { files, sync_token, ctag }: FileListing): Position {
  if (sync_token !== null) return { kind: "sync", token: sync_token };
  const digest = digestOf(filesToRead(target, files));
  return digest === null ? { kind: "nowhere" } : { kind: "etags", digest, ctag };
}

/** @returns null where a file has no ETag, so that nothing tells whether it changed */
function digestOf(files: readonly NamedFile[]): string | null {
  if (files.some(({ etag }) => etag === null)) return null;
  const lines = files.map(({ name, etag }) => `${name} ${etag}`).toSorted();
  return createHash("sha256").update(lines.join("\n")).digest("base64url");
}

function writeCursor(position: Position): string | null {
  switch (position.kind) {
    case "nowhere":
      return null;
    case "sync":
      return `sync ${position.token}`;
    case "etags":
      return `etags ${position.digest} ${position.ctag ?? ""}`;
  }
}

/** What was written by another version is as good as nothing: everything is listed. */
function readCursor(cursor: string | null): Position {
  const [, token] = /^sync (.+)$/s.exec(cursor ?? "") ?? [];
  if (token !== undefined) return { kind: "sync", token };
  const [, digest, ctag] = /^etags (\S+) (.*)$/s.exec(cursor ?? "") ?? [];
  if (digest !== undefined) return { kind: "etags", digest, ctag: ctag || null };
  return { kind: "nowhere" };
}
