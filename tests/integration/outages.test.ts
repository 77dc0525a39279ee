import assert from "node:assert/strict";
import type { Fault } from "../../local/providers/google/faults.ts";
import { until } from "../support/calendar-api.ts";
import { ADA, openScene } from "../support/scene.ts";

const DAY = "2027-03-15";
const EVENTS = { path: "/events" };

/** Whatever the provider says: afterwards the calendar holds exactly the open obligations, each once. */
const PROVIDER_FAULTS: readonly { readonly name: string; readonly faults: readonly Fault[] }[] = [
  { name: "401", faults: [{ match: EVENTS, kind: "status", status: 401, reason: "authError", times: 1 }] },
  {
    name: "403 rate limit",
    faults: [{ match: EVENTS, kind: "status", status: 403, reason: "userRateLimitExceeded", times: 2 }],
  },
  {
    name: "429 with Retry-After",
    faults: [{
      match: EVENTS,
      kind: "status",
      status: 429,
      reason: "rateLimitExceeded",
      retry_after: "1",
      times: 1,
    }],
  },
  {
    name: "429 without Retry-After",
    faults: [{ match: EVENTS, kind: "status", status: 429, reason: "rateLimitExceeded", times: 2 }],
  },
  { name: "500", faults: [{ match: EVENTS, kind: "status", status: 500, times: 3 }] },
  { name: "an empty body", faults: [{ match: EVENTS, kind: "body", status: 200, body: "", times: 2 }] },
  {
    name: "an HTML body",
    faults: [{ match: EVENTS, kind: "body", status: 502, body: "<html>oops</html>", times: 2 }],
  },
  { name: "nothing, for a long time", faults: [{ match: EVENTS, kind: "hang", times: 1 }] },
  { name: "a lost connection before the write", faults: [{ match: EVENTS, kind: "drop_before", times: 2 }] },
  { name: "a lost connection after the write", faults: [{ match: EVENTS, kind: "drop_after", times: 3 }] },
  {
    name: "a token endpoint with 5xx",
    faults: [
      { match: EVENTS, kind: "status", status: 401, reason: "authError", times: 1 },
      { match: { path: "^/token$" }, kind: "status", status: 503, reason: "backendError", times: 2 },
    ],
  },
];

