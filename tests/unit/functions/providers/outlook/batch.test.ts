import assert from "node:assert/strict";
import {
  hasBatch,
  sendSingly,
  sendTogether,
} from "../../../../../supabase/functions/_shared/providers/outlook/batch.ts";
import type { GraphCall } from "../../../../../supabase/functions/_shared/providers/outlook/http.ts";

const GET: GraphCall = { method: "GET", path: "/me/events/1" };
const POST: GraphCall = { method: "POST", path: "/me/calendar/events", body: { subject: "s" } };
const DELETE: GraphCall = { method: "DELETE", path: "/me/events/AA%2Fb" };

interface Sent {
  readonly url: string;
  readonly body: unknown;
}

function graph(answer: (sent: Sent) => Response | Promise<Response>, name = crypto.randomUUID()) {
  const sent: Sent[] = [];
  const fake: typeof fetch = async (url, init) => {
    const request = { url: String(url), body: init?.body ? JSON.parse(String(init.body)) : undefined };
    sent.push(request);
    return await answer(request);
  };
  return { sent, access: { graph_url: `https://${name}.test/v1.0`, access_token: "token", fetch: fake } };
}

function batch(...responses: unknown[]): () => Response {
  return () => Response.json({ responses });
}

Deno.test("a batch is one request whose parts ask for ids that last and name what their bodies are", async () => {
  const { sent, access } = graph(batch());
  await sendTogether(access, [GET, POST, DELETE]);
  assert.equal(sent.length, 1);
  assert.ok(sent[0]?.url.endsWith(".test/v1.0/$batch"));
  const prefer = { Prefer: 'IdType="ImmutableId"' };
  assert.deepEqual(sent[0]?.body, {
    requests: [
      { id: "0", method: "GET", url: "/me/events/1", headers: prefer },
      {
        id: "1",
        method: "POST",
        url: "/me/calendar/events",
        headers: { ...prefer, "Content-Type": "application/json" },
        body: { subject: "s" },
      },
      { id: "2", method: "DELETE", url: "/me/events/AA%2Fb", headers: prefer },
    ],
  });
});

Deno.test("answers go to their calls in whatever order they come, by ids that are text or numbers", async () => {
  const { access } = graph(batch(
    { id: "2", status: 204, headers: {} },
    { id: 0, status: 200, body: { id: "one" } },
    { id: "1", status: 201, headers: null, body: { id: "two" } },
  ));
  assert.deepEqual(await sendTogether(access, [GET, POST, DELETE]), [
    { kind: "ok", body: { id: "one" } },
    { kind: "ok", body: { id: "two" } },
    { kind: "ok", body: null },
  ]);
});

Deno.test("a part that is missing or makes no sense may have been carried out; the others stand", async () => {
  const missing = { kind: "unknown", reason: "missing_in_batch", after_s: null };
  const { access } = graph(batch(
    { id: "1", status: "two hundred" },
    "nonsense",
    { id: "0", status: 200, body: { id: "one" } },
    { id: "9", status: 200, body: { id: "nobody's" } },
  ));
  assert.deepEqual(await sendTogether(access, [GET, POST, DELETE]), [
    { kind: "ok", body: { id: "one" } },
    missing,
    missing,
  ]);
});

Deno.test("a part may hold HTML: as text it is that part's matter alone", async () => {
  const { access } = graph(batch(
    { id: "0", status: 503, headers: { "Retry-After": "4" }, body: "<html>busy</html>" },
    { id: "1", status: 404, body: "<html>nothing here</html>" },
  ));
  assert.deepEqual(await sendTogether(access, [GET, POST]), [
    { kind: "unknown", reason: "http_503", after_s: 4, silent: true },
    { kind: "retry", reason: "http_404", after_s: null },
  ]);
});

Deno.test("HTML that makes the whole answer unreadable leaves every part open", async () => {
  const { access } = graph(() =>
    new Response('{"responses":[{"id":"0","status":200,"body":<html>}]}', { status: 200 })
  );
  const unreadable = { kind: "unknown", reason: "unreadable", after_s: null };
  assert.deepEqual(await sendTogether(access, [GET, POST]), [unreadable, unreadable]);
});

