import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { moveCronJobs } from "../../local/postgres/cron-jobs.ts";
import { prepareDatabase } from "../../local/postgres/prepare.ts";
import { startPostgres } from "../../local/postgres/server.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };
const OURS = ["calendar_sync_tick", "calendar_sync_sweep", "calendar_sync_nightly"];

Deno.test({
  name: "a database that starts at another port has its cron jobs scheduled there",
  ...sanitizers,
}, async (t) => {
  const dataDir = await Deno.makeTempDir({ prefix: "ecocomply-cron-jobs-" });
  try {
    await withDatabase(dataDir, async (url, sql) => {
      assert.deepEqual((await jobsHere(sql)).map(({ jobname }) => jobname), OURS);
      await t.step("where all is well nothing is scheduled again", async () => {
        assert.deepEqual(await moveCronJobs(url), []);
      });
      await sql`update cron.job set active = false where jobname = 'calendar_sync_nightly'`;
      await sql`select cron.schedule('the application''s own', '0 0 * * *', 'select 1')`;
      // Also where a free port happens to be the same again.
      await sql`update cron.job set nodeport = 5999`;
    });

    await withDatabase(dataDir, async (url, sql) => {
      await t.step(
        "after a start at another port they are at the new one, and what was off is off",
        async () => {
          const jobs = await jobsHere(sql);
          assert.deepEqual(jobs.map(({ jobname, active, username }) => [jobname, active, username]), [
            ["calendar_sync_tick", true, "postgres"],
            ["calendar_sync_sweep", true, "postgres"],
            ["calendar_sync_nightly", false, "postgres"],
          ]);
        },
      );

      await t.step("the application's own jobs are left alone", async () => {
        const [job] = await sql`select nodeport from cron.job where jobname not like 'calendar\\_sync\\_%'`;
        assert.equal(job?.["nodeport"], 5999);
      });

      await t.step("jobs of a user who is not here become those of the functions' owner", async () => {
        await sql`update cron.job set username = 'somebody_elsewhere' where jobname = 'calendar_sync_tick'`;
        assert.deepEqual(await moveCronJobs(url), ["calendar_sync_tick"]);
        assert.ok((await jobsHere(sql)).every(({ username }) => username === "postgres"));
      });

      await t.step(
        "the run details of a job that was scheduled again are tidied with the others",
        async () => {
          await sql`insert into cron.job_run_details (jobid, command, status, end_time) values
          (-1, 'select calendar_sync.tick()', 'succeeded', now() - interval '2 days'),
          (-2, 'select calendar_sync.tick()', 'succeeded', now()),
          (-3, 'select somebody.elses()', 'succeeded', now() - interval '2 days')`;
          await sql`select calendar_sync.nightly()`;
          const left = await sql<
            { jobid: string }[]
          >`select jobid from cron.job_run_details where jobid < 0 order by 1`;
          assert.deepEqual(left.map(({ jobid }) => Number(jobid)), [-3, -2]);
        },
      );
    });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

async function withDatabase(dataDir: string, act: (url: string, sql: Sql) => Promise<void>): Promise<void> {
  const server = await startPostgres({ dataDir, log: () => {} });
  try {
    await prepareDatabase(server.url, { embedded: true });
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    try {
      await act(server.url, sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  } finally {
    await server.stop();
  }
}

/** Our jobs that pg_cron would run on this server. */
function jobsHere(sql: Sql) {
  return sql<{ jobname: string; active: boolean; username: string }[]>`
    select jobname, active, username from cron.job
    where nodeport = current_setting('port')::int and jobname like 'calendar\\_sync\\_%'
    order by array_position(${OURS}::text[], jobname)`;
}
