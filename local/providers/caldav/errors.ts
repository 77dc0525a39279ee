import type { FaultAnswer } from "../faults.ts";
import { CALDAV, DAV, element, escapeXml, xmlDocument } from "./xml.ts";

/** Preconditions that WebDAV itself defines; all others are CalDAV's. */
const OF_WEBDAV = new Set([
  "need-privileges",
  "valid-sync-token",
  "resource-must-be-null",
  "quota-not-exceeded",
  "number-of-matches-within-limits",
  "supported-report",
]);
const XML = "application/xml; charset=utf-8";

/** A refusal: with a precondition where the standards name one (RFC 4918 §16), else in plain text as servers do. */
export class DavError extends Error {
  override readonly name = "DavError";
  constructor(
    readonly status: number,
    readonly precondition: string | null = null,
    readonly headers: Readonly<Record<string, string>> = {},
    /** The path of the file that is in the way. */
    readonly holder: string | null = null,
  ) {
    super(precondition ?? `${status}`);
  }

  toResponse(): Response {
    return this.precondition === null
      ? new Response(`${this.status}\n`, { status: this.status, headers: { ...this.headers } })
      : new Response(xmlDocument("error", this.#inner()), {
        status: this.status,
        headers: { ...this.headers, "content-type": XML },
      });
  }

  /** The same refusal as sabre, and so Nextcloud, has it: an `error` for people beside what the standards say. */
  toException(): Response {
    const words = '<s:exception xmlns:s="http://sabredav.org/ns">Sabre\\DAV\\Exception</s:exception>' +
      '<s:message xmlns:s="http://sabredav.org/ns">Refused</s:message>';
    const inner = this.precondition === null ? words : `${words}${this.#inner()}`;
    return new Response(xmlDocument("error", inner), {
      status: this.status,
      headers: { ...this.headers, "content-type": XML },
    });
  }

  /** The same refusal as Xandikos has it: 207, and the error inside. */
  toMultistatus(path: string): Response {
    const error = this.precondition === null ? "" : element(DAV, "error", this.#inner());
    return multistatus([
      element(
        DAV,
        "response",
        element(DAV, "href", escapeXml(path)) + element(DAV, "status", statusLine(this.status)) +
          error,
      ),
    ]);
  }

  #inner(): string {
    const name = this.precondition ?? "";
    const href = this.holder === null ? "" : element(DAV, "href", escapeXml(this.holder));
    return element(OF_WEBDAV.has(name) ? DAV : CALDAV, name, href);
  }
}

/** 207 with these responses, which are XML. */
export function multistatus(responses: readonly string[], more = ""): Response {
  return new Response(xmlDocument("multistatus", responses.join("") + more), {
    status: 207,
    headers: { "content-type": XML },
  });
}

export function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${status < 300 ? "OK" : "Refused"}`;
}

export const notFound = () => new DavError(404);
export const readOnly = () => new DavError(403, "need-privileges");

/** A `status` fault in the words of the protocol. */
export const answerFault: FaultAnswer = ({ status, reason, headers }) =>
  new DavError(status, reason ?? null, headers).toResponse();
