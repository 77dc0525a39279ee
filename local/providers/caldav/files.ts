import { checkCalendarData, rewritten } from "./calendar-data.ts";
import { DavError, notFound, readOnly } from "./errors.ts";
import { shownEtag } from "./properties.ts";
import { etagOf, filePath, type Resource } from "./resources.ts";
import type { CalDavState, StoredFile } from "./state.ts";

type FileResource = Extract<Resource, { kind: "file" }>;

const weakened = (etag: string) => etag.replace(/^W\//, "");

/** PUT of one object (RFC 4791 §5.3.2): 201 for a new file, 204 for one that was there. */
export function putFile(state: CalDavState, resource: Resource, headers: Headers, body: string): Response {
  const { account, calendar, name, file } = existingPlace(state, resource);
  if (!calendar.writable) throw readOnly();
  checkPreconditions(state, headers, file);
  if (!/^text\/calendar\b/i.test(headers.get("content-type") ?? "")) {
    throw new DavError(403, "supported-calendar-data");
  }
  const { uid } = checkCalendarData(body, calendar.components);
  // An object keeps its UID, and a UID has one object (RFC 4791 §5.3.2.1).
  if (file !== null && file.uid !== uid) throw new DavError(403, "no-uid-conflict");
  const holder = [...calendar.files].find(([other, stored]) => other !== name && stored.uid === uid);
  if (holder !== undefined) {
    throw new DavError(409, "no-uid-conflict", {}, filePath(account, calendar, holder[0]));
  }
  if (state.odd.burned_uids && file === null && calendar.burned_uids.has(uid)) {
    throw new DavError(409, "no-uid-conflict");
  }
  if (state.odd.is_full) throw new DavError(507, "quota-not-exceeded");
  const text = state.odd.rewrites_files ? rewritten(body) : body;
  const stored = state.store(calendar, name, { text, uid });
  // Where the stored file is another one, an ETag would promise what was sent (RFC 4791 §5.3.4).
  const without_etag = state.odd.no_etag_on_put || state.odd.rewrites_files;
  return new Response(null, {
    status: file === null ? 201 : 204,
    headers: without_etag
      ? {}
      : { etag: state.odd.only_weak_etags ? shownEtag(state, stored) : etagOf(state, stored) },
  });
}

export function getFile(state: CalDavState, resource: Resource): Response {
  const { file } = existingPlace(state, resource);
  if (file === null) throw notFound();
  return new Response(file.text, {
    headers: { "content-type": "text/calendar; charset=utf-8", etag: shownEtag(state, file) },
  });
}

export function deleteFile(state: CalDavState, resource: Resource, headers: Headers): Response {
  const { calendar, name, file } = existingPlace(state, resource);
  if (!calendar.writable) throw readOnly();
  if (file === null) throw notFound();
  checkPreconditions(state, headers, file);
  state.remove(calendar, name);
  return new Response(null, { status: 204 });
}

function existingPlace(state: CalDavState, resource: Resource): FileResource {
  if (resource.kind === "file") return resource;
  if (resource.kind === "nowhere") throw new DavError(state.odd.forbids_missing_calendars ? 403 : 404);
  throw new DavError(405);
}

function checkPreconditions(state: CalDavState, headers: Headers, file: StoredFile | null): void {
  const [expected, forbidden] = [headers.get("if-match"), headers.get("if-none-match")];
  if (forbidden === "*" && file !== null) throw new DavError(412);
  if (expected === null || (expected === "*" && file !== null)) return;
  const matches = file !== null && !state.odd.only_weak_etags && weakened(expected) === etagOf(state, file);
  if (!matches) throw new DavError(412);
}
