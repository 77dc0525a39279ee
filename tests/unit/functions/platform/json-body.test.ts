import assert from "node:assert/strict";
import { Hono } from "hono";
import { onError } from "../../../../supabase/functions/_shared/platform/errors.ts";
import { readAsJson } from "../../../../supabase/functions/_shared/platform/json-body.ts";
import { safeHeaders } from "../../../../supabase/functions/_shared/platform/safe-headers.ts";

const app = new Hono();
app.onError(onError);
app.use(safeHeaders);
app.use(readAsJson({ bytes_max: 1000, in_words: "a kilobyte" }));
app.post("/", async (c) => c.json(await c.req.json()));

function post(body: BodyInit): Promise<Response> {
  return Promise.resolve(app.request("/", { method: "POST", body }));
}

Deno.test("a body is read as it is meant", async () => {
  for (
    const text of ['{"a":"\\ud83d\\ude00"}', '"\\\\ud800"', '"\\"\\ud83d\\ude00\\\\"', "[1]", '"\u{1f600}"']
  ) {
    const response = await post(text);
    assert.equal(response.status, 200, text);
    assert.deepEqual(await response.json(), JSON.parse(text));
  }
});

Deno.test("half of a character is refused, in a name or a value, however it is hidden", async () => {
  for (
    const text of [
      '"\\ud800"',
      '"\\udc00"',
      '"\\uDC00\\uD800"',
      '{"\\ud800":1}',
      '"\\\\\\ud800"',
      '"\\ud83d\\ud83d\\ude00"',
      '"\\ud83dx\\ude00"',
    ]
  ) {
    const response = await post(text);
    assert.equal(response.status, 400, text);
    assert.match((await response.json()).message, /half of a character/);
  }
});

Deno.test("a body that breaks off is its sender's mistake, and so is one that is too large", async () => {
  const broken = () =>
    new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("connection reset")) });
  // With a length its first reader is another.
  for (const headers of [{}, { "content-length": "10" }]) {
    const response = await app.request(
      new Request("http://a.example/", { method: "POST", body: broken(), headers }),
    );
    assert.equal(response.status, 400);
    assert.equal((await response.json()).message, "The body could not be read.");
  }
  const large = await post(`"${"x".repeat(1000)}"`);
  assert.deepEqual([large.status, (await large.json()).code], [413, "invalid_request"]);
});

Deno.test("every answer says that it is what it says it is, and is kept by nobody", async () => {
  for (const response of [await post("{}"), await post("{"), await app.request("/nothing")]) {
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("cache-control"), "no-store");
    await response.body?.cancel();
  }
});
