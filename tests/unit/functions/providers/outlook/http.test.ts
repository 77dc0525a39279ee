import assert from "node:assert/strict";
import {
  callGraph,
  odataString,
  pathTo,
  withQuery,
} from "../../../../../supabase/functions/_shared/providers/outlook/http.ts";

function recorder(answer: () => Response | Promise<Response>) {
  const requests: { url: string; init: RequestInit }[] = [];
  const fake: typeof fetch = (url, init = {}) => {
    requests.push({ url: String(url), init });
    return Promise.resolve(answer());
  };
  const access = { graph_url: "https://graph.test/v1.0", access_token: "token", fetch: fake };
  return { requests, access };
}

Deno.test("an id with /, + and = is one segment, encoded once", () => {
  assert.equal(pathTo("me", "events", "AA/b+c==_-"), "/me/events/AA%2Fb%2Bc%3D%3D_-");
});

Deno.test("a query encodes spaces as %20 and quotes are doubled in a filter", () => {
  assert.equal(
    withQuery("/me/events", { $filter: `a eq ${odataString("it's +1")}`, $top: "1" }),
    "/me/events?$filter=a%20eq%20'it''s%20%2B1'&$top=1",
  );
});

Deno.test("every call asks for ids that last and carries an id of its own, and none follows a redirect", async () => {
  const { requests, access } = recorder(() => Response.json({ id: "1" }));
  await callGraph(access, { method: "GET", path: "/me/calendar" });
  await callGraph(access, { method: "POST", path: "/me/events", body: { subject: "s" } });
  const headers = requests.map(({ init }) => new Headers(init.headers));
  assert.ok(headers.every((each) => each.get("prefer") === 'IdType="ImmutableId"'));
  assert.ok(headers.every((each) => each.get("authorization") === "Bearer token"));
  const ids = headers.map((each) => each.get("client-request-id") ?? "");
  assert.ok(ids.every((id) => /^[0-9a-f-]{36}$/.test(id)));
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual(headers.map((each) => each.get("content-type")), [null, "application/json"]);
  assert.ok(requests.every(({ init }) => init.redirect === "error"));
  assert.equal(requests[1]?.url, "https://graph.test/v1.0/me/events");
  assert.equal(requests[1]?.init.body, '{"subject":"s"}');
});

Deno.test("a connection that breaks is an answer, not an exception", async () => {
  const { access } = recorder(() => Promise.reject(new TypeError("connection reset")));
  assert.deepEqual(await callGraph(access, { method: "GET", path: "/me" }), {
    kind: "unknown",
    reason: "network",
    after_s: null,
    silent: true,
  });
});

Deno.test("a body that breaks off is an answer, not an exception", async () => {
  const { access } = recorder(() =>
    new Response(new ReadableStream({ pull: (stream) => stream.error(new Error("reset")) }))
  );
  const answer = await callGraph(access, { method: "GET", path: "/me" });
  assert.equal(answer.kind, "unknown");
});

Deno.test("a call that is cut is an answer, not an exception", async () => {
  const fake: typeof fetch = (_url, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  const stop = new AbortController();
  const answer = callGraph(
    { graph_url: "https://graph.test/v1.0", access_token: "token", fetch: fake },
    { method: "GET", path: "/me" },
    stop.signal,
  );
  stop.abort();
  assert.deepEqual(await answer, { kind: "unknown", reason: "network", after_s: null, silent: true });
});
