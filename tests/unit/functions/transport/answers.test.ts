import assert from "node:assert/strict";
import { Unreachable } from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { PLAIN_URL, plainClientOf, withRawServer } from "./stand.ts";

const ASK = { method: "GET", url: PLAIN_URL };

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly truncated: boolean;
}

/** What a client makes of an answer after which the connection is closed; null where it is unreachable. */
async function read(
  answer: string | Uint8Array,
  { method = "GET", max_bytes = 1_000 } = {},
): Promise<Answered | null> {
  let answered: Answered | null = null;
  await withRawServer(async ({ request, send }) => {
    await request();
    await send(answer);
  }, async (port) => {
    try {
      const response = await plainClientOf(port)({ ...ASK, method }, { max_bytes, timeout_ms: 5_000 });
      const body = new TextDecoder("latin1").decode(response.body);
      answered = { status: response.status, body, truncated: response.truncated };
    } catch (error) {
      assert.ok(error instanceof Unreachable);
      assert.equal(error.request_sent, true);
    }
  });
  return answered;
}

const READ: Readonly<Record<string, readonly [answer: string, status: number, body: string]>> = {
  "a length": ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"],
  "a length of nothing": ["HTTP/1.1 207 Multi-Status\r\ncontent-length:0\r\n\r\n", 207, ""],
  "no reason": ["HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok", 200, "ok"],
  "chunks": [
    "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nx-t: 1\r\n\r\n",
    200,
    "hello world",
  ],
  "an end by closing": ["HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello"],
  "HTTP/1.0": ["HTTP/1.0 404 Not Found\r\n\r\n", 404, ""],
  "204 without a body": ["HTTP/1.1 204 No Content\r\n\r\nignored", 204, ""],
  "304 with the length of what is not sent": [
    "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n",
    304,
    "",
  ],
  "hints before it": [
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    200,
    "ok",
  ],
  "a redirect, which is not followed": [
    "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n",
    302,
    "",
  ],
};

for (const [what, [answer, status, body]] of Object.entries(READ)) {
  Deno.test(`read: ${what}`, async () => {
    assert.deepEqual(await read(answer), { status, body, truncated: false });
  });
}

