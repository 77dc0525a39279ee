import assert from "node:assert/strict";
import { until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { ADA } from "../support/subjects/subject.ts";

/** Less than the window of any quota. */
const IN_ONE_WINDOW_MS = 50_000;

for (const provider_name of ["google", "outlook"] as const) {
  Deno.test({
    name: `${provider_name}: what the provider allows is shared, kept and shown`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async (t) => {
    const scene = await openScene(provider_name);
    const { sql, provider } = scene;
    const { state, faults } = provider.emulator;
    const insert = (user_id: string, prefix: string, count: number) =>
      sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user_id}, ${prefix} || ' ' || n, '2027-01-01' from generate_series(1, ${count}::int) as n`;
    const setQuota = (scope: "account" | "project", calls: number, seconds: number) =>
      scope === "account"
        ? sql`update calendar_sync.providers set account_calls = ${calls}, account_window = make_interval(secs => ${seconds})
            where name = ${provider_name}`
        : sql`update calendar_sync.providers set project_calls = ${calls}, project_window = make_interval(secs => ${seconds})
            where name = ${provider_name}`;
    const forget = () => sql`delete from calendar_sync.provider_calls`;
    try {
      const ada = await scene.connectedUser(ADA);
      const clear = async () => {
        await setQuota("account", 1_000_000, 60);
        await setQuota("project", 1_000_000, 60);
        await forget();
        await sql`update calendar_sync.providers set quota_until = null`;
        await sql`update calendar_sync.lanes set wait_until = null, wait_reason = null, ready_at = now() where wait_reason is not null`;
        await sql`delete from public.obligations where user_id = ${ada.id}`;
        await scene.untilTitles(ada.calendar_id, []);
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
      };

      await t.step(
        "400 obligations reach the calendar within the real limits, without a violation",
        async () => {
          provider.setQuotas(true);
          const [calls, seconds] = provider_name === "google" ? [600, 60] : [10_000, 600];
          await setQuota("account", calls, seconds);
          await setQuota("project", 130_000, seconds);
          await forget();
          state.requests = [];
          await insert(ada.id, "Real", 400);
          await until(
            () => Promise.resolve(scene.events(ada.calendar_id).length === 400),
            IN_ONE_WINDOW_MS,
          );
          assert.deepEqual(state.quota_violations, []);
          const http = state.requests.filter(({ in_batch }) => !in_batch).length;
          console.log(
            `    ${provider_name}: ${http} HTTP calls for 400 events, ${(http / 400).toFixed(3)} an event`,
          );
          assert.ok(provider_name === "google" ? http <= 12 : http <= 400, `${http} HTTP calls`);
          provider.setQuotas(false);
          await clear();
        },
      );

      await t.step("syncing takes its share and no more, waits, and goes on by itself", async () => {
        await setQuota("account", 40, 6);
        await forget();
        const times: number[] = [];
        const before = scene.writes();
        await insert(ada.id, "Paced", 60);
        const started_at = performance.now();
        await until(() => {
          if (scene.writes() - before > times.length) times.push(performance.now() - started_at);
          return Promise.resolve(scene.events(ada.calendar_id).length === 60);
        });
        // 95 % of 40 in six seconds: the second lot cannot come before the first window is over.
        assert.ok(performance.now() - started_at > 5_500, `${performance.now() - started_at} ms`);
        const settled = await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        assert.deepEqual([settled.status, settled.last_error, settled.progress.synced], ["active", null, 60]);
        await clear();
      });

      await t.step("what is used and left can be read, of the account and of the project", async () => {
        await setQuota("account", 100, 60);
        await setQuota("project", 1000, 60);
        await forget();
        await insert(ada.id, "Seen", 5);
        await scene.untilTitles(ada.calendar_id, [1, 2, 3, 4, 5].map((n) => `Seen ${n}`));
        await ada.api.untilStatus(({ progress }) => progress.pending === 0);
        const rows =
          await sql`select scope, allowed, used, left_for_people, left_for_syncing, more_at > now() as later
          from calendar_sync.quota_of(${provider_name}, ${ada.integration.id}) order by scope`;
        assert.deepEqual([...rows].map((row) => ({ ...row })), [
          {
            scope: "account",
            allowed: 100,
            used: 5,
            left_for_people: 95,
            left_for_syncing: 90,
            later: true,
          },
          {
            scope: "project",
            allowed: 1000,
            used: 5,
            left_for_people: 995,
            left_for_syncing: 895,
            later: true,
          },
        ]);
        await clear();
      });

      await t.step(
        "the project's quota stops syncing for every account, and people who click get through all the same",
        async () => {
          await setQuota("project", 10, 600);
          await forget();
          await insert(ada.id, "First", 5);
          await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 5));
          await ada.api.untilStatus(({ progress }) => progress.pending === 0);
          await insert(ada.id, "Second", 6);
          await until(async () =>
            (await sql`select from calendar_sync.providers where quota_until > now()`).length === 1
          );
          assert.equal(scene.events(ada.calendar_id).length, 9);
          const listed = await ada.api.request("GET", `/calendars?integration_id=${ada.integration.id}`);
          assert.equal(listed.status, 200, await listed.text());
          const [left] = await sql`select left_for_people, left_for_syncing
          from calendar_sync.quota_of(${provider_name}, ${ada.integration.id}) where scope = 'project'`;
          assert.deepEqual({ ...left }, { left_for_people: 0, left_for_syncing: 0 });
          await clear();
        },
      );

      await t.step("Retry-After is kept in the database, and no worker sleeps on it", async () => {
        faults.set([{
          match: { path: provider.paths.events },
          ...provider.refusals.rate_limit,
          retry_after: "6",
          times: 1,
        }]);
        const asked_at = performance.now();
        await insert(ada.id, "Waiting", 3);
        await until(async () =>
          (await sql`select from calendar_sync.lanes where wait_reason = 'retry_after' and wait_until > now()`)
            .length === 1
        );
        await until(async () =>
          (await sql`select from calendar_sync.lanes where leased_by is not null`).length === 0
        );
        // Not even its user overrides what the provider asked for.
        const response = await ada.api.request("POST", "/sync", { integration_id: ada.integration.id });
        await response.body?.cancel();
        await until(() => Promise.resolve(scene.events(ada.calendar_id).length === 3));
        assert.ok(performance.now() - asked_at > 5_500);
        await clear();
      });
    } finally {
      await scene.close();
    }
  });
}
