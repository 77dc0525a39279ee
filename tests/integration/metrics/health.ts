import assert from "node:assert/strict";
import { z } from "zod";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import type { Scene } from "../../support/scene.ts";
import { GRACE } from "../../support/subjects/subject.ts";

const Answer = z.strictObject({ status: z.enum(["ok", "failing"]), failing: z.array(z.string()) });

/** Whatever stands still, `healthz` says so, and says nothing else. */
export async function testHealth(t: Deno.TestContext, scene: Scene): Promise<void> {
  const { sql, stack } = scene;
  const url = `${stack.apiUrl}/functions/v1/calendar-metrics/healthz`;
  const ask = async () => {
    const response = await fetch(url);
    const { status, failing } = Answer.parse(await response.json());
    assert.equal(response.status, failing.length === 0 ? 200 : 503);
    assert.equal(status, failing.length === 0 ? "ok" : "failing");
    return failing;
  };
  const untilFailing = async (...checks: string[]) => {
    await until(async () => JSON.stringify(await ask()) === JSON.stringify(checks), PATIENCE_MS, ask);
  };
  await t.step("an installation at rest is healthy, once the tick has run", () => untilFailing());

  const ada = await scene.connectedUser(GRACE);
  const insert = (title: string) =>
    sql`insert into public.obligations (user_id, title, deadline_date) values (${ada.id}, ${title}, '2027-03-15')`;

  await t.step("so is one that works", async () => {
    await insert("Seen");
    await scene.untilTitles(ada.calendar_id, ["Seen"]);
    await untilFailing();
  });

  await t.step("whoever asks again within seconds costs the database nothing", async () => {
    const calls = async () => {
      await sql`select pg_stat_force_next_flush()`;
      const [row] = await sql<{ calls: number }[]>`
          select coalesce(sum(seq_scan + idx_scan), 0)::int as calls from pg_stat_user_tables
          where relid = 'calendar_sync.wake_up_calls'::regclass`;
      return row?.calls ?? 0;
    };
    await ask();
    const before = await calls();
    await Promise.all(Array.from({ length: 200 }, ask));
    assert.ok(await calls() - before < 20);
  });

  await t.step(
    "a wake-up call that is refused is named, and repeated by itself until it is answered",
    async () => {
      const [secret] = await sql<{ id: string; decrypted_secret: string }[]>`
        select id, decrypted_secret from vault.decrypted_secrets where name = 'calendar_sync_secret'`;
      assert.ok(secret);
      await sql`select vault.update_secret(${secret.id}, 'mistyped')`;
      // A worker that lingers since the last edit would see the next one without a call.
      await until(async () => {
        await insert("Not seen");
        return (await sql`select from net._http_response where status_code = 401`).length > 0;
      });
      await untilFailing("wake_up");
      await sql`select vault.update_secret(${secret.id}, ${secret.decrypted_secret})`;
      await untilFailing();
    },
  );

  await t.step("a calendar that no worker comes to is named", async () => {
    await until(async () =>
      (await sql`select from calendar_sync.lanes where ready_at is not null or leased_by is not null`)
        .length === 0
    );
    // No worker takes a lane whose integration is locked.
    await sql.begin(async (locked) => {
      await locked`select from public.calendar_integrations where id = ${ada.integration.id} for update`;
      await sql`
          update calendar_sync.lanes set ready_at = now() - interval '6 minutes', priority = 0
          where integration_id = ${ada.integration.id}`;
      await untilFailing("queue");
    });
    await untilFailing();
  });

  await t.step("a tick that is off is named", async () => {
    await sql`select cron.alter_job(jobid, active := false) from cron.job where jobname = 'calendar_sync_tick'`;
    await untilFailing("tick");
    await sql`update cron.job set schedule = '0 0 1 1 *', active = true where jobname = 'calendar_sync_tick'`;
    await untilFailing();
  });

  await t.step("a tick that does not run any more is named", async () => {
    await sql`update cron.job_run_details set end_time = end_time - interval '4 minutes'`;
    await untilFailing("tick");
    await sql`select cron.alter_job(jobid, schedule := '10 seconds') from cron.job where jobname = 'calendar_sync_tick'`;
    await untilFailing();
  });
}