const head = (fields: string) => `HTTP/1.1 200 OK\r\n${fields}\r\n\r\nhello`;
const chunked = (body: string) => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}`;

const REFUSED: Readonly<Record<string, string>> = {
  "nothing": "",
  "HTTP/0.9": "<html>hello</html>\r\n\r\n",
  "HTTP/2": "HTTP/2 200 OK\r\n\r\n",
  "HTTP/1.2": "HTTP/1.2 200 OK\r\n\r\n",
  "another protocol": "SSH-2.0-OpenSSH_9.6\r\n\r\n",
  "a mail server": "220 mail.example.com ESMTP\r\n\r\n",
  "a database": "-ERR wrong number of arguments\r\n",
  "a status of two digits": "HTTP/1.1 20 OK\r\n\r\n",
  "a status of four digits": "HTTP/1.1 2000 OK\r\n\r\n",
  "a status that is no number": "HTTP/1.1 OK\r\n\r\n",
  "a status that begins with 9": "HTTP/1.1 999 No\r\n\r\n",
  "text before the status line": "\r\nHTTP/1.1 200 OK\r\n\r\n",
  "a control character in the reason": "HTTP/1.1 200 O\x00K\r\n\r\n",
  "lines that end with LF alone": "HTTP/1.1 200 OK\ncontent-length: 5\n\nhello",
  "a CR within a line": head("a: b\rc: d"),
  "a header without a name": head(": x"),
  "a header without a colon": head("content-length 5"),
  "a space before the colon": head("content-length : 5"),
  "a header that goes on in the next line": head("a: b\r\n c: d"),
  "a NUL in a header": head("a: \x00"),
  "a negative length": head("content-length: -5"),
  "a length with a sign": head("content-length: +5"),
  "a length in hexadecimal": head("content-length: 0x5"),
  "a length that is no whole number": head("content-length: 5.0"),
  "a length of many digits": head("content-length: 99999999999999999999"),
  "no length in the field": head("content-length:"),
  "two lengths": head("content-length: 5\r\ncontent-length: 6"),
  "one length twice": head("content-length: 5\r\ncontent-length: 5"),
  "two lengths in one field": head("content-length: 5, 5"),
  "a length and chunks": head("content-length: 5\r\ntransfer-encoding: chunked"),
  "chunks twice": head("transfer-encoding: chunked\r\ntransfer-encoding: chunked"),
  "another transfer coding": head("transfer-encoding: gzip, chunked"),
  "identity as transfer coding": head("transfer-encoding: identity"),
  "chunks in HTTP/1.0": "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  "another protocol, unasked": "HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n",
  "hints without an end": "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100),
  "headers without an end": `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(100_000)}`,
  "a header of a megabyte": head(`a: ${"b".repeat(1_000_000)}`),
  "many long headers": head(`a: ${"b".repeat(10_000)}\r\n`.repeat(20)),
  "a status line without an end": `HTTP/1.1 200 ${"O".repeat(1_000_000)}`,
  "an end within the head": "HTTP/1.1 200 OK\r\ncontent-le",
  "an end before the body": head("content-length: 9"),
  "an end within a chunk": chunked("9\r\nhello"),
  "an end after a chunk": chunked("5\r\nhello\r\n"),
  "an end within the trailer": chunked("0\r\nx: y\r\n"),
  "a chunk without a size": chunked("\r\nhello\r\n"),
  "a negative chunk": chunked("-5\r\nhello\r\n0\r\n\r\n"),
  "a chunk with a prefix": chunked("0x5\r\nhello\r\n0\r\n\r\n"),
  "a chunk with a space after its size": chunked("5 \r\nhello\r\n0\r\n\r\n"),
  "a chunk with a space before its size": chunked(" 5\r\nhello\r\n0\r\n\r\n"),
  "a chunk whose size is more than a number holds": chunked("ffffffffffffffff1\r\nhello"),
  "a chunk that is longer than it says": chunked("2\r\nhello\r\n0\r\n\r\n"),
  "a chunk that ends with LF": chunked("5\nhello\n0\n\n"),
  "an extension without an end": chunked(`5;${"x".repeat(10_000)}\r\nhello\r\n0\r\n\r\n`),
};

for (const [what, answer] of Object.entries(REFUSED)) {
  Deno.test(`unreachable: ${what}`, async () => {
    assert.equal(await read(answer), null);
  });
}

Deno.test("an answer to HEAD has no body, whatever length it names", async () => {
  const answered = await read("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n", { method: "HEAD" });
  assert.deepEqual(answered, { status: 200, body: "", truncated: false });
});

Deno.test("a body of the largest size is read, a longer one is cut there, however it ends", async () => {
  const [fits, longer] = ["x".repeat(1_000), "x".repeat(1_001)];
  for (
    const wrapped of [
      (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      (body: string) => chunked(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`),
      (body: string) => `HTTP/1.1 200 OK\r\n\r\n${body}`,
    ]
  ) {
    assert.deepEqual(await read(wrapped(fits)), { status: 200, body: fits, truncated: false });
    assert.deepEqual(await read(wrapped(longer)), { status: 200, body: fits, truncated: true });
  }
});

Deno.test("a chunk that claims to be huge costs no more than the limit", async () => {
  const answered = await read(chunked(`fffffffffffff\r\n${"x".repeat(5_000)}`));
  assert.equal(answered?.truncated, true);
  assert.equal(answered.body.length, 1_000);
});

Deno.test("a body without an end is broken off at the limit", async () => {
  const block = new Uint8Array(64 * 1024).fill(0x78);
  let sent = 0;
  await withRawServer(async ({ request, send }) => {
    await request();
    await send("HTTP/1.1 200 OK\r\n\r\n");
    while (await send(block)) sent += block.length;
  }, async (port) => {
    const response = await plainClientOf(port)(ASK, { max_bytes: 100_000 });
    assert.deepEqual([response.body.length, response.truncated], [100_000, true]);
  });
  assert.ok(sent < 50_000_000, `${sent} bytes were taken`);
});

