import assert from "node:assert/strict";
import { z } from "zod";
import { startGoogleEmulator } from "../../../local/providers/google/server.ts";
import { randomToken } from "../../../local/providers/google/state.ts";

const SCOPE = "https://www.googleapis.com/auth/";

Deno.test({
  name: "the Google emulator refuses what Google refuses, in its error shape",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const client = { id: "client", secret: "no real secret", redirect_uris: ["http://127.0.0.1/callback"] };
  const google = await startGoogleEmulator({ client, quota_per_minute_per_user: null });
  const account = google.state.accounts.get("ada@example.com");
  assert.ok(account);
  const tokenFor = (...scopes: string[]) => {
    const token = randomToken("ya29.");
    google.state.accessTokens.set(token, {
      account,
      scopes: scopes.map((name) => SCOPE + name),
      client_id: client.id,
      expires_at: Infinity,
    });
    return token;
  };
  const token = tokenFor("calendar.app.created");
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    as = token,
  ) => {
    const response = await fetch(`${google.url}/calendar/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = text === "" ? {} : JSON.parse(text);
    return { status: response.status, reason: json.error?.errors?.[0]?.reason, json };
  };
  const day = { start: { date: "2027-01-01" }, end: { date: "2027-01-02" } };
  try {
    const made = await call("POST", "/calendars", { summary: "Ours", timeZone: "UTC" });
    const { id } = z.object({ id: z.string() }).parse(made.json);
    const events = `/calendars/${encodeURIComponent(id)}/events`;

    await t.step("ids: charset and length, 409 for a taken one, also after its deletion", async () => {
      for (const bad of ["abc", "with-hyphen", "UPPER", "wxyz1"]) {
        assert.equal((await call("POST", events, { id: bad, ...day })).status, 400, bad);
      }
      assert.equal((await call("POST", events, { id: "event1", ...day })).status, 200);
      assert.deepEqual(
        (({ status, reason }) => [status, reason])(await call("POST", events, { id: "event1", ...day })),
        [409, "duplicate"],
      );
      assert.equal((await call("DELETE", `${events}/event1`)).status, 204);
      assert.equal((await call("DELETE", `${events}/event1`)).status, 410);
      assert.equal((await call("POST", events, { id: "event1", ...day })).reason, "duplicate");
      assert.equal((await call("GET", `${events}/event1`)).json.status, "cancelled");
      assert.equal((await call("DELETE", `${events}/neverwas`)).status, 404);
    });

    await t.step("times: both or neither, no mixture, no empty range, known zones", async () => {
      const at = (dateTime: string, timeZone?: string) => ({ dateTime, ...(timeZone ? { timeZone } : {}) });
      const cases: readonly (readonly [unknown, string])[] = [
        [{ end: day.end }, "required"],
        [{ start: day.start }, "required"],
        [{ start: day.start, end: at("2027-01-02T00:00:00Z") }, "invalid"],
        [{ start: { date: "2027-01-01", dateTime: "2027-01-01T00:00:00Z" }, end: day.end }, "invalid"],
        [{ start: day.start, end: day.start }, "timeRangeEmpty"],
        [{ start: at("2027-01-01T10:00:00Z"), end: at("2027-01-01T10:00:00Z") }, "timeRangeEmpty"],
        [{ start: at("2027-01-01T10:00:00"), end: at("2027-01-01T11:00:00") }, "required"],
        [{ start: at("2027-01-01T10:00:00Z", "Mars/Olympus"), end: at("2027-01-01T11:00:00Z") }, "invalid"],
      ];
      for (const [body, reason] of cases) {
        const answer = await call("POST", events, body);
        assert.deepEqual([answer.status, answer.reason], [400, reason], JSON.stringify(body));
      }
    });

    await t.step("a PATCH from timed to all-day has to null the other form", async () => {
      await call("POST", events, {
        id: "timed1",
        start: { dateTime: "2027-01-01T10:00:00Z" },
        end: { dateTime: "2027-01-01T11:00:00Z" },
      });
      assert.equal((await call("PATCH", `${events}/timed1`, day)).status, 400);
      const nulled = {
        start: { ...day.start, dateTime: null, timeZone: null },
        end: { ...day.end, dateTime: null, timeZone: null },
      };
      assert.equal((await call("PATCH", `${events}/timed1`, nulled)).status, 200);
    });

    await t.step("reminders, links, unknown fields and extended properties", async () => {
      const reminders = (overrides: unknown[]) => ({ ...day, reminders: { useDefault: false, overrides } });
      assert.equal(
        (await call("POST", events, reminders([{ method: "popup", minutes: 40321 }]))).status,
        400,
      );
      assert.equal(
        (await call("POST", events, reminders(Array(6).fill({ method: "popup", minutes: 1 })))).status,
        400,
      );
      assert.equal(
        (await call("POST", events, { ...day, source: { title: "x", url: "ftp://x" } })).status,
        400,
      );
      assert.equal((await call("POST", events, { ...day, sumary: "typo" })).status, 400);
      const { json } = await call("POST", events, {
        ...day,
        extendedProperties: { private: { ["k".repeat(45)]: "v", short: "v".repeat(2000) } },
      });
      assert.deepEqual(Object.keys(json.extendedProperties.private), ["short"]);
      assert.equal(json.extendedProperties.private.short.length, 1024);
    });

    await t.step("etags: 412 for an old one, 304 for the same", async () => {
      const { json } = await call("POST", events, { id: "tagged", ...day });
      assert.equal(
        (await call("PATCH", `${events}/tagged`, { summary: "x" }, { "if-match": '"old"' })).reason,
        "conditionNotMet",
      );
      assert.equal(
        (await call("GET", `${events}/tagged`, undefined, { "if-none-match": json.etag })).status,
        304,
      );
    });

    await t.step("lists: our property, no empty array, unknown parameters refused", async () => {
      await call("POST", events, {
        id: "mine1",
        ...day,
        extendedProperties: { private: { obligation_id: "7" } },
      });
      const found = await call("GET", `${events}?privateExtendedProperty=obligation_id%3D7`);
      assert.deepEqual(found.json.items.map((event: { id: string }) => event.id), ["mine1"]);
      assert.equal(
        "items" in (await call("GET", `${events}?privateExtendedProperty=obligation_id%3D8`)).json,
        false,
      );
      assert.equal((await call("GET", `${events}?colour=red`)).status, 400);
    });

    await t.step("scopes: app.created sees what its client made, and no list", async () => {
      assert.equal((await call("GET", "/users/me/calendarList")).reason, "insufficientPermissions");
      assert.equal((await call("GET", "/calendars/primary/events")).status, 404);
      assert.equal(
        (await call("POST", "/calendars", { summary: "x" }, {}, tokenFor("calendar.events"))).reason,
        "insufficientPermissions",
      );
      assert.equal(
        (await call("GET", "/calendars/primary/events", undefined, {}, tokenFor("calendar.events"))).status,
        200,
      );
      assert.deepEqual(
        (({ status, reason }) => [status, reason])(await call("GET", events, undefined, {}, "unknown")),
        [401, "authError"],
      );
    });

    await t.step("the per-user quota answers 403 rateLimitExceeded", async () => {
      google.state.quota_per_minute = 1;
      await call("GET", events);
      assert.deepEqual((({ status, reason }) => [status, reason])(await call("GET", events)), [
        403,
        "rateLimitExceeded",
      ]);
      google.state.quota_per_minute = null;
    });

    await t.step(
      "a connection lost after the write leaves the write applied, one before does not",
      async () => {
        for (
          const [kind, id, applied] of [["drop_before", "lost1", 404], ["drop_after", "lost2", 200]] as const
        ) {
          // Until cleared: fetch itself repeats a request whose kept-alive connection was closed.
          google.faults.set([{ kind, match: { method: "POST" } }]);
          await assert.rejects(call("POST", events, { id, ...day }), kind);
          google.faults.clear();
          assert.equal((await call("GET", `${events}/${id}`)).status, applied);
        }
      },
    );

    await t.step("its page is there", async () => {
      const response = await fetch(google.url);
      assert.match(response.headers.get("content-type") ?? "", /text\/html/);
      assert.match(await response.text(), /Google Calendar emulator/);
    });
  } finally {
    await google.close();
  }
});
