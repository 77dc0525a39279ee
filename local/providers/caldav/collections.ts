import ICAL from "ical.js";
import { DavError, multistatus, notFound, readOnly, statusLine } from "./errors.ts";
import { collectionProperties, fileProperties, membersOf, propertyResponse } from "./properties.ts";
import { calendarPath, type Resource } from "./resources.ts";
import { type Account, type CalDavState, type CalendarEntry, CALENDARS_PER_HOUR } from "./state.ts";
import { APPLE, CALDAV, childrenOf, DAV, element, escapeXml, readXml, type XmlNode } from "./xml.ts";
import { filePath, homePath, principalPath } from "./resources.ts";

const HOUR_MS = 3_600_000;

/** PROPFIND (RFC 4918 §9.1): 207, each property by itself. */
export function propfind(
  state: CalDavState,
  me: Account,
  resource: Resource,
  depth: string | null,
  body: string,
): Response {
  if (depth !== "0" && depth !== "1") throw new DavError(403, "propfind-finite-depth");
  const request = readXml(body);
  const [prop] = childrenOf(request ?? undefined, DAV, "prop");
  if (request?.name !== "propfind" || prop === undefined) throw new DavError(400);
  if (resource.kind === "file") {
    if (resource.file === null) throw notFound();
    const { account, calendar, name, file } = resource;
    return multistatus([
      propertyResponse(filePath(account, calendar, name), fileProperties(state, file), prop.children),
    ]);
  }
  const path = pathOf(resource);
  const self = propertyResponse(path, collectionProperties(state, me, resource), prop.children);
  const members = depth === "0" ? [] : membersOf(state, me, resource);
  return multistatus([
    self,
    ...members.map(([member, properties]) => propertyResponse(member, properties, prop.children)),
  ]);
}

function pathOf(resource: Resource): string {
  switch (resource.kind) {
    case "root":
      return "/dav/";
    case "principal":
      return principalPath(resource.account);
    case "home":
      return homePath(resource.account);
    case "scheduling":
      return calendarPath(resource.account, resource.slug);
    case "calendar":
      return calendarPath(resource.account, resource.calendar.slug);
    default:
      throw notFound();
  }
}

/** MKCALENDAR (RFC 4791 §5.3.1). */
export function makeCalendar(state: CalDavState, resource: Resource, body: string): Response {
  if (state.odd.mkcalendar === "refused") throw new DavError(405, null, { allow: "OPTIONS, PROPFIND" });
  if (resource.kind === "calendar") throw new DavError(405, "resource-must-be-null");
  if (resource.kind !== "no_calendar") throw new DavError(403, "calendar-collection-location-ok");
  const { account, slug } = resource;
  if (state.odd.mkcalendar === "property_refused") {
    return propertyStatus(calendarPath(account, slug), setProperties(readXml(body)), 403);
  }
  if (state.odd.trash_keeps_names && account.trash.has(slug)) {
    throw new DavError(405, "resource-must-be-null");
  }
  const made = state.calendars_made.get(account.email)?.filter((at) => at > Date.now() - HOUR_MS) ?? [];
  if (state.odd.mkcalendar === "limited" && made.length >= CALENDARS_PER_HOUR) throw new DavError(429);
  if (state.odd.is_full) throw new DavError(507, "quota-not-exceeded");
  const given = body === "" ? {} : givenProperties(readXml(body), "mkcalendar");
  state.addCalendar(account, slug, given);
  state.calendars_made.set(account.email, [...made, Date.now()]);
  return new Response(null, { status: 201, headers: { "cache-control": "no-cache" } });
}

/** PROPPATCH (RFC 4918 §9.2) of a calendar. */
export function patchProperties(state: CalDavState, resource: Resource, body: string): Response {
  if (resource.kind !== "calendar") throw notFound();
  const { account, calendar } = resource;
  if (!calendar.writable) throw readOnly();
  const request = readXml(body);
  Object.assign(calendar, givenProperties(request, "propertyupdate"));
  state.nextRevision();
  const named = setProperties(request);
  return propertyStatus(calendarPath(account, calendar.slug), named, 200);
}

/** What became of properties that were to be set. */
function propertyStatus(path: string, named: readonly XmlNode[], status: number): Response {
  const props = named.map(({ namespace, name }) => element(namespace, name)).join("");
  const propstat = element(DAV, "prop", props) + element(DAV, "status", statusLine(status));
  return multistatus([
    element(DAV, "response", element(DAV, "href", escapeXml(path)) + element(DAV, "propstat", propstat)),
  ]);
}

function setProperties(request: XmlNode | null): readonly XmlNode[] {
  return childrenOf(request ?? undefined, DAV, "set")
    .flatMap((set) => childrenOf(set, DAV, "prop"))
    .flatMap(({ children }) => children);
}

/** @throws DavError where the body is another document, or says something that no calendar may have */
function givenProperties(
  request: XmlNode | null,
  name: string,
): Partial<Pick<CalendarEntry, "name" | "description" | "color" | "time_zone" | "components">> {
  if (request?.name !== name) throw new DavError(400);
  const given: { -readonly [K in "name" | "description" | "color" | "time_zone"]?: string } & {
    components?: readonly string[];
  } = {};
  for (const { namespace, name, text, children } of setProperties(request)) {
    if (namespace === DAV && name === "displayname") given.name = text;
    else if (namespace === CALDAV && name === "calendar-description") given.description = text;
    else if (namespace === APPLE && name === "calendar-color") {
      if (!/^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(text)) throw new DavError(400);
      given.color = text;
    } else if (namespace === CALDAV && name === "calendar-timezone") {
      checkTimeZone(text);
      given.time_zone = text;
    } else if (namespace === CALDAV && name === "supported-calendar-component-set") {
      given.components = children.map(({ attributes }) => attributes["name"] ?? "");
    }
  }
  return given;
}

function checkTimeZone(text: string): void {
  try {
    const calendar = new ICAL.Component(ICAL.parse(text));
    if (calendar.getAllSubcomponents("vtimezone").length === 1 && calendar.hasProperty("version")) return;
  } catch {
    // It is refused below.
  }
  throw new DavError(403, "valid-calendar-data");
}

/** DELETE of a calendar. */
export function deleteCalendar(state: CalDavState, resource: Resource): Response {
  if (resource.kind !== "calendar") throw notFound();
  if (!resource.calendar.writable) throw readOnly();
  state.removeCalendar(resource.account, resource.calendar.slug);
  if (state.odd.denies_deletions) throw notFound();
  return new Response(null, { status: 204 });
}
