import assert from "node:assert/strict";
import type { Fault } from "../../../local/providers/faults.ts";
import type { ProviderName } from "../../../supabase/functions/_shared/providers/registry.ts";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, type Subject } from "../../support/subjects/subject.ts";

const DAY = "2027-03-15";

/** Whatever the provider says: afterwards the calendar holds exactly the open obligations, each once. */
function providerFaults(
  { name, paths, refusals }: Subject<ProviderName>,
): Readonly<Record<string, readonly Fault[]>> {
  const events = { match: { path: paths.events } };
  const token = { match: { path: paths.token } };
  return {
    "401": [{ ...events, ...refusals.unauthorized, times: 1 }],
    "a rate limit": [{ ...events, ...refusals.rate_limit, times: 2 }],
    "429 with Retry-After": [{ ...events, ...refusals.rate_limit, status: 429, retry_after: "1", times: 1 }],
    "429 without Retry-After": [{ ...events, ...refusals.rate_limit, status: 429, times: 2 }],
    "500": [{ ...events, kind: "status", status: 500, times: 3 }],
    "503 with a date in Retry-After": [{
      ...events,
      kind: "status",
      status: 503,
      retry_after: new Date(Date.now() + 2_000).toUTCString(),
      times: 1,
    }],
    "an empty body": [{ ...events, kind: "body", status: 200, body: "", times: 2 }],
    "an HTML body": [{ ...events, kind: "body", status: 502, body: "<html>oops</html>", times: 2 }],
    "a 404 that is a proxy's": [{
      ...events,
      kind: "body",
      status: 404,
      body: "<html>no route</html>",
      times: 2,
    }],
    "nothing, for a long time": [{ ...events, kind: "hang", times: 1 }],
    "a lost connection before the write": [{ ...events, kind: "drop_before", times: 2 }],
    "a lost connection after the write": [{ ...events, kind: "drop_after", times: 3 }],
    ...(name === "caldav" ? {} : {
      "a batch that is lost after it was carried out": [{
        match: { path: name === "google" ? "^/batch/" : "batch$" },
        kind: "drop_after",
        times: 1,
      }],
      "a token endpoint with 5xx": [
        { ...events, ...refusals.unauthorized, times: 1 },
        { ...token, kind: "status", status: 503, reason: "temporarily_unavailable", times: 2 },
      ],
    }),
  };
}

