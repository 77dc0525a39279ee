import {
  type CalDavEmulator,
  PASSWORD,
  startCalDavEmulator,
} from "../../../local/providers/caldav/server.ts";

export const ADA = "ada@example.com";
export const HOME = "/dav/calendars/ada%40example.com/";

/** A VEVENT as a file; `lines` take the place of the default ones or stand beside them. */
export function fileOf(uid: string, lines: readonly string[] = [], outer: readonly string[] = []): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Test//EN",
    ...outer,
    "BEGIN:VEVENT",
    `UID:${uid}`,
    ...(lines.some((line) => line.startsWith("DTSTAMP") || line === "") ? [] : ["DTSTAMP:20260101T000000Z"]),
    ...(lines.some((line) => line.startsWith("DTSTART")) ? [] : ["DTSTART;VALUE=DATE:20270315"]),
    "SUMMARY:Dentist",
    ...lines.filter((line) => line !== ""),
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

/** Starts an emulator, and calls it as a client would. */
export async function withCalDav(
  use: (emulator: CalDavEmulator, call: Call) => Promise<void>,
  options: { readonly shards?: boolean } = {},
): Promise<void> {
  const emulator = await startCalDavEmulator(options);
  const call: Call = async (method, path, body, headers = {}) => {
    const response = await fetch(new URL(path, emulator.url), {
      method,
      redirect: "manual",
      headers: { authorization: basic(ADA, PASSWORD), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  try {
    await use(emulator, call);
  } finally {
    await emulator.close();
  }
}

/** Calls with the password of {@link ADA}. */
export type Call = (
  method: string,
  path: string,
  body?: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;

export function basic(user: string, password: string): string {
  return `Basic ${btoa(`${user}:${password}`)}`;
}

/** Body of a PROPFIND, with the prefixes `d`, `c`, `cs` and `a`. */
export function propfindOf(...props: readonly string[]): string {
  return `<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" ` +
    `xmlns:cs="http://calendarserver.org/ns/" xmlns:a="http://apple.com/ns/ical/"><d:prop>` +
    props.map((name) => `<${name}/>`).join("") + "</d:prop></d:propfind>";
}

/** Body of a sync-collection (RFC 6578). */
export function syncOf(token: string): string {
  return `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level>` +
    "<prop><getetag/></prop></sync-collection>";
}

export const ICS = { "content-type": "text/calendar; charset=utf-8" };
export const NEW = { ...ICS, "if-none-match": "*" };
