import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { request } from "node:http";
import fc from "fast-check";
import { BadAnswer, ByteReader } from "../../../../supabase/functions/_shared/transport/byte-reader.ts";
import {
  readResponse,
  wireBytesMax,
} from "../../../../supabase/functions/_shared/transport/http1-response.ts";

const BODY_BYTES_MAX = 1_000;

interface Read {
  readonly status: number;
  readonly body: string;
}

/** What our reader makes of bytes that come in pieces; null where it refuses them. */
async function readByOurs(bytes: Uint8Array, sizes: readonly number[]): Promise<Read | null> {
  let offset = 0;
  let piece = 0;
  const reader = new ByteReader(() => {
    if (offset === bytes.length) return Promise.resolve(null);
    const end = offset + (sizes[piece++ % sizes.length] ?? 1);
    const part = bytes.slice(offset, end);
    offset = Math.min(end, bytes.length);
    return Promise.resolve(part);
  }, wireBytesMax(BODY_BYTES_MAX));
  try {
    const { status, body, truncated } = await readResponse(reader, "GET", BODY_BYTES_MAX);
    // What comes after an answer is left alone here; Node refuses some of it.
    if (truncated || reader.has_rest || offset < bytes.length) return null;
    return { status, body: new TextDecoder("latin1").decode(body) };
  } catch (error) {
    if (error instanceof BadAnswer) return null;
    throw error;
  }
}

/** What Node makes of them; null where it refuses them. */
function readByNode(bytes: Uint8Array, port: () => number): Promise<Read | null> {
  answer = bytes;
  return new Promise((resolve) => {
    const call = request({ port: port(), host: "127.0.0.1", agent: false }, (response) => {
      const parts: Uint8Array[] = [];
      response.on("data", (part: Uint8Array) => parts.push(part));
      response.on("end", () => {
        const body = new TextDecoder("latin1").decode(new Uint8Array(parts.flatMap((part) => [...part])));
        resolve(response.complete ? { status: response.statusCode ?? 0, body } : null);
      });
      response.on("error", () => resolve(null));
      response.on("aborted", () => resolve(null));
    });
    call.on("error", () => resolve(null));
    call.on("upgrade", (_response, socket) => {
      socket.destroy();
      resolve(null);
    });
    call.end();
  });
}

/** What the server sends next. */
let answer: Uint8Array = new Uint8Array(0);

async function withNodeServer(act: (port: number) => Promise<void>): Promise<void> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    await act(address.port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

// What is well formed comes often, so that answers get as far as what is not.
const end = fc.constantFrom(...Array.from({ length: 30 }, () => "\r\n"), "\n", "\r");
const field = fc.constantFrom(
  "content-length: 5",
  "content-length: 10",
  "transfer-encoding: chunked",
  "transfer-encoding: chunked",
  "a: b",
  "connection: close",
  "content-length: 5",
  "content-length: 3",
  "Content-Length: 5 ",
  "content-length: 05",
  "content-length: -1",
  "content-length: 5, 5",
  "content-length:\t5",
  "content-length : 5",
  "transfer-encoding: chunked",
  "transfer-encoding: Chunked ",
  "transfer-encoding: xchunked",
  "transfer-encoding: chunked\u00a0",
  "transfer-encoding: gzip, chunked",
  "transfer-encoding: chunked, identity",
  "transfer-encoding:",
  "connection: close",
  "a: b",
  "a:",
  " folded: x",
  "x\0y: z",
  ": empty",
);
const chunk = fc.constantFrom(
  "5\r\nhello\r\n",
  "A\r\nhellohello\r\n",
  "5;a=b\r\nhello\r\n",
  "05\r\nhello\r\n",
  "5 \r\nhello\r\n",
  " 5\r\nhello\r\n",
  "5 ;a\r\nhello\r\n",
  "5\nhello\n",
  "5\r\nhello\n",
  "5\r\nhelloXX",
  "2\r\nhello\r\n",
  "g\r\nhello\r\n",
  "-5\r\nhello\r\n",
  "+5\r\nhello\r\n",
  "0x5\r\nhello\r\n",
  "",
);
const last = fc.constantFrom(
  "0\r\n\r\n",
  "0\r\n\r\n",
  "0\r\nx: y\r\n\r\n",
  "00\r\n\r\n",
  "0\n\n",
  "0\r\n",
  "",
);
const body = fc.oneof(
  fc.constantFrom("hello", "hellohello", "", "HTTP/1.1 200 OK\r\n\r\n"),
  fc.tuple(chunk, chunk, last).map((parts) => parts.join("")),
);
const start = fc.constantFrom(
  "HTTP/1.1 200 OK",
  "HTTP/1.1 200 OK",
  "HTTP/1.1 200 ",
  "HTTP/1.1 207 Multi-Status",
  "HTTP/1.0 200 OK",
  "HTTP/1.1 204 No Content",
  "HTTP/1.1 304 Not Modified",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK",
  "HTTP/1.1  200 OK",
  "HTTP/1.1 0200 OK",
  "http/1.1 200 OK",
);
const answers = fc.tuple(start, fc.array(fc.tuple(field, end), { maxLength: 3 }), end, end, body)
  .map(([line, fields, first, last, rest]) =>
    new TextEncoder().encode(`${line}${first}${fields.flat().join("")}${last}${rest}`)
  );
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

Deno.test("however bytes come, we read what Node reads, or nothing", async () => {
  let read = 0;
  await withNodeServer((port) =>
    fc.assert(
      fc.asyncProperty(answers, sizes, async (bytes, pieces) => {
        const ours = await readByOurs(bytes, pieces);
        if (ours === null) return;
        read++;
        assert.deepEqual(ours, await readByNode(bytes, () => port));
      }),
      { numRuns: 4_000 },
    )
  );
  assert.ok(read > 200, `only ${read} of them were read`);
});

Deno.test("bytes that mean nothing are refused, however many, and never break the reader", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), sizes, async (bytes, pieces) => {
      assert.equal(await readByOurs(bytes, pieces), null);
    }),
    { numRuns: 500 },
  );
});

Deno.test("an answer cut anywhere is refused, however its end is told", async () => {
  const whole = [
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx: y\r\n\r\n",
  ].map((text) => new TextEncoder().encode(text));
  for (const bytes of whole) {
    assert.deepEqual(await readByOurs(bytes, [1]), { status: 200, body: "hello" });
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(await readByOurs(bytes.subarray(0, length), [3]), null, `${length}`);
    }
  }
});
