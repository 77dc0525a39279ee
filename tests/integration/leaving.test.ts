import assert from "node:assert/strict";
import { until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { ADA, GRACE } from "../support/subjects/subject.ts";

for (const provider_name of ["google", "outlook"] as const) {
  Deno.test({
    name: `${provider_name}: a user leaves, comes back, or is deleted`,
    sanitizeOps: false,
    sanitizeResources: false,
  }, async (t) => {
    const scene = await openScene(provider_name);
    const { sql } = scene;
    const insert = (user_id: string, ...titles: readonly string[]) =>
      sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user_id}, unnest(${[...titles]}::text[]), '2027-01-01'`;
    const rowOf = async (id: string) => {
      const [row] = await sql<
        {
          status: string;
          user_id: string | null;
          remove_by: Date | null;
          is_removed: boolean;
          secrets: string[];
        }[]
      >`
        select status, user_id, remove_by, removed_at is not null as is_removed,
          array_remove(array[access_token_secret_id, refresh_token_secret_id], null) as secrets
        from public.calendar_integrations where id = ${id}`;
      return row;
    };
    const mappings = async (id: string) => [
      ...await sql`
        select obligation_id, calendar_id, external_event_id from public.calendar_event_mappings
        where integration_id = ${id} order by obligation_id`,
    ];
    try {
      await t.step(
        "removed with keep and connected again: the same id, the same mapping, no second event",
        async () => {
          const user = await scene.connectedUser(ADA);
          await insert(user.id, "First", "Second");
          await scene.untilTitles(user.calendar_id, ["First", "Second"]);
          await user.api.untilStatus(({ progress }) => progress.synced === 2 && progress.pending === 0);
          const before = await mappings(user.integration.id);
          const left = await user.api.request("DELETE", `/?integration_id=${user.integration.id}`);
          assert.equal(left.status, 204);
          assert.deepEqual(await user.api.status(), []);
          const kept = await rowOf(user.integration.id);
          assert.deepEqual([kept?.is_removed, kept?.secrets], [true, []]);
          await insert(user.id, "Meanwhile");
          const again = await scene.connect(user.api, ADA);
          assert.equal(again.id, user.integration.id);
          await scene.untilTitles(user.calendar_id, ["First", "Meanwhile", "Second"]);
          const after = await mappings(again.id);
          for (const mapping of before) {
            assert.ok(
              after.some((other) => JSON.stringify(other) === JSON.stringify(mapping)),
              JSON.stringify(mapping),
            );
          }
          await sql`delete from auth.users where id = ${user.id}`;
          await until(async () => await rowOf(user.integration.id) === undefined);
        },
      );

      await t.step(
        "deleted: the worker removes the events, then the integration and its secrets go",
        async () => {
          const user = await scene.connectedUser(GRACE);
          await insert(user.id, "Private");
          await scene.untilTitles(user.calendar_id, ["Private"]);
          const { secrets = [] } = await rowOf(user.integration.id) ?? {};
          assert.equal(secrets.length, 2);
          await sql`delete from auth.users where id = ${user.id}`;
          await until(async () => await rowOf(user.integration.id) === undefined);
          assert.deepEqual(scene.titles(user.calendar_id), []);
          const left = await sql`select from vault.secrets where id = any (${secrets}::uuid[])`;
          assert.equal(left.length, 0);
        },
      );

      await t.step(
        "deleted while the provider is down: after seven days the integration and its secrets go",
        async () => {
          const { faults } = scene.provider.emulator;
          const user = await scene.connectedUser(ADA);
          await insert(user.id, "Stays");
          await scene.untilTitles(user.calendar_id, ["Stays"]);
          faults.set([{ kind: "status", match: {}, status: 503 }]);
          await sql`delete from auth.users where id = ${user.id}`;
          const waiting = await rowOf(user.integration.id);
          assert.deepEqual([waiting?.status, waiting?.user_id], ["disconnecting", null]);
          const days = ((waiting?.remove_by?.getTime() ?? 0) - Date.now()) / 86_400_000;
          assert.ok(days > 6.9 && days <= 7, String(days));
          await sql`select calendar_sync.tick()`;
          assert.ok(await rowOf(user.integration.id), "it still has time");
          await sql`update public.calendar_integrations set remove_by = now() - interval '1 second' where id = ${user.integration.id}`;
          await until(async () => await rowOf(user.integration.id) === undefined);
          const left = await sql`select from vault.secrets where id = any (${[
            ...waiting?.secrets ?? [],
          ]}::uuid[])`;
          assert.equal(left.length, 0);
          faults.clear();
        },
      );

      await t.step(
        "deleted with a lost grant: there is no way to the events, so the rest goes at once",
        async () => {
          const user = await scene.connectedUser(GRACE);
          await sql`update public.calendar_integrations set status = 'disconnected' where id = ${user.integration.id}`;
          await sql`delete from auth.users where id = ${user.id}`;
          await until(async () => await rowOf(user.integration.id) === undefined);
        },
      );
    } finally {
      await scene.close();
    }
  });
}