/** Whatever breaks, the calendar holds exactly the open obligations afterwards, each once. */
export async function testOutages(t: Deno.TestContext, provider_name: ProviderName): Promise<void> {
  const scene = await openScene(provider_name);
  const { sql, provider, stack } = scene;
  const { faults } = provider.emulator;
  const EVENTS = { path: provider.paths.events };
  try {
    const ada = await scene.connectedUser(ADA);
    const insert = (prefix: string, count: number) =>
      sql`insert into public.obligations (user_id, title, deadline_date)
        select ${ada.id}, ${prefix} || n, ${DAY} from generate_series(1, ${count}::int) as n`;
    const names = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
    const clear = async () => {
      faults.clear();
      await sql`delete from public.obligations where user_id = ${ada.id}`;
      await scene.untilTitles(ada.calendar_id, []);
    };

    for (const [name, list] of Object.entries(providerFaults(provider))) {
      await t.step(`the provider answers ${name}`, async () => {
        faults.set(list);
        await insert("Fault ", 8);
        await scene.untilTitles(ada.calendar_id, names("Fault ", 8));
        const settled = await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual([settled.status, settled.last_error, settled.progress.synced], ["active", null, 8]);
        await clear();
      });
    }

    await t.step(
      "an obligation that goes while the answer to its creation is lost leaves no event behind",
      async () => {
        faults.set([{
          match: { method: "POST", path: provider.paths.events },
          kind: "drop_after",
          times: 1,
        }]);
        await insert("Orphan ", 1);
        await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 1));
        await sql`delete from public.obligations where user_id = ${ada.id}`;
        await scene.untilTitles(ada.calendar_id, []);
        await clear();
      },
    );

    await t.step(
      "an edit whose answer is lost and that is taken back leaves what was there before",
      async () => {
        await insert("Taken back ", 1);
        await scene.untilTitles(ada.calendar_id, ["Taken back 1"]);
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        faults.set([{
          match: { method: provider.name === "caldav" ? "POST" : "PATCH", path: provider.paths.events },
          kind: "drop_after",
          times: 2,
        }]);
        await sql`update public.obligations set title = 'Wrong' where title = 'Taken back 1'`;
        await scene.untilTitles(ada.calendar_id, ["Wrong"]);
        await sql`update public.obligations set title = 'Taken back 1' where title = 'Wrong'`;
        await scene.untilTitles(ada.calendar_id, ["Taken back 1"]);
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual(scene.titles(ada.calendar_id), ["Taken back 1"]);
        await clear();
      },
    );

    await t.step(
      "an event made anew after its user deleted it, its answer lost, goes with its obligation",
      async () => {
        const { google, outlook } = stack;
        assert.ok(google && outlook);
        google.state.restore_allowed = false;
        await insert("Successor ", 1);
        await scene.untilTitles(ada.calendar_id, ["Successor 1"]);
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        provider.user.deleteEvent(ada.calendar_id, scene.events(ada.calendar_id)[0]?.id ?? "");
        faults.set([{
          match: { method: "POST", path: provider.paths.events },
          kind: "drop_after",
          times: 2,
        }]);
        await sql`update public.obligations set title = 'Successor 2' where title = 'Successor 1'`;
        await scene.untilTitles(ada.calendar_id, ["Successor 2"]);
        await sql`delete from public.obligations where user_id = ${ada.id}`;
        await scene.untilTitles(ada.calendar_id, []);
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual(scene.titles(ada.calendar_id), []);
        google.state.restore_allowed = true;
        await clear();
      },
    );

    await t.step(
      "an event that the provider refuses for good fails alone, visibly, until its obligation changes",
      async () => {
        faults.set([{
          match: { method: "POST", path: provider.paths.events },
          ...provider.refusals.invalid,
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
      const isLeased = async () =>
        (await sql`select from calendar_sync.lanes where leased_by is not null`).length === 1;
      await insert("Killed ", 60);
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 60));
      await until(async () => !await isLeased());
      faults.set([{ match: EVENTS, kind: "latency", latency_ms: 2_000 }]);
      await insert("Killed later ", 60);
      await until(isLeased);
      const dead = stack.function("calendar-sync").pid;
      stack.function("calendar-sync").kill("SIGKILL");
      assert.ok(await isLeased(), "it died before it could record anything");
      const killed_at = performance.now();
      await until(() => Promise.resolve(stack.function("calendar-sync").pid !== dead));
      faults.clear();
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 120));
      assert.ok(performance.now() - killed_at < 35_000);
      assert.equal(new Set(scene.titles(ada.calendar_id)).size, 120);
      await clear();
    });

    await t.step("every database connection breaks in the middle of a batch", async () => {
      faults.set([{ match: EVENTS, kind: "latency", latency_ms: 50 }]);
      await insert("Broken ", 120);
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length > 10));
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and usename in ('authenticator', 'supabase_admin') and backend_type = 'client backend'`;
      faults.clear();
      await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 120));
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
      await scene.untilTitles(ada.calendar_id, names("Waiting ", 3));
      await clear();
    });

    await t.step("without the worker's address writes succeed and changes wait", async () => {
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
      await scene.untilTitles(ada.calendar_id, ["Silent 1"]);
      await clear();
    });

    await t.step(
      "an enqueue that fails lets the write through, is recorded, and repaired by the tick",
      async () => {
        await sql`alter table calendar_sync.changes rename to changes_away`;
        await insert("Lost ", 2);
        await sql`alter table calendar_sync.changes_away rename to changes`;
        const incidents = await sql`select 1 from calendar_sync.incidents where kind = 'enqueue'`;
        assert.ok(incidents.length > 0);
        await scene.untilTitles(ada.calendar_id, names("Lost ", 2));
        await clear();
      },
    );

    await t.step("a spent quota pauses the account and says so", async () => {
      faults.set([{ match: EVENTS, ...provider.refusals.quota, times: 1 }]);
      await insert("Quota ", 1);
      const waiting = await ada.api.untilStatus(({ last_error }) => last_error?.code === "quota");
      assert.equal(waiting.status, "active");
      await sql`update calendar_sync.lanes set wait_until = null, wait_reason = null, ready_at = now()`;
      await scene.untilTitles(ada.calendar_id, ["Quota 1"]);
      await clear();
    });
  } finally {
    await scene.close();
  }
}