Deno.test("a part has its own Retry-After, in any case, as text or number", async () => {
  const error = { error: { code: "ApplicationThrottled", message: "m" } };
  const { access } = graph(batch(
    { id: "0", status: 429, headers: { "retry-after": 3, "x-odd": "a\nb" }, body: error },
    { id: "1", status: 429, headers: { "Retry-After": "8" }, body: error },
    { id: "2", status: 429, headers: {}, body: error },
  ));
  const answers = await sendTogether(access, [GET, POST, DELETE]);
  assert.deepEqual(answers.map((answer) => answer.kind === "pause" && answer.after_s), [3, 8, null]);
});

Deno.test("a lost, throttled or unauthorized batch is so for every part", async () => {
  const error = (status: number, code: string) => () =>
    Response.json({ error: { code, message: "m" } }, { status, headers: { "retry-after": "5" } });
  for (
    const [answer, kind] of [
      [() => Promise.reject(new TypeError("reset")), "unknown"],
      [error(429, "TooManyRequests"), "pause"],
      [error(401, "InvalidAuthenticationToken"), "token_rejected"],
      [error(503, "ServiceUnavailable"), "unknown"],
    ] as const
  ) {
    const { sent, access } = graph(answer);
    assert.deepEqual((await sendTogether(access, [GET, POST])).map((each) => each.kind), [kind, kind]);
    assert.equal(sent.length, 1);
  }
});

Deno.test("one call alone is made as it is", async () => {
  const { sent, access } = graph(() => Response.json({ id: "one" }));
  assert.deepEqual(await sendTogether(access, [GET]), [{ kind: "ok", body: { id: "one" } }]);
  assert.ok(sent[0]?.url.endsWith("/v1.0/me/events/1"));
});

for (const status of [404, 405, 501]) {
  Deno.test(`where the batch endpoint answers ${status}, calls are made singly from then on`, async () => {
    const { sent, access } = graph(({ url }) =>
      url.endsWith("/$batch") ? new Response("", { status }) : Response.json({ id: "x" })
    );
    assert.equal(hasBatch(access.graph_url), true);
    const ok = { kind: "ok", body: { id: "x" } };
    assert.deepEqual(await sendTogether(access, [GET, POST]), [ok, ok]);
    assert.equal(hasBatch(access.graph_url), false);
    assert.equal(sent.length, 3);
    await sendTogether(access, [GET, POST]);
    assert.equal(sent.length, 5);
    assert.equal(hasBatch("https://another.test/v1.0"), true);
  });
}

Deno.test("where Graph finds fault with the batch itself, the single calls tell whose it is", async () => {
  const error = { error: { code: "BadRequest", message: "m" } };
  const { sent, access } = graph(({ url }) =>
    url.endsWith("/$batch") || url.endsWith("/calendar/events")
      ? Response.json(error, { status: 400 })
      : Response.json({ id: "x" })
  );
  const answers = await sendTogether(access, [GET, POST]);
  assert.deepEqual(answers.map((answer) => answer.kind), ["ok", "rejected"]);
  assert.equal(sent.length, 3);
  assert.equal(hasBatch(access.graph_url), true);
});

Deno.test("single calls are made three at a time and stop at a throttled one", async () => {
  let under_way = 0;
  let most = 0;
  let count = 0;
  const { sent, access } = graph(async () => {
    const number = ++count;
    most = Math.max(most, ++under_way);
    await Promise.resolve();
    under_way--;
    return number === 4
      ? Response.json({ error: { code: "ApplicationThrottled", message: "m" } }, { status: 429 })
      : Response.json({ id: "x" });
  });
  const answers = await sendSingly(access, Array.from({ length: 9 }, () => GET));
  assert.equal(most, 3);
  assert.equal(sent.length, 6);
  assert.deepEqual(answers.map((answer) => answer.kind), ["ok", "ok", "ok", "pause", "ok", "ok"]);
});

Deno.test("what is cut has no answer", async () => {
  const stop = new AbortController();
  const { access } = graph(() => {
    stop.abort();
    return Promise.reject(stop.signal.reason);
  });
  assert.deepEqual(await sendTogether(access, [GET, POST], stop.signal), []);
  assert.deepEqual(await sendSingly(access, [GET, POST], stop.signal), []);
});
