import assert from "node:assert/strict";
import type { Sql, TransactionSql } from "postgres";
import { startPgCronWorker } from "../../../local/extensions/pg-cron-worker.ts";
import { until } from "../../support/calendar-api.ts";
import { withBareServer } from "./bare-server.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };

interface Run {
  readonly status: string;
  readonly return_message: string;
}

Deno.test({ name: "the stand-in of pg_cron runs jobs as the real one does", ...sanitizers }, async (t) => {
  await withBareServer(async ({ sql }) => {
    await sql`create table public.seen (job text, session_role text, search_path text, application text)`;
    await sql`grant insert on public.seen to postgres`;
    const look = (name: string) =>
      `insert into public.seen select '${name}', session_user, current_setting('search_path'), current_setting('application_name')`;

    await t.step("over a session of the job's user, with the settings of that user", async () => {
      await asPostgres(sql, (own) => own`select cron.schedule('look', '1 second', ${look("look")})`);
      const { status, return_message } = await lastRun(sql, "look");
      assert.deepEqual([status, return_message], ["succeeded", "INSERT 0 1"]);
      const [row] = await sql`select session_role, search_path, application from public.seen limit 1`;
      assert.deepEqual({ ...row }, {
        session_role: "postgres",
        search_path: `"$user", public, extensions`,
        application: "pg_cron",
      });
    });

    await t.step("without a transaction around it", async () => {
      await asPostgres(
        sql,
        (own) => own`select cron.schedule('vacuum', '1 second', 'vacuum pg_catalog.pg_proc')`,
      );
      assert.equal((await lastRun(sql, "vacuum")).return_message, "VACUUM");
    });

    await t.step("a failure is told in libpq's words", async () => {
      await asPostgres(sql, (own) => own`select cron.schedule('fail', '1 second', 'select 1 / 0')`);
      const { status, return_message } = await lastRun(sql, "fail");
      assert.deepEqual([status, return_message], ["failed", "ERROR:  division by zero\n"]);
    });

    for (
      const [what, change] of [
        ["another port than the server's", "nodeport = 9"],
        ["another host", "nodename = 'nowhere.invalid'"],
        ["a user who cannot sign in", "username = 'service_role'"],
        ["another database that is not there", "database = 'elsewhere'"],
      ] as const
    ) {
      await t.step(`a job at ${what} fails to connect`, async () => {
        await asPostgres(sql, (own) => own`select cron.schedule('elsewhere', '1 second', 'select 1')`);
        await sql.unsafe(`update cron.job set ${change} where jobname = 'elsewhere'`);
        const [row] = await sql`select coalesce(max(runid), 0)::int as latest from cron.job_run_details`;
        await until(async () => {
          const { status, return_message } = await lastRun(sql, "elsewhere", row?.["latest"]);
          return status === "failed" && return_message === "connection failed";
        });
        await sql`select cron.unschedule(jobid) from cron.job where jobname = 'elsewhere'`;
      });
    }
  }, startPgCronWorker);
});

Deno.test({ name: "the stand-in of pg_cron keeps jobs as the real one does", ...sanitizers }, async (t) => {
  await withBareServer(async ({ sql }) => {
    await asPostgres(sql, (own) => own`select cron.schedule('ours', '1 second', 'select 1')`);

    await t.step("scheduling a job again changes neither its port nor that it is switched off", async () => {
      await sql`update cron.job set nodeport = 9, nodename = 'elsewhere', active = false`;
      await asPostgres(sql, (own) => own`select cron.schedule('ours', '2 seconds', 'select 2')`);
      const [job] = await sql`select schedule, command, nodename, nodeport, active from cron.job`;
      assert.deepEqual({ ...job }, {
        schedule: "2 seconds",
        command: "select 2",
        nodename: "elsewhere",
        nodeport: 9,
        active: false,
      });
    });

    await t.step("unscheduling and scheduling it again does", async () => {
      await asPostgres(sql, (own) => own`select cron.unschedule('ours')`);
      await asPostgres(sql, (own) => own`select cron.schedule('ours', '2 seconds', 'select 2')`);
      const [job] = await sql`
        select nodename, nodeport = current_setting('port')::int as is_here, active from cron.job`;
      assert.deepEqual({ ...job }, { nodename: "localhost", is_here: true, active: true });
    });

    await t.step("a function that runs as its owner schedules for its owner", async () => {
      await asPostgres(
        sql,
        (own) =>
          own.unsafe(
            `create function public.schedule_it() returns void language sql security definer set search_path = ''
          as $$ select cron.schedule('by function', '1 second', 'select 1') $$`,
          ),
      );
      await sql`select public.schedule_it()`;
      const [job] = await sql`select username from cron.job where jobname = 'by function'`;
      assert.equal(job?.["username"], "postgres");
    });

    await t.step("nobody but a superuser changes or removes the jobs of others", async () => {
      const [job] = await sql<{ id: string }[]>`
        select cron.schedule('theirs', '1 second', 'select 1') as id`;
      const id = job?.id ?? "";
      for (
        const attempt of [
          `select cron.alter_job(${id}, active := false)`,
          `select cron.unschedule(${id})`,
          `select cron.unschedule('theirs')`,
          `select cron.alter_job(${id}, username := 'postgres')`,
        ]
      ) {
        await assert.rejects(asPostgres(sql, (own) => own.unsafe(attempt)), attempt);
      }
    });

    for (
      const schedule of [
        "60 seconds",
        "0 seconds",
        "* * * *",
        "61 * * * *",
        "* * 0 * *",
        "a b c d e",
        "*/0 * * * *",
      ]
    ) {
      await t.step(`the schedule "${schedule}" is refused`, async () => {
        await assert.rejects(
          asPostgres(sql, (own) => own`select cron.schedule('wrong', ${schedule}, 'select 1')`),
          /invalid schedule/,
        );
      });
    }

    await t.step("what is in its tables, and in Vault's, goes into a dump", async () => {
      const rows = await sql<{ name: string }[]>`
        select unnest(extconfig)::regclass::text as name from pg_extension
        where extname in ('pg_cron', 'supabase_vault', 'pg_net') order by 1`;
      assert.deepEqual(rows.map(({ name }) => name), [
        "cron.job",
        "cron.job_run_details",
        "cron.jobid_seq",
        "cron.runid_seq",
        "vault.secrets",
      ]);
    });
  });
});

async function asPostgres(sql: Sql, act: (own: TransactionSql) => Promise<unknown>): Promise<void> {
  await sql.begin(async (own) => {
    await own`set local session authorization postgres`;
    await act(own);
  });
}

/** The latest run of a job that is over. */
function lastRun(sql: Sql, name: string, after = 0): Promise<Run> {
  return until(async () => {
    const [run] = await sql<Run[]>`
      select detail.status, detail.return_message from cron.job_run_details as detail join cron.job using (jobid)
      where jobname = ${name} and detail.status in ('succeeded', 'failed') and detail.runid > ${after}
      order by detail.runid desc limit 1`;
    return run;
  });
}