Deno.test("a header in UTF-8 is read, byte by byte", async () => {
  await withRawServer(async ({ request, send }) => {
    await request();
    await send("HTTP/1.1 200 OK\r\nx-price: 5 €\r\ncontent-length: 0\r\n\r\n");
  }, async (port) => {
    const value = (await plainClientOf(port)(ASK)).headers.get("x-price") ?? "";
    const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
    assert.equal(new TextDecoder().decode(bytes), "5 €");
  });
});

Deno.test("a body of chunks of one byte each is read, and costs the memory of its bytes", async () => {
  const chunks = "1\r\nx\r\n".repeat(50_000);
  const answered = await read(chunked(`${chunks}0\r\n\r\n`), { max_bytes: 250_000 });
  assert.deepEqual([answered?.body.length, answered?.truncated], [50_000, false]);
  const many = "1\r\nx\r\n".repeat(150_000);
  assert.equal(await read(chunked(`${many}0\r\n\r\n`), { max_bytes: 1_000_000 }), null);
});

Deno.test("spaces within headers take no more time than other characters", async () => {
  const fields = `a: b${" ".repeat(15_000)}c\r\n`.repeat(4);
  const hints = `HTTP/1.1 103 Early Hints\r\n${fields}\r\n`.repeat(8);
  const began = performance.now();
  const answered = await read(`${hints}HTTP/1.1 200 OK\r\n${fields}content-length: 2\r\n\r\nok`);
  assert.equal(answered?.body, "ok");
  assert.ok(performance.now() - began < 2_000);
});

Deno.test("chunks of one byte without an end are broken off, their framing counted too", async () => {
  const block = new TextEncoder().encode(
    "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\nx\r\n".repeat(1_000),
  );
  await withRawServer(async ({ request, send }) => {
    await request();
    await send(chunked(""));
    while (await send(block));
  }, async (port) => {
    await assert.rejects(plainClientOf(port)(ASK, { max_bytes: 100_000 }), Unreachable);
  });
});

Deno.test("a compressed body stays as it was sent: a small bomb stays small", async () => {
  const zeros = new Blob([new Uint8Array(10_000_000)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bomb = new Uint8Array(await new Response(zeros).arrayBuffer());
  let asked = "";
  await withRawServer(async ({ request, send }) => {
    asked = await request() ?? "";
    await send(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    await send(bomb);
  }, async (port) => {
    const { body, headers } = await plainClientOf(port)(ASK);
    assert.deepEqual(body, bomb);
    assert.equal(headers.get("content-encoding"), "gzip");
  });
  assert.match(asked, /\r\naccept-encoding: identity\r\n/);
});

Deno.test("slow headers, a slow body and silence take no longer than the call may", async () => {
  for (const beginning of ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"]) {
    await withRawServer(async ({ request, send }) => {
      await request();
      await send(beginning);
      // One byte at a time, each of which would start a limit anew that looked at the last one only.
      while (await send("a")) await new Promise((resolve) => setTimeout(resolve, 20));
    }, async (port) => {
      const began = performance.now();
      await assert.rejects(plainClientOf(port)(ASK, { timeout_ms: 150 }), Unreachable);
      const took_ms = performance.now() - began;
      assert.ok(took_ms >= 140 && took_ms < 3_000, `${took_ms}`);
    });
  }
});

Deno.test("the caller's signal ends a call", async () => {
  await withRawServer(({ request }) => request().then(() => request()).then(() => {}), async (port) => {
    const caller = new AbortController();
    const call = plainClientOf(port)(ASK, { signal: caller.signal });
    caller.abort();
    await assert.rejects(call, Unreachable);
    await assert.rejects(plainClientOf(port)(ASK, { signal: caller.signal }), Unreachable);
  });
});

Deno.test("an answer that comes before the request was read counts, and the connection is closed", async () => {
  const answered = Promise.withResolvers<void>();
  await withRawServer(async ({ send }) => {
    await send("HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\n\r\nbig");
    await answered.promise;
  }, async (port) => {
    const { status } = await plainClientOf(port)({
      method: "PUT",
      url: PLAIN_URL,
      body: "x".repeat(100_000),
    });
    answered.resolve();
    assert.equal(status, 413);
  });
});
