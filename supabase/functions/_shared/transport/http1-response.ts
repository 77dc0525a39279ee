import { BadAnswer, type ByteReader } from "./byte-reader.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { FIELD_NAME, FIELD_VALUE } from "./http1-request.ts";

/** An answer, as far as it was read. */
export interface Http1Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** The body is longer than it may be: the rest was not read. */
  readonly truncated: boolean;
  /** Whether the connection may carry another request. */
  readonly reusable: boolean;
}

/** What a head may take: many times what CalDAV servers send, cookies and policies included. */
const HEAD_BYTES_MAX = 64 * 1024;
const FIELDS_MAX = 128;
const LINE_BYTES_MAX = 16 * 1024;
const INTERIM_ANSWERS_MAX = 8;
/** A size and the extensions that nobody uses. */
const CHUNK_LINE_BYTES_MAX = 256;
/** Each costs time to read, however small it is. */
const CHUNKS_MAX = 100_000;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const LENGTH = /^[0-9]{1,15}$/;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,13})(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

/** The most that an answer with such a body may take on the wire, its heads and the framing of its chunks included. */
export function wireBytesMax(body_bytes_max: number): number {
  return (INTERIM_ANSWERS_MAX + 2) * HEAD_BYTES_MAX + 2 * body_bytes_max;
}

/**
 * Reads one answer, strictly: where two readers could see two different answers (RFC 9112 §11.2), there is none.
 *
 * @param method of the request: the answer to `HEAD` has no body
 * @param body_bytes_max where the body is cut; 0: it is not waited for
 * @throws BadAnswer
 */
export async function readResponse(
  reader: ByteReader,
  method: string,
  body_bytes_max: number,
): Promise<Http1Response> {
  const { minor, status, headers } = await readFinalHead(reader);
  const framing = framingOf(method, minor, status, headers);
  const { body, truncated } = await readBody(reader, framing, body_bytes_max);
  const closes = /(^|,)[\t ]*close[\t ]*(,|$)/i.test(headers.get("connection") ?? "");
  // What announces a body that may not be there may send it all the same.
  const in_doubt = status === 204 &&
    (headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0");
  const reusable = minor === 1 && !closes && !truncated && framing.kind !== "until_close" && !in_doubt &&
    !reader.has_rest;
  return { status, headers, body, truncated, reusable };
}

interface Head {
  readonly minor: 0 | 1;
  readonly status: number;
  readonly headers: Headers;
}

async function readFinalHead(reader: ByteReader): Promise<Head> {
  for (let interim = 0; interim <= INTERIM_ANSWERS_MAX; interim++) {
    const head = await readHead(reader);
    if (head.status >= 200) return head;
    // Nobody asked for another protocol.
    if (head.status === 101) break;
  }
  throw new BadAnswer("There is no final answer.");
}

async function readHead(reader: ByteReader): Promise<Head> {
  const [, minor, status] = STATUS_LINE.exec(await reader.readLine(LINE_BYTES_MAX)) ?? [];
  if (status === undefined) throw new BadAnswer("There is no status line.");
  return {
    minor: minor === "1" ? 1 : 0,
    status: Number(status),
    headers: await readFields(reader),
  };
}

/** A head's fields, or a trailer's. */
async function readFields(reader: ByteReader): Promise<Headers> {
  const headers = new Headers();
  let bytes = 0;
  for (let count = 0; count <= FIELDS_MAX; count++) {
    const line = await reader.readLine(LINE_BYTES_MAX);
    if (line === "") return headers;
    bytes += line.length;
    const colon = line.indexOf(":");
    const [name, value] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
    // A name with a space, and a line that goes on the last one, are read in two ways.
    if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) throw new BadAnswer("A header is malformed.");
    if (bytes > HEAD_BYTES_MAX) break;
    headers.append(name, withoutSpaceAround(value));
  }
  throw new BadAnswer("There are too many headers.");
}

/** A pattern that looks for spaces at the end takes quadratic time where there are many in the middle. */
function withoutSpaceAround(value: string): string {
  const isSpace = (index: number) => value[index] === " " || value[index] === "\t";
  let [start, end] = [0, value.length];
  while (start < end && isSpace(start)) start++;
  while (start < end && isSpace(end - 1)) end--;
  return value.slice(start, end);
}

type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until_close" };

/** Where the body ends (RFC 9112 §6.3). */
function framingOf(method: string, minor: 0 | 1, status: number, headers: Headers): Framing {
  const coding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  if (coding !== null && (length !== null || minor === 0 || coding.toLowerCase() !== "chunked")) {
    throw new BadAnswer("It is not clear where the answer ends.");
  }
  // Two lengths are joined by a comma, and are none.
  if (length !== null && !LENGTH.test(length)) throw new BadAnswer("The length is malformed.");
  if (method === "HEAD" || status === 204 || status === 304) return { kind: "none" };
  if (coding !== null) return { kind: "chunked" };
  return length === null ? { kind: "until_close" } : { kind: "length", bytes: Number(length) };
}

interface Body {
  readonly body: Uint8Array;
  readonly truncated: boolean;
}

async function readBody(reader: ByteReader, framing: Framing, bytes_max: number): Promise<Body> {
  const bytes = new GrowingBytes();
  if (bytes_max === 0) {
    const is_empty = framing.kind === "none" || framing.kind === "length" && framing.bytes === 0;
    return { body: bytes.take(), truncated: !is_empty };
  }
  const take = async (length: number, at_end: "bad" | "fine") => {
    let left = Math.min(length, bytes_max - bytes.length);
    while (left > 0) {
      const part = await reader.readSome(left);
      if (part === null && at_end === "fine") return;
      if (part === null) throw new BadAnswer("The answer ended early.");
      bytes.add(part);
      left -= part.length;
    }
  };
  let truncated = false;
  if (framing.kind === "length") {
    truncated = framing.bytes > bytes_max;
    await take(framing.bytes, "bad");
  } else if (framing.kind === "until_close") {
    await take(Infinity, "fine");
    truncated = bytes.length === bytes_max && await reader.readSome(1) !== null;
  } else if (framing.kind === "chunked") {
    for (let chunk = 0; !truncated; chunk++) {
      if (chunk === CHUNKS_MAX) throw new BadAnswer("There are too many chunks.");
      const size = await readChunkSize(reader);
      if (size === 0) break;
      truncated = size > bytes_max - bytes.length;
      await take(size, "bad");
      if (!truncated) await reader.readLineEnd();
    }
    if (!truncated) await readFields(reader);
  }
  return { body: bytes.take(), truncated };
}

async function readChunkSize(reader: ByteReader): Promise<number> {
  const [, size] = CHUNK_SIZE.exec(await reader.readLine(CHUNK_LINE_BYTES_MAX)) ?? [];
  if (size === undefined) throw new BadAnswer("The size of a chunk is malformed.");
  return Number.parseInt(size, 16);
}
