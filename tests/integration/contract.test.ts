import assert from "node:assert/strict";
import { PRESETS } from "../../supabase/functions/_shared/providers/caldav/presets.ts";
import postgres from "postgres";
import { openScene } from "../support/scene.ts";
import { ADA } from "../support/subjects/subject.ts";

/** Postgres takes them, and RFC 9562 knows no such version. */
const ODD_IDS = ["00000000-0000-0000-0000-000000000001", "11111111-1111-1111-1111-111111111111"];

Deno.test({
  name: "every route answers bad input, the wrong user and no token as the contract says",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { stack, sql, redirect_to } = scene;
  try {
    const [owner, other] = [await scene.connectedUser(ADA), await scene.newUser()];
    const id = owner.integration.id;
    const expect = async (response: Response, status: number, code?: string) => {
      const text = await response.text();
      assert.equal(response.status, status, text);
      if (code === undefined) return;
      const body = JSON.parse(text);
      assert.equal(body.code, code, text);
      assert.ok(typeof body.message === "string" && body.message.length > 5);
    };
    const routes: readonly (readonly [string, string, unknown?])[] = [
      ["GET", `/authorize?provider=google&redirect_to=${encodeURIComponent(redirect_to)}`],
      ["POST", "/confirm", { connection: "x" }],
      ["GET", "/status"],
      ["PATCH", "/status", { integration_id: id }],
      ["GET", `/calendars?integration_id=${id}`],
      ["POST", "/calendars", { integration_id: id }],
      ["GET", "/admin_consent?provider=outlook"],
      ["POST", "/sync", {}],
      ["POST", "/resume", { integration_id: id }],
      ["POST", "/reapply", { integration_id: id }],
      ["GET", `/explain?obligation_id=${crypto.randomUUID()}`],
      ["GET", "/providers"],
      ["GET", "/options"],
      ["GET", "/activity"],
      ["GET", "/problems"],
      ["POST", "/retry", { integration_id: id }],
      ["GET", "/obligations"],
      ["DELETE", `/?integration_id=${id}`],
    ];

    await t.step("without a token, with a broken or with a foreign one: 401", async () => {
      for (const [method, path, body] of routes) {
        for (const authorization of [null, "Bearer x.y.z", "Basic eA==", `Bearer ${stack.publishableKey}`]) {
          const response = await fetch(`${stack.apiUrl}/functions/v1/calendar${path}`, {
            method,
            headers: { apikey: stack.publishableKey, ...(authorization === null ? {} : { authorization }) },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          await expect(response, 401, "unauthorized");
        }
      }
    });

    await t.step("another user's integration is 404, like one that does not exist", async () => {
      for (const target of [id, crypto.randomUUID(), ...ODD_IDS]) {
        await expect(
          await other.api.request("PATCH", "/status", { integration_id: target, sync_enabled: false }),
          404,
          "not_found",
        );
        await expect(
          await other.api.request("PATCH", "/status", { integration_id: target, calendar_id: "x" }),
          404,
          "not_found",
        );
        await expect(await other.api.request("GET", `/calendars?integration_id=${target}`), 404, "not_found");
        await expect(await other.api.request("POST", "/sync", { integration_id: target }), 404, "not_found");
        await expect(
          await other.api.request("POST", "/calendars", { integration_id: target }),
          404,
          "not_found",
        );
        for (const path of ["/retry", "/resume", "/reapply"]) {
          await expect(await other.api.request("POST", path, { integration_id: target }), 404, "not_found");
        }
        await expect(await other.api.request("DELETE", `/?integration_id=${target}`), 404, "not_found");
      }
      assert.deepEqual(await other.api.status(), []);
    });

    await t.step(
      "nor is there anything else with an id that is made up, whatever version it is of",
      async () => {
        for (const made_up of [crypto.randomUUID(), ...ODD_IDS]) {
          const paths: readonly (readonly [string, string, unknown?])[] = [
            ["PATCH", `/feeds/${made_up}`, { name: "x" }],
            ["POST", `/feeds/${made_up}/rotate`],
            ["DELETE", `/feeds/${made_up}`],
            ["POST", `/notices/${made_up}/dismiss`],
            ["POST", `/proposals/${made_up}/accept`],
            ["POST", `/proposals/${made_up}/dismiss`],
            ["POST", `/proposals/${made_up}/undo`],
            ["PATCH", `/webhooks/${made_up}`, { enabled: false }],
            ["DELETE", `/webhooks/${made_up}`],
            ["POST", `/webhooks/${made_up}/test`],
            ["POST", `/webhooks/${made_up}/rotate`],
            ["GET", `/webhooks/${made_up}/deliveries`],
            ["POST", `/webhooks/${made_up}/deliveries/${made_up}/retry`],
            ["POST", `/keys/${made_up}/rotate`],
            ["DELETE", `/keys/${made_up}`],
          ];
          for (const [method, path, body] of paths) {
            await expect(await other.api.request(method, path, body), 404, "not_found");
          }
        }
      },
    );

    await t.step("bad input is 400, names the field and changes nothing", async () => {
      const bad: readonly (readonly [string, string, unknown?])[] = [
        ["GET", "/authorize"],
        ["GET", `/authorize?provider=yahoo&redirect_to=${encodeURIComponent(redirect_to)}`],
        ["GET", "/authorize?provider=google&redirect_to=https://evil.example/"],
        ["GET", `/authorize?provider=google&access=all&redirect_to=${encodeURIComponent(redirect_to)}`],
        ["POST", "/confirm"],
        ["POST", "/confirm", "no json"],
        ["POST", "/confirm", { connection: 7 }],
        ["PATCH", "/status", {}],
        ["PATCH", "/status", { integration_id: "7" }],
        ["PATCH", "/status", { integration_id: id, colour: "red" }],
        ["PATCH", "/status", { integration_id: id, sync_enabled: "yes" }],
        ["PATCH", "/status", { integration_id: id, settings: { unknown: 1 } }],
        ["PATCH", "/status", { integration_id: id, settings: { completed_events: "hide" } }],
        ["PATCH", "/status", { integration_id: id, settings: { reminders_minutes: [1, 2, 3, 4, 5, 6] } }],
        ["PATCH", "/status", { integration_id: id, settings: { reminders_minutes: [40321] } }],
        ...["9:00", "24:00", "09:60", "09:00:00", "", " 09:00", "٠٩:٠٠", 540, null].map((time) =>
          [
            "PATCH",
            "/status",
            { integration_id: id, settings: { all_day_reminder_time: time } },
          ] as const
        ),
        ...[
          { obligation_types: [] },
          { obligation_types: [""] },
          { obligation_types: "VAT" },
          { obligation_types: [7] },
          { title_template: "" },
          { title_template: "{type}" },
          { title_template: "{title} {due}" },
          { title_template: `{title}${"x".repeat(94)}` },
          { title_template: null },
          { title_template: "{title}\0" },
          { title_template: "{title}\ud800" },
          { obligation_types: ["\ud800"] },
          { calendar_edits: "undo" },
          { calendar_edits: "accept" },
          { calendar_edits: null },
        ].map((settings) => ["PATCH", "/status", { integration_id: id, settings }] as const),
        ["PATCH", "/status", {
          integration_id: id,
          sync_enabled: false,
          settings: { reminders_minutes: [0.5] },
        }],
        ["GET", "/calendars"],
        ["GET", "/calendars?integration_id=7"],
        ["POST", "/calendars", {}],
        ["GET", "/admin_consent?provider=google"],
        ["POST", "/sync", { integration_id: "7" }],
        ["POST", "/sync", "[1"],
        ["POST", "/reapply", {}],
        ["POST", "/reapply", { integration_id: id, reminders_minutes: [1] }],
        ["DELETE", "/"],
        ["DELETE", `/?integration_id=${id}&events=some`],
      ];
      const [before] = await owner.api.status();
      for (const [method, path, body] of bad) {
        await expect(await owner.api.request(method, path, body), 400, "invalid_request");
      }
      assert.deepEqual((await owner.api.status())[0], before);
    });

    await t.step(
      "the providers that are offered are listed by name, with how they are connected",
      async () => {
        const response = await owner.api.request("GET", "/providers");
        assert.deepEqual([response.status, await response.json()], [200, {
          providers: [
            { provider: "google", name: "Google", credential: "oauth", presets: [] },
            { provider: "outlook", name: "Outlook", credential: "oauth", presets: [] },
            { provider: "caldav", name: "CalDAV", credential: "password", presets: PRESETS },
          ],
        }]);
      },
    );

    await t.step("unknown paths are 404, wrong methods 405, an unknown ticket 400", async () => {
      await expect(await owner.api.request("GET", "/nothing"), 404, "not_found");
      await expect(await owner.api.request("PUT", "/status", {}), 405);
      await expect(
        await owner.api.request("POST", "/confirm", { connection: "unknown" }),
        400,
        "connection_unknown",
      );
    });

    await t.step("settings are merged", async () => {
      const response = await owner.api.request("PATCH", "/status", {
        integration_id: id,
        settings: { completed_events: "remove" },
      });
      const { settings } = await response.json();
      assert.deepEqual(settings, {
        reminders_minutes: [10080, 1440],
        all_day_reminder_time: "09:00",
        completed_events: "remove",
        obligation_types: null,
        title_template: "{title}",
        calendar_edits: "restore",
      });
    });

    await t.step("accept that the operator does not offer is shown as what it does: restore", async () => {
      // As through the Data API, which knows nothing of what the operator offers.
      await scene.sql`update public.calendar_integrations
        set settings = settings || '{"calendar_edits": "accept"}' where id = ${id}`;
      assert.equal((await owner.api.status())[0]?.settings.calendar_edits, "restore");
      const response = await owner.api.request("PATCH", "/status", {
        integration_id: id,
        settings: { calendar_edits: "keep" },
      });
      assert.equal((await response.json()).settings.calendar_edits, "keep");
    });

    await t.step("the database takes no other time of day either", async () => {
      for (const time of ["9:00", "24:00", "09:00\n", "", 540, null]) {
        await assert.rejects(
          scene.sql`update public.calendar_integrations
            set settings = settings || ${scene.sql.json({ all_day_reminder_time: time })} where id = ${id}`,
          /settings\.all_day_reminder_time: must be a time of day/,
          String(time),
        );
      }
    });

    await t.step("Sync now says how many calendars it queued", async () => {
      const response = await owner.api.request("POST", "/sync", { integration_id: id });
      assert.equal(response.status, 202);
      assert.deepEqual(await response.json(), { queued: 1 });
      assert.deepEqual(await (await other.api.request("POST", "/sync")).json(), { queued: 0 });
    });

    await t.step("browsers are let in from the origins of the allow-list only", async () => {
      const preflight = (origin: string) =>
        fetch(`${stack.apiUrl}/functions/v1/calendar/status`, {
          method: "OPTIONS",
          headers: { origin, "access-control-request-method": "GET" },
        });
      const [own, foreign] = [
        await preflight(new URL(redirect_to).origin),
        await preflight("https://evil.example"),
      ];
      assert.equal(own.headers.get("access-control-allow-origin"), new URL(redirect_to).origin);
      assert.equal(foreign.headers.get("access-control-allow-origin"), null);
      await Promise.all([own.body?.cancel(), foreign.body?.cancel()]);
    });

    await t.step("the worker opens to its secret alone, and answers at once", async () => {
      const wakeUp = (secret: string | null) =>
        fetch(`${stack.apiUrl}/functions/v1/calendar-sync`, {
          method: "POST",
          headers: secret === null ? {} : { "x-calendar-sync-secret": secret },
        });
      await expect(await wakeUp(null), 401, "unauthorized");
      await expect(await wakeUp("wrong"), 401, "unauthorized");
      await expect(await wakeUp(stack.syncSecret), 202);
    });

    await t.step("row level security shows users their own rows, and no token to anybody", async () => {
      const asUser = async <T>(user_id: string, role: string, query: string): Promise<T[]> =>
        await sql.begin(async (transaction) => {
          await transaction`select set_config('request.jwt.claims', ${
            JSON.stringify({ sub: user_id, role })
          }, true)`;
          await transaction.unsafe(`set local role ${role}`);
          return await transaction.unsafe<Record<string, T>[]>(query);
        }).then((rows) => rows.map((row) => Object.values(row)[0]).filter((value) => value !== undefined));
      const denied = (error: unknown) => error instanceof postgres.PostgresError && error.code === "42501";
      assert.deepEqual(
        await asUser(owner.id, "authenticated", "select id from public.calendar_integrations"),
        [id],
      );
      assert.deepEqual(
        await asUser(other.id, "authenticated", "select id from public.calendar_integrations"),
        [],
      );
      for (
        const query of [
          "select decrypted_secret from vault.decrypted_secrets",
          "update public.calendar_integrations set status = 'active'",
          "insert into public.calendar_event_mappings (integration_id) values (gen_random_uuid())",
          "select * from calendar_sync.jobs",
          `select public.calendar_begin_refresh('${id}', 0)`,
          "select public.calendar_claim(gen_random_uuid(), 1, 1)",
        ]
      ) {
        await assert.rejects(asUser(owner.id, "authenticated", query), denied, query);
        await assert.rejects(asUser(owner.id, "anon", query), denied, query);
      }
      const response = await fetch(`${stack.apiUrl}/rest/v1/rpc/calendar_claim`, {
        method: "POST",
        headers: { apikey: stack.publishableKey, "content-type": "application/json" },
        body: JSON.stringify({ p_worker: crypto.randomUUID(), p_lanes: 1, p_lease_s: 1 }),
      });
      await expect(response, 401, "42501");
    });
  } finally {
    await scene.close();
  }
});
