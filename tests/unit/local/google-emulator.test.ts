import assert from "node:assert/strict";
import { z } from "zod";
import { startGoogleEmulator } from "../../../local/providers/google/server.ts";
import { randomToken } from "../../../local/providers/observed-state.ts";

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
        [
          { start: at("2027-01-01T10:00:00Z", "America/Coyhaique"), end: at("2027-01-01T11:00:00Z") },
          "invalid",
        ],
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
      for (
        const url of ["ftp://x", " https://a.example/ok", "HTTPS://a.example/ok", "https://a.example/a b"]
      ) {
        assert.equal((await call("POST", events, { ...day, source: { title: "x", url } })).status, 400, url);
      }
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
      const narrow = `${events}?privateExtendedProperty=obligation_id%3D7&fields=items(id)`;
      assert.deepEqual((await call("GET", narrow)).json, { items: [{ id: "mine1" }] });
      assert.equal((await call("GET", `${narrow}%2Citem`)).reason, "invalidParameter");
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

    await t.step("scopes: calendars.get shows a foreign calendar to none that is for events", async () => {
      const get = async (path: string, ...scopes: string[]) => {
        const { status, json } = await call("GET", path, undefined, {}, tokenFor(...scopes));
        return [status, json.error?.errors[0].reason ?? json.summary];
      };
      const foreign = "/calendars/primary";
      assert.deepEqual(await get(foreign, "calendar.events"), [403, "insufficientPermissions"]);
      const existing = ["calendar.app.created", "calendar.events", "calendar.calendarlist.readonly"];
      assert.deepEqual(await get(foreign, ...existing), [404, "notFound"]);
      assert.deepEqual(await get(`/calendars/${encodeURIComponent(id)}`, ...existing), [200, "Ours"]);
      assert.deepEqual(await get(foreign, "calendar.readonly"), [200, account.email]);
      const listed = await call(
        "GET",
        `${foreign}/events?maxResults=1`,
        undefined,
        {},
        tokenFor(...existing),
      );
      const { summary, timeZone, accessRole } = listed.json;
      assert.deepEqual([summary, timeZone, accessRole], [account.email, "Europe/Paris", "owner"]);
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

    const batch = async (parts: readonly string[], headers: Record<string, string> = {}) => {
      const body = parts.map((part, index) =>
        `--b1\r\nContent-Type: application/http\r\nContent-ID: <item-${index}>\r\n\r\n${part}\r\n`
      ).join("");
      const response = await fetch(`${google.url}/batch/calendar/v3`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "multipart/mixed; boundary=b1",
          ...headers,
        },
        body: `${body}--b1--`,
      });
      const text = await response.text();
      const answers = text.split(/^--batch_[^\r]+\r\n/m).filter((part) => part !== "").map((part) => ({
        id: /^Content-ID: <(.*)>\r$/m.exec(part)?.[1],
        status: Number(/^HTTP\/1\.1 (\d+)/m.exec(part)?.[1]),
        reason: /"reason":"(\w+)"/.exec(part)?.[1],
      }));
      return { status: response.status, answers, text };
    };
    const part = (method: string, path: string, body?: unknown) =>
      `${method} /calendar/v3${path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n${
        body === undefined ? "" : JSON.stringify(body)
      }`;

    await t.step("a batch answers each part by itself, in the order of the requests", async () => {
      const { status, answers, text } = await batch([
        part("POST", events, { id: "batch1", ...day }),
        part("POST", events, { id: "BAD", ...day }),
        part("GET", `${events}/neverwas`),
        `GET ${google.url}/calendar/v3${events} HTTP/1.1\r\n\r\n`,
        part("DELETE", `${events}/mine1`),
      ]);
      assert.equal(status, 200);
      assert.deepEqual(
        answers.map(({ id, status }) => [id, status]),
        [
          ["response-item-0", 200],
          ["response-item-1", 400],
          ["response-item-2", 404],
          ["response-item-3", 400],
          ["response-item-4", 204],
        ],
      );
      assert.match(text, /"id":"batch1"/);
      const inner = google.state.requests.filter(({ in_batch }) => in_batch);
      assert.deepEqual(inner.map(({ status }) => status).sort(), [200, 204, 400, 404]);
    });

    await t.step("two parts that write to the same event clash", async () => {
      const { answers } = await batch([
        part("POST", events, { id: "clash1", ...day }),
        part("PATCH", `${events}/clash1`, { summary: "second" }),
        part("PATCH", `${events}/batch1`, { summary: "alone" }),
      ]);
      assert.deepEqual(answers.map(({ status, reason }) => [status, reason]), [
        [200, undefined],
        [409, "conflict"],
        [200, undefined],
      ]);
    });

    await t.step("a batch that is none, or is too long, is refused as a whole", async () => {
      const one = [part("GET", events)];
      assert.equal((await batch(one, { "content-type": "application/json" })).status, 400);
      assert.equal((await batch(one, { "content-type": "multipart/mixed" })).status, 400);
      assert.equal((await batch(Array(1001).fill(part("GET", events)))).status, 400);
      const { answers } = await batch(one, { authorization: "Bearer unknown" });
      assert.equal(answers[0]?.status, 401);
    });

    await t.step("each part of a batch costs quota, and a refusal is written down", async () => {
      google.state.quota_violations = [];
      google.state.quota_per_minute = 2;
      google.state.accessTokens.set("grace's", {
        account: google.state.accounts.get("grace@example.com") ?? account,
        scopes: [SCOPE + "calendar"],
        client_id: client.id,
        expires_at: Infinity,
      });
      const { answers } = await batch(Array(3).fill(part("GET", "/users/me/calendarList")), {
        authorization: "Bearer grace's",
      });
      assert.deepEqual(answers.map(({ status }) => status), [200, 200, 403]);
      assert.equal(answers[2]?.reason, "rateLimitExceeded");
      google.state.quota_per_minute = null;
      assert.deepEqual(google.state.quota_violations.map(({ kind }) => kind), ["user_quota"]);
    });

    await t.step("the project has a quota of its own", async () => {
      google.state.quota_violations = [];
      google.state.project_quota_per_minute = 0;
      assert.equal((await call("GET", events)).reason, "rateLimitExceeded");
      google.state.project_quota_per_minute = null;
      assert.deepEqual(google.state.quota_violations.map(({ kind }) => kind), ["project_quota"]);
      await (await fetch(`${google.url}/emulator/requests`, { method: "DELETE" })).body?.cancel();
      assert.deepEqual([google.state.requests.length, google.state.quota_violations.length], [0, 0]);
    });

    await t.step(
      "faults reach into a batch: a lost part is missing, a slow one holds up no other",
      async () => {
        google.faults.set([
          { kind: "drop_after", match: { method: "POST", path: "/events" }, times: 1 },
          { kind: "status", status: 403, reason: "quotaExceeded", match: { method: "PATCH" } },
          { kind: "latency", latency_ms: 500, match: { method: "GET", path: "/events" } },
        ]);
        const before = performance.now();
        const { answers } = await batch([
          part("POST", events, { id: "lost3", ...day }),
          part("PATCH", `${events}/batch1`, { summary: "x" }),
          part("GET", `${events}/batch1`),
          part("GET", `${events}/batch1`),
          part("GET", `${events}/batch1`),
        ]);
        assert.ok(performance.now() - before < 1_400, "one slow part after the other");
        assert.deepEqual(answers.map(({ id, status }) => [id, status]), [
          ["response-item-1", 403],
          ["response-item-2", 200],
          ["response-item-3", 200],
          ["response-item-4", 200],
        ]);
        google.faults.set([{ kind: "status", status: 503, match: { path: "^/batch/" } }]);
        assert.equal((await batch([part("GET", events)])).status, 503);
        google.faults.clear();
        assert.equal((await call("GET", `${events}/lost3`)).status, 200);
      },
    );

    await t.step("uses of a refresh token are counted per account", async () => {
      google.state.refreshTokens.set("1//refresh", {
        account,
        scopes: [],
        client_id: client.id,
        expires_at: Infinity,
      });
      const refreshed = await fetch(`${google.url}/token`, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: "1//refresh",
          client_id: client.id,
          client_secret: client.secret,
        }),
      });
      assert.equal(refreshed.status, 200);
      await refreshed.body?.cancel();
      assert.equal(google.state.token_calls.get(account.email), 1);
    });

    await t.step("the view names what is there, and not what was deleted", async () => {
      const { accounts } = await (await fetch(`${google.url}/emulator/view`)).json();
      const shown = accounts[0].calendars.find((calendar: { id: string }) => calendar.id === id).events;
      const event = shown.find((one: { id: string }) => one.id === "batch1");
      assert.deepEqual([event.day, event.time, event.title], ["2027-01-01", null, "alone"]);
      assert.equal(shown.some((one: { id: string }) => one.id === "event1"), false);
    });

    await t.step("its page is there", async () => {
      const response = await fetch(google.url);
      assert.match(response.headers.get("content-type") ?? "", /text\/html/);
      assert.match(await response.text(), /Google Calendar emulator/);
    });
  } finally {
    await google.close();
  }
});
