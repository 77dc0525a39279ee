import { escapeXml } from "./xml.ts";

const NAMESPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" ' +
  'xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"';

/** Whose password, and for what: asked of any address (RFC 5397), and of a principal (RFC 4791 §6.2.1). */
export const PRINCIPAL_PROPERTIES = [
  "current-user-principal",
  "C:calendar-home-set",
  "resourcetype",
] as const;
/** What is told of a calendar. */
export const CALENDAR_PROPERTIES = [
  "resourcetype",
  "displayname",
  "current-user-privilege-set",
  "C:supported-calendar-component-set",
  "C:calendar-timezone",
  "A:calendar-color",
] as const;
/** What is read of a file. */
const FILE_PROPERTIES = ["getetag", "C:calendar-data"] as const;

const propOf = (names: readonly string[]) => `<prop>${names.map((name) => `<${name}/>`).join("")}</prop>`;
const documentOf = (name: string, inner: string) =>
  `<?xml version="1.0" encoding="utf-8"?>\n<${name} ${NAMESPACES}>${inner}</${name}>`;

/** PROPFIND (RFC 4918 §9.1) of properties by name. */
export function propfindBody(names: readonly string[]): string {
  return documentOf("propfind", propOf(names));
}

/** MKCALENDAR (RFC 4791 §5.3.1) of a calendar for events alone. */
export function mkcalendarBody(
  { name, description, time_zone }: {
    readonly name: string;
    readonly description: string;
    /** A VCALENDAR with the one VTIMEZONE; null: none. */
    readonly time_zone: string | null;
  },
): string {
  return documentOf(
    "C:mkcalendar",
    `<set><prop><displayname>${escapeXml(name)}</displayname>` +
      `<C:calendar-description>${escapeXml(description)}</C:calendar-description>` +
      (time_zone === null ? "" : `<C:calendar-timezone>${escapeXml(time_zone)}</C:calendar-timezone>`) +
      '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>' +
      "</prop></set>",
  );
}

/**
 * REPORT for all files of a calendar, a page at a time (RFC 6578).
 *
 * @param token where to go on from; empty: the beginning
 */
export function syncCollectionBody(token: string): string {
  return documentOf(
    "sync-collection",
    `<sync-token>${escapeXml(token)}</sync-token><sync-level>1</sync-level>${propOf(["getetag"])}`,
  );
}

/**
 * REPORT for the events with a UID, or with one that contains it (RFC 4791 §7.8): which one it is, only the file tells. The query names
 * the component, without which iCloud refuses it.
 *
 * @param uid letters, digits and hyphens
 */
export function queryByUidBody(uid: string): string {
  return documentOf(
    "C:calendar-query",
    `${propOf(FILE_PROPERTIES)}<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
      `<C:prop-filter name="UID"><C:text-match collation="i;octet">${escapeXml(uid)}</C:text-match>` +
      "</C:prop-filter></C:comp-filter></C:comp-filter></C:filter>",
  );
}

/** REPORT for files by their addresses (RFC 4791 §7.9). */
export function multigetBody(hrefs: readonly string[]): string {
  const list = hrefs.map((href) => `<href>${escapeXml(href)}</href>`).join("");
  return documentOf("C:calendar-multiget", `${propOf(FILE_PROPERTIES)}${list}`);
}
