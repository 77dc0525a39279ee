import { DavError, multistatus, notFound } from "./errors.ts";
import { fileProperties, propertyResponse, statusResponse, syncToken } from "./properties.ts";
import { calendarPath, filePath, type Resource } from "./resources.ts";
import type { CalDavState, StoredFile } from "./state.ts";
import { CALDAV, childrenOf, DAV, element, escapeXml, readXml, type XmlNode } from "./xml.ts";

type CalendarResource = Extract<Resource, { kind: "calendar" }>;

const TRUNCATED = element(DAV, "error", element(DAV, "number-of-matches-within-limits"));

/** REPORT on a calendar: calendar-query, calendar-multiget (RFC 4791 §7), sync-collection (RFC 6578). */
export function report(
  state: CalDavState,
  resource: Resource,
  depth: string | null,
  body: string,
): Response {
  if (resource.kind === "no_calendar" && state.odd.forbids_missing_calendars) throw new DavError(403);
  if (resource.kind !== "calendar") throw notFound();
  const request = readXml(body);
  const [prop] = childrenOf(request ?? undefined, DAV, "prop");
  if (request === null || prop === undefined) throw new DavError(400);
  switch (`${request.namespace} ${request.name}`) {
    case `${CALDAV} calendar-query`:
      return query(state, resource, request, prop);
    case `${CALDAV} calendar-multiget`:
      return multiget(state, resource, request, prop);
    case `${DAV} sync-collection`:
      // The level says how deep (RFC 6578 §3.2).
      if (depth !== null && depth !== "0") throw new DavError(400);
      if (!state.odd.no_sync_collection) return syncCollection(state, resource, request, prop);
  }
  throw new DavError(403, "supported-report");
}

function query(
  state: CalDavState,
  { account, calendar }: CalendarResource,
  request: XmlNode,
  prop: XmlNode,
): Response {
  const [filter] = childrenOf(request, CALDAV, "filter");
  const [outer] = childrenOf(filter, CALDAV, "comp-filter");
  const [inner] = childrenOf(outer, CALDAV, "comp-filter");
  // iCloud refuses a query without a component, too.
  if (outer?.attributes["name"] !== "VCALENDAR" || inner === undefined) {
    throw new DavError(403, "supported-filter");
  }
  const wanted = childrenOf(inner, CALDAV, "prop-filter").map((one) => {
    const [match] = childrenOf(one, CALDAV, "text-match");
    if (one.attributes["name"] !== "UID" || match === undefined) throw new DavError(403, "supported-filter");
    return match.text;
  });
  const found = [...calendar.files].filter(([, { text, uid }]) =>
    text.includes(`BEGIN:${inner.attributes["name"]}`) &&
    (state.odd.ignores_filters || wanted.every((part) => uid.includes(part)))
  );
  checkMatches(state, found.length);
  return multistatus(
    found.map(([name, file]) =>
      propertyResponse(filePath(account, calendar, name), fileProperties(state, file), prop.children)
    ),
  );
}

function multiget(
  state: CalDavState,
  { account, calendar }: CalendarResource,
  request: XmlNode,
  prop: XmlNode,
): Response {
  const hrefs = childrenOf(request, DAV, "href").slice(0, state.multiget_max ?? Infinity);
  checkMatches(state, hrefs.length);
  return multistatus(
    hrefs.map(({ text }) => {
      const path = new URL(text, "http://this.invalid").pathname;
      const name = decodeURIComponent(path.split("/").at(-1) ?? "");
      const file = calendar.files.get(name);
      return file === undefined || decodeURI(path) !== decodeURI(filePath(account, calendar, name))
        ? statusResponse(path, 404)
        : propertyResponse(path, fileProperties(state, file), prop.children);
    }),
  );
}

function syncCollection(
  state: CalDavState,
  { account, calendar }: CalendarResource,
  request: XmlNode,
  prop: XmlNode,
): Response {
  const [token] = childrenOf(request, DAV, "sync-token");
  const [level] = childrenOf(request, DAV, "sync-level");
  if (token === undefined || level?.text !== "1") throw new DavError(400);
  const since = revisionOf(state, calendar.slug, token.text, calendar.revision);
  const limit = childrenOf(request, DAV, "limit").flatMap((one) => childrenOf(one, DAV, "nresults"))[0];
  const page = Math.min(Number(limit?.text ?? Infinity), state.page_size_max ?? Infinity);
  const changed: readonly (readonly [string, number, StoredFile | null])[] = [
    ...[...calendar.files].filter(([, file]) => since > 0 || state.isListed(file.stored_at_ms))
      .map(([name, file]) => [name, file.revision, file] as const),
    // A first synchronisation tells of no deletions.
    ...(since === 0 ? [] : [...calendar.removed].map(([name, at]) => [name, at, null] as const)),
  ].filter(([, at]) => at > since).toSorted(([, one], [, other]) => one - other);
  const shown = changed.slice(0, page);
  checkMatches(state, shown.length);
  const responses = shown.map(([name, , file]) => {
    const path = filePath(account, calendar, name);
    return file === null
      ? statusResponse(path, 404)
      : propertyResponse(path, fileProperties(state, file), prop.children);
  });
  const is_cut = shown.length < changed.length;
  if (is_cut) responses.push(statusResponse(calendarPath(account, calendar.slug), 507, TRUNCATED));
  const up_to = is_cut ? shown.at(-1)?.[1] : calendar.revision;
  return multistatus(responses, element(DAV, "sync-token", escapeXml(syncToken(state, calendar, up_to))));
}

function checkMatches({ matches_max }: CalDavState, matches: number): void {
  if (matches > (matches_max ?? Infinity)) throw new DavError(507, "number-of-matches-within-limits");
}

/** What a token of this calendar stands for; 0: none was given. */
function revisionOf(state: CalDavState, slug: string, token: string, newest: number): number {
  if (token === "") return 0;
  const [, , , generation, of, at = ""] = token.split("/");
  const known = generation === String(state.token_generation) && /^\d+$/.test(at) &&
    of === encodeURIComponent(slug) && Number(at) <= newest;
  if (known && !state.odd.forgets_tokens) return Number(at);
  switch (state.odd.bad_tokens) {
    case "forbidden":
      throw new DavError(403, "valid-sync-token");
    case "conflict":
      throw new DavError(409);
    case "failure":
      throw new DavError(500);
  }
}
