import assert from "node:assert/strict";

/** What came back for bytes that no HTTP client sends. */
export interface RawAnswer {
  /** The status lines, one a response: none where the server hung up. */
  readonly statuses: readonly number[];
  readonly text: string;
}

const ANSWER_TIMEOUT_MS = 2_000;

/**
 * Sends bytes as they are, and reads until the server closes the connection or has been silent after a first answer.
 *
 * @param settle_ms how long a second answer is waited for
 */
export async function sendRaw(
  port: number,
  request: string | Uint8Array<ArrayBuffer>,
  settle_ms = 150,
): Promise<RawAnswer> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let text = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    try {
      connection.close();
    } catch {
      // Closed already.
    }
  };
  const wait = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(close, ms);
  };
  wait(ANSWER_TIMEOUT_MS);
  try {
    const bytes = typeof request === "string" ? new TextEncoder().encode(request) : request;
    const sending = new Blob([bytes]).stream().pipeTo(connection.writable, { preventClose: true });
    sending.catch(() => {});
    for await (const chunk of connection.readable) {
      text += new TextDecoder().decode(chunk);
      wait(settle_ms);
    }
  } catch {
    // Hung up on.
  } finally {
    clearTimeout(timer);
    close();
  }
  const statuses = [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
  return { statuses, text };
}

/** Requests that are no good HTTP, by what is wrong with them. `{path}` stands for the path of a route. */
export function malformedRequests(
  path: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = (line: string, more = "") => `${line}\r\nhost: a.example\r\n${given}${more}`;
  const smuggled = `GET ${path}?smuggled HTTP/1.1\r\nhost: a.example\r\n${given}\r\n`;
  return {
    "both lengths, chunked":
      head(`POST ${path} HTTP/1.1`, "content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n") +
      `0\r\n\r\n${smuggled}`,
    "both lengths, long": head(
      `POST ${path} HTTP/1.1`,
      `transfer-encoding: chunked\r\ncontent-length: ${smuggled.length + 5}\r\n\r\n`,
    ) + `0\r\n\r\n${smuggled}`,
    "two lengths": head(`POST ${path} HTTP/1.1`, "content-length: 2\r\ncontent-length: 5\r\n\r\n{}abc"),
    "a length below nought": head(`POST ${path} HTTP/1.1`, "content-length: -1\r\n\r\n{}"),
    "a length with a sign": head(`POST ${path} HTTP/1.1`, "content-length: +2\r\n\r\n{}"),
    "a length beyond all numbers": head(
      `POST ${path} HTTP/1.1`,
      `content-length: ${"9".repeat(40)}\r\n\r\n{}`,
    ),
    "an encoding that is none": head(`POST ${path} HTTP/1.1`, "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
    "an encoding twice": head(
      `POST ${path} HTTP/1.1`,
      "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n",
    ),
    "a chunk that is no number": head(
      `POST ${path} HTTP/1.1`,
      "transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ),
    "a chunk without an end": head(
      `POST ${path} HTTP/1.1`,
      "transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n",
    ),
    "an extension of a chunk without an end": head(
      `POST ${path} HTTP/1.1`,
      `transfer-encoding: chunked\r\n\r\n2;${"x".repeat(100_000)}\r\n{}\r\n0\r\n\r\n`,
    ),
    "a header of 300 KB": head(`GET ${path} HTTP/1.1`, `x-filler: ${"x".repeat(300_000)}\r\n\r\n`),
    "5,000 headers": head(
      `GET ${path} HTTP/1.1`,
      `${Array.from({ length: 5_000 }, (_, n) => `x-${n}: 1\r\n`).join("")}\r\n`,
    ),
    "a path of 100 KB": head(`GET ${path}?${"x".repeat(100_000)} HTTP/1.1`, "\r\n"),
    "a header with NUL": head(`GET ${path} HTTP/1.1`, "x-a: \0\r\n\r\n"),
    "a folded header": head(`GET ${path} HTTP/1.1`, "x-a: 1\r\n\tfolded: 2\r\n\r\n"),
    "a space before the colon": head(`GET ${path} HTTP/1.1`, "x-a : 1\r\n\r\n"),
    "line feeds alone": head(`GET ${path} HTTP/1.1`, "\r\n").replaceAll("\r", ""),
    "two hosts": head(`GET ${path} HTTP/1.1`, "host: b.example\r\n\r\n"),
    "no host": `GET ${path} HTTP/1.1\r\n${given}\r\n`,
    "a host with a path": `GET ${path} HTTP/1.1\r\nhost: a.example/x?y#z\r\n${given}\r\n`,
    "an absolute target": head(`GET http://169.254.169.254${path} HTTP/1.1`, "\r\n"),
    "an authority for a target": head("CONNECT a.example:443 HTTP/1.1", "\r\n"),
    "an asterisk for a target": head("OPTIONS * HTTP/1.1", "\r\n"),
    "a target with a fragment": head(`GET ${path}#x HTTP/1.1`, "\r\n"),
    "a target without a slash": head("GET status HTTP/1.1", "\r\n"),
    "dots in the path": head(`GET ${path}/../../../../etc/passwd HTTP/1.1`, "\r\n"),
    "TRACE": head(`TRACE ${path} HTTP/1.1`, "\r\n"),
    "a method that nobody knows": head(`BREW ${path} HTTP/1.1`, "\r\n"),
    "a method of 10 KB": head(`${"A".repeat(10_000)} ${path} HTTP/1.1`, "\r\n"),
    "a body with GET": head(`GET ${path} HTTP/1.1`, "content-length: 2\r\n\r\n{}"),
    "another version": head(`GET ${path} HTTP/3.7`, "\r\n"),
    "an upgrade": head(`GET ${path} HTTP/1.1`, "connection: upgrade\r\nupgrade: websocket\r\n\r\n"),
    "an expectation": head(`POST ${path} HTTP/1.1`, "expect: 200-ok\r\ncontent-length: 2\r\n\r\n{}"),
    "no HTTP at all": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  };
}

/** Whether a smuggled request was taken for one of its own: then two were answered where one was sent. */
export function assertOneAnswer(name: string, { statuses, text }: RawAnswer): void {
  assert.ok(statuses.length <= 1, `${name}: ${statuses.length} answers: ${text.slice(0, 500)}`);
}
