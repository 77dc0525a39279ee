import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { createCalendarApi } from "../../../settings/src/api/client.ts";
import { createMoreApi } from "../../../settings/src/api/more.ts";
import { CalendarApiError } from "../../../settings/src/api/error.ts";
import { reasonOfNoAnswer } from "../../../settings/src/api/no-answer.ts";

const URL = "https://project.example";
const ONLINE = () => true;
/** What Supabase's own instructions on CORS let through. */
const ALLOWED = ["apikey", "authorization", "content-type", "x-client-info"];

function apiThrough(ask: typeof fetch) {
  return createCalendarApi(
    createClient(URL, "sb_publishable_x", {
      global: { fetch: ask },
      auth: { persistSession: false, autoRefreshToken: false },
    }),
  );
}

const CALLS: readonly (readonly [string, (api: ReturnType<typeof apiThrough>) => Promise<unknown>])[] = [
  ["GET", (api) => api.status()],
  ["POST", (api) => api.syncNow("id")],
  ["PATCH", (api) => api.update({ integration_id: "id", sync_enabled: true })],
  ["DELETE", (api) => createMoreApi(api).deleteFeed("id")],
];

for (const [method, call] of CALLS) {
  Deno.test(`${method} sends no header but those that every gateway of Supabase's lets through`, async () => {
    let seen: Request | undefined;
    await call(apiThrough((input, init) => {
      seen = new Request(input, init);
      return Promise.resolve(Response.json({}));
    }));
    assert.equal(seen?.method, method);
    const sent = [...seen.headers.keys()].filter((name) => !["accept", "accept-language"].includes(name));
    assert.deepEqual(sent.filter((name) => !ALLOWED.includes(name)), []);
  });
}

Deno.test("the reference of a failure is the id that the answer says; a gateway may keep it to itself", async () => {
  for (const headers of [{ "x-request-id": "r-1" }, {}] as const) {
    const api = apiThrough(() =>
      Promise.resolve(Response.json({ code: "internal" }, { status: 500, headers }))
    );
    const expected = "x-request-id" in headers ? "r-1" : null;
    await assert.rejects(
      api.status(),
      (error: unknown) =>
        error instanceof CalendarApiError && error.code === "internal" && error.reference === expected,
    );
  }
});

/** A browser's fetch, as far as a page sees it. */
function browser(reaches: boolean, allows: boolean): typeof fetch {
  return (_input, init) =>
    reaches && (allows || init?.mode === "no-cors")
      ? Promise.resolve(new Response())
      : Promise.reject(new TypeError("Failed to fetch"));
}

Deno.test("a page that may not read the answer is told so, and is not called offline", async () => {
  const { functions } = createClient(URL, "sb_publishable_x");
  assert.equal(await reasonOfNoAnswer(functions, browser(true, false), ONLINE), "origin_not_allowed");
});

Deno.test("no answer at all, or one that was lost on its way, is that nobody can be reached, and not that the browser is offline", async () => {
  const { functions } = createClient(URL, "sb_publishable_x");
  assert.equal(await reasonOfNoAnswer(functions, browser(false, false), ONLINE), "unreachable");
  assert.equal(await reasonOfNoAnswer(functions, browser(true, true), ONLINE), "unreachable");
  assert.equal(await reasonOfNoAnswer({}, browser(true, false), ONLINE), "unreachable");
});

Deno.test("a browser that is offline asks nobody", async () => {
  const asked: string[] = [];
  const reason = await reasonOfNoAnswer(createClient(URL, "sb_publishable_x").functions, (input) => {
    asked.push(String(input));
    return Promise.reject(new TypeError("offline"));
  }, () => false);
  assert.deepEqual([reason, asked], ["network", []]);
});

Deno.test("the address that is asked is the project's open one", async () => {
  const asked: string[] = [];
  await reasonOfNoAnswer(createClient(URL, "sb_publishable_x").functions, (input) => {
    asked.push(String(input));
    return Promise.reject(new TypeError("Failed to fetch"));
  }, ONLINE);
  assert.deepEqual(asked, [`${URL}/functions/v1/calendar/openapi.json`]);
});
