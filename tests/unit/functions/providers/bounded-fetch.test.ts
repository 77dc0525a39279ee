import assert from "node:assert/strict";
import {
  ANSWER_BYTES_MAX,
  AnswerTooLarge,
  boundedFetch,
} from "../../../../supabase/functions/_shared/providers/bounded-fetch.ts";

const CHUNK = new Uint8Array(64 * 1024).fill(0x20);

/** Serves so many chunks, and says how many were sent. */
async function serving(
  chunks: number,
  act: (url: string) => Promise<void>,
  headers: Record<string, string> = {},
): Promise<number> {
  let sent = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        if (sent++ < chunks) controller.enqueue(CHUNK.slice());
        else controller.close();
      },
    });
    const zipped = headers["content-encoding"] === undefined
      ? body
      : body.pipeThrough(new CompressionStream("gzip"));
    return new Response(zipped, { status: 201, headers });
  });
  try {
    await act(`http://127.0.0.1:${server.addr.port}/`);
  } finally {
    await server.shutdown();
  }
  return sent;
}

Deno.test("an answer of the largest size is read, with its status and headers", async () => {
  await serving(ANSWER_BYTES_MAX / CHUNK.length, async (url) => {
    const response = await boundedFetch(url);
    assert.deepEqual([response.status, response.headers.get("x-a")], [201, "b"]);
    assert.equal((await response.arrayBuffer()).byteLength, ANSWER_BYTES_MAX);
  }, { "x-a": "b" });
});

Deno.test("a larger answer is broken off soon after that", async () => {
  const sent = await serving(Infinity, async (url) => {
    await assert.rejects(boundedFetch(url), AnswerTooLarge);
  });
  assert.ok(sent < 2 * ANSWER_BYTES_MAX / CHUNK.length, `${sent} chunks`);
});

Deno.test("what counts is what an answer takes in memory, not how small it was made on its way", async () => {
  await serving(2 * ANSWER_BYTES_MAX / CHUNK.length, async (url) => {
    await assert.rejects(boundedFetch(url), AnswerTooLarge);
  }, { "content-encoding": "gzip" });
});

Deno.test("an answer without a body is as it was", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(null, { status: 204 }),
  );
  try {
    const response = await boundedFetch(`http://127.0.0.1:${server.addr.port}/`, {
      method: "POST",
      body: "x",
    });
    assert.deepEqual([response.status, await response.text()], [204, ""]);
  } finally {
    await server.shutdown();
  }
});
