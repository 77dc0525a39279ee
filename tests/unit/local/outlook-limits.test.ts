import assert from "node:assert/strict";
import { startOutlookEmulator } from "../../../local/providers/outlook/server.ts";
import { accessToken, ALL_DAY, graphCalls, IMMUTABLE, refusal, segment } from "./outlook-calls.ts";

const client = { id: "client", secret: "no real secret", redirect_uris: ["http://127.0.0.1/callback"] };
const JSON_BODY = { "Content-Type": "application/json" };

interface Answer {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Record<string, Record<string, string>>;
}

Deno.test({
  name: "the Outlook emulator throttles a mailbox, and looks into batches",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const outlook = await startOutlookEmulator({ client });
  const { state } = outlook;
  const call = graphCalls(outlook, accessToken(outlook, "ada@example.com"));
  const grace = graphCalls(outlook, accessToken(outlook, "grace@example.com"));
  const batch = async (requests: readonly unknown[]) => {
    const { status, code, json } = await call("POST", "/$batch", { requests });
    const answers: readonly Answer[] = json.responses ?? [];
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    return { status, code, answers, statuses: ids(requests).map((id) => byId.get(id)?.status), byId };
  };
  const ids = (requests: readonly unknown[]) => requests.map((_, index) => String(index));
  const get = (index: number, more: Record<string, unknown> = {}) => ({
    id: String(index),
    method: "GET",
    url: "/me/calendar",
    ...more,
  });
  const post = (index: number, more: Record<string, unknown> = {}) => ({
    id: String(index),
    method: "POST",
    url: "/me/events",
    headers: { ...JSON_BODY, Prefer: IMMUTABLE.prefer },
    body: ALL_DAY,
    ...more,
  });
  try {
    await t.step("a fifth request at once is one too many, for that mailbox alone", async () => {
      state.service_ms = 100;
      const answers = await Promise.all([
        ...Array.from({ length: 5 }, () => call("GET", "/me/calendar")),
        grace("GET", "/me/calendar"),
      ]);
      const refused = answers.filter(({ status }) => status !== 200);
      assert.deepEqual(refused.map(refusal), [[429, "ApplicationThrottled"]]);
      assert.equal(refused[0]?.headers.get("retry-after"), "1");
      assert.equal(
        refused[0]?.json.error.message,
        "Application is over its MailboxConcurrency limit.",
      );
      assert.deepEqual(state.quota_violations.map(({ kind }) => kind), ["mailbox_concurrency"]);
      assert.equal((await call("GET", "/me/calendar")).status, 200);
      state.concurrency = null;
      const free = await Promise.all(Array.from({ length: 8 }, () => call("GET", "/me/calendar")));
      assert.ok(free.every(({ status }) => status === 200));
      state.concurrency = 4;
      state.service_ms = 2;
    });

    await t.step("a request is in flight also while a fault holds it up", async () => {
      const paths = ["/me/calendar", "/me/calendars", "/me/events", "/me/calendar/events", "/me/events/x"];
      outlook.faults.set(paths.map((path, index) => ({
        kind: "latency",
        latency_ms: 150 + 40 * index,
        match: { path: `^/v1.0${path}$` },
      })));
      const answers = await Promise.all(paths.map((path) => call("GET", path)));
      outlook.faults.clear();
      assert.equal(answers.filter(({ status }) => status === 429).length, 1);
    });

    await t.step("the quota of ten minutes says when it frees", async () => {
      state.quota_violations = [];
      state.quota_per_10_minutes = 2;
      await grace("GET", "/me/calendar");
      const over = await grace("GET", "/me/calendar");
      assert.deepEqual(refusal(over), [429, "ApplicationThrottled"]);
      const retry_after_s = Number(over.headers.get("retry-after"));
      assert.ok(retry_after_s > 500 && retry_after_s <= 600);
      assert.deepEqual(state.quota_violations.map(({ kind }) => kind), ["mailbox_quota"]);
      state.quota_per_10_minutes = null;
    });

    await t.step("a batch of 20 goes through four at a time, and comes back in another order", async () => {
      state.quota_violations = [];
      state.requests = [];
      const requests = Array.from({ length: 20 }, (_, index) => get(index));
      const { status, answers, statuses } = await batch(requests);
      assert.equal(status, 200);
      assert.deepEqual(statuses, Array(20).fill(200));
      assert.notDeepEqual(answers.map(({ id }) => id), ids(requests));
      assert.deepEqual(state.quota_violations, []);
      assert.deepEqual(
        [state.requests.filter(({ in_batch }) => in_batch).length, state.requests.length],
        [20, 21],
      );
      assert.equal(state.requests[0]?.path, "/v1.0/me/calendar");
    });

    await t.step("a batch that is none is refused as a whole", async () => {
      const cases: readonly (readonly unknown[])[] = [
        [],
        Array.from({ length: 21 }, (_, index) => get(index)),
        [get(0), get(0)],
        [get(0, { url: `${outlook.graph_url}/me/calendar` })],
        [post(0, { headers: {} })],
        [get(0, { dependsOn: ["nobody"] })],
        [get(0, { id: 0 })],
      ];
      for (const requests of cases) assert.deepEqual(refusal(await batch(requests)), [400, "BadRequest"]);
    });

    await t.step("each part has its own answer, preferences and dependencies", async () => {
      const { statuses, byId } = await batch([
        post(0),
        post(1, { headers: JSON_BODY }),
        get(2, { url: "/me/events/x" }),
        get(3, { dependsOn: ["2"] }),
        get(4, { url: "me/calendar", dependsOn: ["0"] }),
        get(5, { url: "/v1.0/me/calendar" }),
      ]);
      assert.deepEqual(statuses, [201, 201, 400, 424, 200, 400]);
      assert.equal(byId.get("2")?.body["error"]?.["code"], "ErrorInvalidIdMalformed");
      const id = String(byId.get("0")?.body["id"]);
      assert.equal((await call("GET", `/me/events/${segment(id)}`)).status, 200);
      const mutable = String(byId.get("1")?.body["id"]);
      assert.equal((await call("GET", `/me/events/${segment(mutable)}`, undefined, {})).status, 200);
    });

    await t.step(
      "faults reach into a batch: throttled, raw HTML, lost before and after the write",
      async () => {
        outlook.faults.set([
          { kind: "status", status: 429, retry_after: "7", match: { path: "/me/calendars$" } },
          { kind: "body", status: 503, body: "<html>no</html>", match: { path: "/me/calendar$" } },
          { kind: "drop_before", match: { method: "POST", path: "/me/calendar/events$" } },
          { kind: "drop_after", match: { method: "POST", path: "/me/events$" } },
        ]);
        const known = (await call("GET", "/me/events?$top=1000")).json.value.length;
        const { statuses, byId } = await batch([
          get(0, { url: "/me/calendars" }),
          get(1),
          post(2, { url: "/me/calendar/events" }),
          post(3),
          get(4, { url: "/me/events" }),
        ]);
        assert.deepEqual(statuses, [429, 503, undefined, undefined, 200]);
        assert.equal(byId.get("0")?.headers["Retry-After"], "7");
        assert.equal(byId.get("1")?.body, "<html>no</html>");
        outlook.faults.clear();
        assert.equal((await call("GET", "/me/events?$top=1000")).json.value.length, known + 1);
        outlook.faults.set([{ kind: "status", status: 503, match: { path: "/\\$batch$" } }]);
        assert.equal((await batch([get(0)])).status, 503);
        outlook.faults.clear();
      },
    );
  } finally {
    await outlook.close();
  }
});