Deno.test({
  name: "whatever breaks, the calendar holds exactly the open obligations afterwards, each once",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { sql, google, stack } = scene;
  try {
    const ada = await scene.connectedUser(ADA);
    const insert = (prefix: string, count: number) =>
      sql`insert into public.obligations (user_id, title, deadline_date)
        select ${ada.id}, ${prefix} || n, ${DAY} from generate_series(1, ${count}::int) as n`;
    const names = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
    const clear = async () => {
      google.faults.clear();
      await sql`delete from public.obligations where user_id = ${ada.id}`;
      await scene.untilTitles(ada.calendar_id, [], 40_000);
    };

    for (const { name, faults } of PROVIDER_FAULTS) {
      await t.step(`the provider answers ${name}`, async () => {
        google.faults.set(faults);
        await insert("Fault ", 8);
        await scene.untilTitles(ada.calendar_id, names("Fault ", 8), 60_000);
        const settled = await ada.api.untilStatus(({ progress }) => progress.pending === 0, 30_000);
        assert.deepEqual([settled.status, settled.last_error, settled.progress.synced], ["active", null, 8]);
        await clear();
      });
    }

    await t.step(
      "an obligation that goes while the answer to its creation is lost leaves no event behind",
      async () => {
        google.faults.set([{ match: { method: "POST", path: "/events" }, kind: "drop_after", times: 1 }]);
        await insert("Orphan ", 1);
        await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 1));
        await sql`delete from public.obligations where user_id = ${ada.id}`;
        await scene.untilTitles(ada.calendar_id, [], 30_000);
        await clear();
      },
    );

    await t.step(
      "an event that Google refuses for good fails alone, visibly, until its obligation changes",
      async () => {
        google.faults.set([{
          match: { method: "POST", path: "/events" },
          kind: "status",
          status: 400,
          reason: "invalid",
          times: 1,
        }]);
        await insert("Refused ", 1);
        const failed = await ada.api.untilStatus(({ progress }) => progress.failed === 1);
        assert.equal(failed.status, "active");
        await insert("Fine ", 1);
        await scene.untilTitles(ada.calendar_id, ["Fine 1"]);
        await sql`update public.obligations set title = 'Mended' where title = 'Refused 1'`;
        await scene.untilTitles(ada.calendar_id, ["Fine 1", "Mended"]);
        await clear();
      },
    );

    await t.step("the worker is killed in the middle of a batch", async () => {
      google.faults.set([{ match: EVENTS, kind: "latency", latency_ms: 100 }]);
      await insert("Killed ", 120);
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length > 10));
      const dead = stack.function("calendar-sync").pid;
      stack.function("calendar-sync").kill("SIGKILL");
      const killed_at = performance.now();
      await until(() => Promise.resolve(stack.function("calendar-sync").pid !== dead), 1_000);
      google.faults.clear();
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 120), 40_000);
      assert.ok(performance.now() - killed_at < 35_000);
      assert.equal(new Set(scene.titles(ada.calendar_id)).size, 120);
      await clear();
    });

    await t.step("every database connection breaks in the middle of a batch", async () => {
      google.faults.set([{ match: EVENTS, kind: "latency", latency_ms: 50 }]);
      await insert("Broken ", 120);
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length > 10));
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and usename in ('authenticator', 'supabase_admin') and backend_type = 'client backend'`;
      google.faults.clear();
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 120), 60_000);
      assert.equal(new Set(scene.titles(ada.calendar_id)).size, 120);
      await clear();
    });

    await t.step("pg_net is dead: writes succeed and wait for it", async () => {
      await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      await stack.pgNet.stop();
      await until(async () =>
        (await sql`select 1 from calendar_sync.lanes where leased_by is not null`).length === 0
      );
      await insert("Waiting ", 3);
      assert.equal((await sql`select 1 from public.obligations where title like 'Waiting %'`).length, 3);
      stack.pgNet.start();
      await scene.untilTitles(ada.calendar_id, names("Waiting ", 3), 30_000);
      await clear();
    });

    await t.step("without the doorbell's secrets writes succeed and jobs wait", async () => {
      const [url] = await sql<{ decrypted_secret: string }[]>`
        select decrypted_secret from vault.decrypted_secrets where name = 'calendar_sync_url'`;
      assert.ok(url);
      await until(async () =>
        (await sql`select 1 from calendar_sync.lanes where leased_by is not null`).length === 0
      );
      await sql`delete from vault.secrets where name = 'calendar_sync_url'`;
      await insert("Silent ", 1);
      assert.equal((await sql`select 1 from calendar_sync.incidents`).length, 0);
      await sql`select vault.create_secret(${url.decrypted_secret}, 'calendar_sync_url')`;
      await scene.untilTitles(ada.calendar_id, ["Silent 1"], 30_000);
      await clear();
    });

    await t.step(
      "an enqueue that fails lets the write through, is recorded, and repaired by the tick",
      async () => {
        await sql`alter table calendar_sync.jobs rename to jobs_away`;
        await insert("Lost ", 2);
        await sql`alter table calendar_sync.jobs_away rename to jobs`;
        const incidents = await sql<
          { kind: string; message: string }[]
        >`select kind, message from calendar_sync.incidents`;
        assert.equal(incidents[0]?.kind, "enqueue");
        await scene.untilTitles(ada.calendar_id, names("Lost ", 2), 30_000);
        await clear();
      },
    );

    await t.step("a spent quota pauses the account and says so", async () => {
      google.faults.set([{ match: EVENTS, kind: "status", status: 403, reason: "quotaExceeded", times: 1 }]);
      await insert("Quota ", 1);
      const held = await ada.api.untilStatus(({ last_error }) => last_error?.code === "quota");
      assert.equal(held.status, "active");
      await sql`update calendar_sync.lanes set held_until = null`;
      await scene.untilTitles(ada.calendar_id, ["Quota 1"], 30_000);
      await clear();
    });
  } finally {
    await scene.close();
  }
});
