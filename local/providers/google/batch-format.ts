import { STATUS_CODES } from "node:http";
import { GoogleError } from "./errors.ts";

/** A request inside a batch, before it is known to make sense. */
export interface BatchPart {
  /** Without the angle brackets. */
  readonly content_id: string | null;
  readonly method: string;
  readonly target: string;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Takes a `multipart/mixed` batch apart.
 *
 * @throws GoogleError 400 where it is not a batch
 */
export function parseBatch(content_type: string, text: string): BatchPart[] {
  const boundary = /^multipart\/mixed\s*;.*\bboundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(content_type);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw malformed("The content type has to be multipart/mixed with a boundary.");
  const sections = `\n${text.replaceAll("\r\n", "\n")}`.split(`\n--${name}`);
  const closing = sections.findIndex((section) => section.startsWith("--"));
  if (closing < 2) throw malformed("The batch has no part, or no closing boundary.");
  return sections.slice(1, closing).map(parsePart);
}

function parsePart(section: string): BatchPart {
  const [outer = "", rest = ""] = split(section.replace(/^[ \t]*\n/, ""), "\n\n");
  const outerHeaders = headersOf(outer);
  if (!outerHeaders.get("content-type")?.startsWith("application/http")) {
    throw malformed("Each part has to be application/http.");
  }
  const [head = "", body = ""] = split(rest, "\n\n");
  const [line = "", headers = ""] = split(head, "\n");
  const request = /^([A-Z]+) (\S+)(?: HTTP\/1\.[01])?$/.exec(line.trim());
  if (!request) throw malformed(`Not a request line: ${line}`);
  return {
    content_id: /^<(.+)>$/.exec(outerHeaders.get("content-id") ?? "")?.[1] ?? null,
    method: request[1] ?? "",
    target: request[2] ?? "",
    headers: headersOf(headers),
    body: body.trim(),
  };
}

/** Writes the answers as Google does; a lost one (null) has no part. */
export async function formatBatch(
  answers: readonly { readonly content_id: string | null; readonly response: Response | null }[],
): Promise<Response> {
  const boundary = `batch_${crypto.randomUUID()}`;
  const parts = await Promise.all(answers.map(async ({ content_id, response }) => {
    if (response === null) return "";
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const id = content_id === null ? "" : `Content-ID: <response-${content_id}>\r\n`;
    const status = `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`;
    return `--${boundary}\r\nContent-Type: application/http\r\n${id}\r\n${status}\r\n${headers}\r\n${await response
      .text()}\r\n`;
  }));
  return new Response(`${parts.join("")}--${boundary}--\r\n`, {
    headers: { "content-type": `multipart/mixed; boundary=${boundary}` },
  });
}

function headersOf(lines: string): Headers {
  const headers = new Headers();
  for (const line of lines.split("\n").filter((one) => one.trim() !== "")) {
    const [name = "", value] = split(line, ":");
    if (value === undefined || !/^[\w-]+$/.test(name)) throw malformed(`Not a header: ${line}`);
    headers.append(name, value.trim());
  }
  return headers;
}

/** In two, at the first separator. */
function split(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function malformed(message: string): GoogleError {
  return new GoogleError(400, "badRequest", message);
}
