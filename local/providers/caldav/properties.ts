import { statusLine } from "./errors.ts";
import { calendarPath, etagOf, filePath, homePath, principalPath, type Resource } from "./resources.ts";
import type { Account, CalDavState, CalendarEntry, StoredFile } from "./state.ts";
import { APPLE, CALDAV, CALENDARSERVER, DAV, element, escapeXml, type XmlNode } from "./xml.ts";

/** The properties of a resource as XML, by namespace and name. */
type Properties = ReadonlyMap<string, string>;

const key = (namespace: string, name: string) => `${namespace} ${name}`;
const href = (path: string) => element(DAV, "href", escapeXml(path));
const CALENDAR_REPORTS = [[CALDAV, "calendar-query"], [CALDAV, "calendar-multiget"]] as const;

/** A response of a multistatus: what was asked for and is there with 200, the rest with 404 (RFC 4918 §9.1). */
export function propertyResponse(path: string, properties: Properties, asked: readonly XmlNode[]): string {
  const [there, missing] = [asked.filter(isIn(properties)), asked.filter((one) => !isIn(properties)(one))];
  const propstat = (status: number, props: string) =>
    element(DAV, "propstat", element(DAV, "prop", props) + element(DAV, "status", statusLine(status)));
  const found = there.map(({ namespace, name }) =>
    element(namespace, name, properties.get(key(namespace, name)) ?? "")
  );
  return element(
    DAV,
    "response",
    href(path) +
      (there.length > 0 || asked.length === 0 ? propstat(200, found.join("")) : "") +
      (missing.length > 0
        ? propstat(404, missing.map(({ namespace, name }) => element(namespace, name)).join(""))
        : ""),
  );
}

/** A response that is a status alone. */
export function statusResponse(path: string, status: number, error = ""): string {
  return element(DAV, "response", href(path) + element(DAV, "status", statusLine(status)) + error);
}

const isIn = (properties: Properties) => ({ namespace, name }: XmlNode) =>
  properties.has(key(namespace, name));

/** Of everything but files. */
export function collectionProperties(state: CalDavState, me: Account, resource: Resource): Properties {
  const own: [string, string, string][] = [[DAV, "current-user-principal", href(principalPath(me))]];
  switch (resource.kind) {
    case "principal":
      own.push(
        [DAV, "resourcetype", element(DAV, "principal")],
        [DAV, "displayname", escapeXml(resource.account.name)],
        [CALDAV, "calendar-home-set", href(`${state.shard_url ?? ""}${homePath(resource.account)}`)],
      );
      break;
    case "scheduling":
      own.push(
        [DAV, "resourcetype", element(DAV, "collection") + element(CALDAV, `schedule-${resource.slug}`)],
        [DAV, "displayname", resource.slug],
      );
      break;
    case "calendar":
      own.push(...calendarProperties(state, resource.calendar));
      break;
    default:
      own.push([DAV, "resourcetype", element(DAV, "collection")]);
  }
  return new Map(own.map(([namespace, name, value]) => [key(namespace, name), value]));
}

function calendarProperties(state: CalDavState, calendar: CalendarEntry): [string, string, string][] {
  const privileges = ["read", ...(calendar.writable ? ["write", "write-content", "bind", "unbind"] : [])];
  const token = syncToken(state, calendar);
  const reports = [
    ...CALENDAR_REPORTS,
    ...(state.odd.no_sync_collection ? [] : [[DAV, "sync-collection"] as const]),
  ];
  return [
    [DAV, "resourcetype", element(DAV, "collection") + element(CALDAV, "calendar")],
    [DAV, "displayname", escapeXml(calendar.name)],
    [
      DAV,
      "current-user-privilege-set",
      privileges.map((name) => element(DAV, "privilege", element(DAV, name))).join(""),
    ],
    [
      DAV,
      "supported-report-set",
      reports.map(([namespace, name]) =>
        element(DAV, "supported-report", element(DAV, "report", element(namespace, name)))
      ).join(""),
    ],
    [
      CALDAV,
      "supported-calendar-component-set",
      calendar.components.map((name) => `<c:comp name="${name}"/>`).join(""),
    ],
    ...(calendar.description === ""
      ? []
      : [[CALDAV, "calendar-description", escapeXml(calendar.description)] as [string, string, string]]),
    ...(calendar.time_zone === null
      ? []
      : [[CALDAV, "calendar-timezone", escapeXml(calendar.time_zone)] as [string, string, string]]),
    [APPLE, "calendar-color", calendar.color],
    ...(state.odd.no_sync_collection ? [] : [[DAV, "sync-token", token] as [string, string, string]]),
    ...(state.odd.no_ctag ? [] : [[CALENDARSERVER, "getctag", token] as [string, string, string]]),
  ];
}

/** Opaque to clients. */
export function syncToken(
  { token_generation }: CalDavState,
  { slug, revision }: CalendarEntry,
  at = revision,
): string {
  return `https://sync.invalid/${token_generation}/${encodeURIComponent(slug)}/${at}`;
}

export function fileProperties(state: CalDavState, file: StoredFile): Properties {
  return new Map([
    [key(DAV, "resourcetype"), ""],
    [key(DAV, "getetag"), escapeXml(shownEtag(state, file))],
    [key(DAV, "getcontenttype"), "text/calendar; charset=utf-8; component=VEVENT"],
    [key(CALDAV, "calendar-data"), escapeXml(file.text)],
  ]);
}

export function shownEtag(state: CalDavState, file: StoredFile): string {
  const strong = etagOf(state, file);
  return state.odd.weak_etags || state.odd.only_weak_etags ? `W/${strong}` : strong;
}

/** The members of a collection: their paths and properties. */
export function membersOf(
  state: CalDavState,
  me: Account,
  resource: Resource,
): readonly (readonly [string, Properties])[] {
  if (resource.kind === "calendar") {
    const { account, calendar } = resource;
    return [...calendar.files].filter(([, file]) => state.isListed(file.stored_at_ms)).map(([name, file]) =>
      [filePath(account, calendar, name), fileProperties(state, file)] as const
    );
  }
  if (resource.kind !== "home") return [];
  const { account } = resource;
  const inside: readonly Resource[] = [
    ...[...account.calendars.values()].map((calendar) => ({ kind: "calendar", account, calendar }) as const),
    { kind: "scheduling", account, slug: "inbox" },
    { kind: "scheduling", account, slug: "outbox" },
  ];
  return inside.map((one) => {
    const slug = one.kind === "calendar" ? one.calendar.slug : one.kind === "scheduling" ? one.slug : "";
    return [calendarPath(account, slug), collectionProperties(state, me, one)] as const;
  });
}
