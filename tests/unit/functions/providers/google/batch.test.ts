import assert from "node:assert/strict";
import { createCallBudget } from "../../../../../supabase/functions/_shared/providers/call-budget.ts";
import { hasBatch, sendBatch } from "../../../../../supabase/functions/_shared/providers/google/batch.ts";

const CALLS = [1, 2, 3].map((
  n,
) => ({ method: "POST", path: `/calendars/c/events?n=${n}`, body: { n } } as const));

function part(id: string, status: string, body: unknown, headers = "") {
  return `--b\r\nContent-Type: application/http\r\nContent-ID: <${id}>\r\n\r\nHTTP/1.1 ${status}\r\n` +
    `Content-Type: application/json\r\n${headers}\r\n${JSON.stringify(body)}\r\n`;
}
const error = (reason: string) => ({ error: { errors: [{ reason }] } });

/** @param answers one a request; what was asked is kept in `asked` */
function server(...answers: readonly (Response | Error)[]) {
  const asked: { readonly url: string; readonly body: string }[] = [];
  const queue = [...answers];
  const fake: typeof fetch = async (input, init) => {
    asked.push({ url: String(input), body: await new Response(init?.body ?? null).text() });
    const answer = queue.shift();
    if (answer === undefined || answer instanceof Error) throw answer ?? new Error("nothing left");
    return answer;
  };
  const access = {
    api_url: `https://api${crypto.randomUUID()}.example`,
    access_token: "t",
    budget: createCallBudget(Infinity),
    fetch: fake,
  };
  return { access, asked };
}
const multipart = (...parts: readonly string[]) =>
  new Response(`${parts.join("")}--b--`, { headers: { "content-type": "multipart/mixed; boundary=b" } });
const kinds = (answers: readonly { kind: string }[]) => answers.map(({ kind }) => kind);

Deno.test("answers belong to their calls by id, in whatever order they come", async () => {
  const { access, asked } = server(multipart(
    part("response-item-2", "404 Not Found", error("notFound")),
    part("response-item-0", "200 OK", { id: "first" }),
    part("response-item-1", "403 Forbidden", error("quotaExceeded"), "Retry-After: 7\r\n"),
  ));
  const answers = await sendBatch(access, CALLS);
  assert.deepEqual(kinds(answers), ["ok", "pause", "gone"]);
  assert.deepEqual(answers[0], { kind: "ok", body: { id: "first" } });
  assert.equal(answers[1]?.kind === "pause" && answers[1].after_s, 7);
  assert.equal(asked.length, 1);
  assert.match(asked[0]?.url ?? "", /\/batch\/calendar\/v3$/);
  assert.match(
    asked[0]?.body ?? "",
    /Content-ID: <item-1>\r\n\r\nPOST \/calendar\/v3\/calendars\/c\/events\?n=2 HTTP\/1\.1\r\n/,
  );
});

Deno.test("a part says under which etag it is to be carried out, alone or beside others", async () => {
  const { access, asked } = server(multipart());
  const calls = CALLS.slice(0, 2).map((call, index) => index === 0 ? { ...call, if_match: '"1"' } : call);
  await sendBatch(access, calls);
  const [, one = "", other = ""] = (asked[0]?.body ?? "").split("Content-ID");
  assert.match(one, /\r\nIf-Match: "1"\r\n/);
  assert.doesNotMatch(other, /If-Match/);
});

Deno.test("a part that is missing or cannot be read may have been carried out", async () => {
  const { access } = server(multipart(part("response-item-1", "200 OK", {}), "--b\r\nnonsense\r\n"));
  assert.deepEqual(kinds(await sendBatch(access, CALLS)), ["unknown", "ok", "unknown"]);
});

Deno.test("a lost batch leaves every call unknown, a refused one refuses them all", async () => {
  assert.deepEqual(kinds(await sendBatch(server(new Error("cut")).access, CALLS)), [
    "unknown",
    "unknown",
    "unknown",
  ]);
  const unauthorized = server(Response.json(error("authError"), { status: 401 }));
  assert.deepEqual(kinds(await sendBatch(unauthorized.access, CALLS)), [
    "token_rejected",
    "token_rejected",
    "token_rejected",
  ]);
  const html = server(new Response("<html>", { status: 502 }));
  assert.deepEqual(kinds(await sendBatch(html.access, CALLS)), ["unknown", "unknown", "unknown"]);
});

Deno.test("a batch that is refused for what is in it is made call by call", async () => {
  for (const status of [400, 403, 409, 410, 412, 413]) {
    const reason = status === 410 ? "deleted" : "forbidden";
    const { access, asked } = server(
      Response.json(error(reason), { status }),
      Response.json({ id: "first" }),
      Response.json(error("invalid"), { status: 400 }),
      Response.json({ id: "third" }),
    );
    assert.deepEqual(kinds(await sendBatch(access, CALLS)), ["ok", "rejected", "ok"], String(status));
    assert.equal(asked.length, 4);
    assert.equal(hasBatch(access.api_url), true);
  }
});

Deno.test("a part that clashed with another is repeated alone; a duplicate is not", async () => {
  const { access, asked } = server(
    multipart(
      part("response-item-0", "409 Conflict", error("conflict")),
      part("response-item-1", "409 Conflict", error("duplicate")),
      part("response-item-2", "200 OK", {}),
    ),
    Response.json({ id: "alone" }),
  );
  assert.deepEqual(kinds(await sendBatch(access, CALLS)), ["ok", "exists", "ok"]);
  assert.match(asked[1]?.url ?? "", /events\?n=1$/);
  assert.equal(access.budget.used, 1);
});

Deno.test("one call is made as it is; where there is no batch endpoint, all are, from then on", async () => {
  const single = server(Response.json({ id: "one" }));
  assert.deepEqual(kinds(await sendBatch(single.access, CALLS.slice(0, 1))), ["ok"]);
  assert.match(single.asked[0]?.url ?? "", /events\?n=1$/);
  const without = server(new Response("", { status: 404 }), ...CALLS.map(() => Response.json({ id: "e" })));
  assert.equal(hasBatch(without.access.api_url), true);
  assert.deepEqual(kinds(await sendBatch(without.access, CALLS)), ["ok", "ok", "ok"]);
  assert.equal(hasBatch(without.access.api_url), false);
});
