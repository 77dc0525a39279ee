import type { Destination } from "./host-policy.ts";

/** A request of ours. */
export interface OutboundRequest {
  /** In capitals. */
  readonly method: string;
  /** Its fragment is left out. */
  readonly url: URL;
  /** Names in any case. What belongs to the connection (`Host`, `Content-Length`, …) is written here and not accepted. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

const METHOD = /^[A-Z]+(-[A-Z]+)*$/;
/** `CONNECT` and `TRACE` are for proxies. */
const METHODS_REFUSED: readonly string[] = ["CONNECT", "TRACE"];
/** Their requests say how long they are, even where they are empty (RFC 9110 §8.6). */
const METHODS_WITH_BODY: readonly string[] = ["POST", "PUT", "PATCH"];
const TARGET = /^\/[\x21-\x7e]*$/;
export const FIELD_NAME: RegExp = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
export const FIELD_VALUE: RegExp = /^[\t\x20-\x7e\x80-\xff]*$/;
const OF_THE_CONNECTION =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|proxy-.*)$/;

const USER_AGENT = "ecocomply-calendar";

/**
 * A request as HTTP/1.1 sends it.
 *
 * @throws TypeError where a caller of ours made it of parts that would break out of their place
 */
export function encodeRequest(
  { method, url, headers = {}, body }: OutboundRequest,
  { hostname, port, tls }: Destination,
  keep_alive: boolean,
): Uint8Array {
  if (!METHOD.test(method) || METHODS_REFUSED.includes(method)) throw new TypeError("No such method.");
  const target = `${url.pathname}${url.search}`;
  if (!TARGET.test(target)) throw new TypeError("The path is not encoded.");

  const content = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const fields = new Map([
    ["host", port === (tls ? 443 : 80) ? hostname : `${hostname}:${port}`],
    ["connection", keep_alive ? "keep-alive" : "close"],
    ["user-agent", USER_AGENT],
    // What is not compressed cannot grow in memory, and its ETag is the strong one.
    ["accept-encoding", "identity"],
  ]);
  if (content !== undefined || METHODS_WITH_BODY.includes(method)) {
    fields.set("content-length", String(content?.length ?? 0));
  }
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!FIELD_NAME.test(name) || OF_THE_CONNECTION.test(name)) {
      throw new TypeError(`The header ${JSON.stringify(given)} may not be given.`);
    }
    if (!FIELD_VALUE.test(value)) throw new TypeError(`The value of ${name} is not of a header.`);
    fields.set(name, value);
  }
  const lines = [`${method} ${target} HTTP/1.1`, ...[...fields].map(([name, value]) => `${name}: ${value}`)];
  const head = Uint8Array.from(`${lines.join("\r\n")}\r\n\r\n`, (character) => character.charCodeAt(0));
  const whole = new Uint8Array(head.length + (content?.length ?? 0));
  whole.set(head);
  if (content !== undefined) whole.set(content, head.length);
  return whole;
}
