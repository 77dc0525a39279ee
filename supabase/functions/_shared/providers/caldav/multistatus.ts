import { childrenOf, elementAt, type XmlElement } from "./xml.ts";

/** An `error` that does not say which precondition failed. */
export const UNSPECIFIED = "unspecified";

/** What a multistatus says of one resource (RFC 4918 §14.24). */
export interface DavResponse {
  /** As the server spells it: a path or a URL, percent-encoded in its own way. */
  readonly href: string;
  /** Of the resource as a whole; null: only its properties have one. */
  readonly status: number | null;
  /** The precondition that failed, by its name. */
  readonly error: string | null;
  /** Those with a success: iCloud lists the others too, empty. */
  readonly properties: ReadonlyMap<string, XmlElement>;
}

/** The answer to PROPFIND and REPORT, and with some servers a refusal. */
export interface Multistatus {
  readonly responses: readonly DavResponse[];
  /** Where a listing goes on from. */
  readonly sync_token: string | null;
}

/** @returns null where the document is another one */
export function readMultistatus(root: XmlElement | null): Multistatus | null {
  if (root?.name !== "multistatus") return null;
  return {
    responses: childrenOf(root, "response").map(readResponse),
    sync_token: elementAt(root, "sync-token")?.text.trim() || null,
  };
}

function readResponse(response: XmlElement): DavResponse {
  const properties = childrenOf(response, "propstat").flatMap((propstat) =>
    isSuccess(statusOf(propstat) ?? 200)
      ? childrenOf(propstat, "prop").flatMap(({ children }) => children)
      : []
  );
  return {
    href: elementAt(response, "href")?.text.trim() ?? "",
    status: statusOf(response),
    error: preconditionOf(elementAt(response, "error")),
    properties: new Map(properties.map((property) => [property.name, property])),
  };
}

/** `HTTP/1.1 404 Not Found` as 404. */
function statusOf(element: XmlElement): number | null {
  const status = /^\s*HTTP\/\S+\s+(\d{3})\b/.exec(elementAt(element, "status")?.text ?? "")?.[1];
  return status === undefined ? null : Number(status);
}

/**
 * The name of the first precondition in an `error` (RFC 4918 §16). All of them have a hyphen, and none of the elements that sabre
 * adds for people has, but for one.
 *
 * @returns `unspecified` where there is none; null where it is no `error`
 */
export function preconditionOf(error: XmlElement | undefined): string | null {
  if (error?.name !== "error") return null;
  return error.children.find(({ name }) => name.includes("-") && name !== "sabredav-version")?.name ??
    UNSPECIFIED;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The addresses that a property of a response names, in their order. */
export function hrefsOf({ properties }: DavResponse, name: string, base: URL): readonly URL[] {
  return childrenOf(properties.get(name), "href").flatMap(({ text }) => {
    const href = text.trim();
    return href !== "" && URL.canParse(href, base.href) ? [new URL(href, base.href)] : [];
  });
}
