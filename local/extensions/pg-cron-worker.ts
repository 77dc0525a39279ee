import type { Sql } from "postgres";
import { openPool } from "../postgres/pool.ts";
import type { BackgroundWorker } from "./pg-net-worker.ts";
import { isDue } from "./cron-schedule.ts";

const CHECK_EVERY_MS = 500;

interface Job {
  readonly jobid: string;
  readonly schedule: string;
  readonly command: string;
  readonly database: string;
  readonly username: string;
}

/**
 * Runs the jobs of `cron.job` the way pg_cron does: as their user, never a job beside itself, with run details.
 *
 * @param url a superuser's
 */
export function startPgCronWorker(url: string, log: (line: string) => void): BackgroundWorker {
  const pool = openPool(url, { max: 4, application_name: "pg_cron (stand-in)" });
  const last = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const started_at = Date.now();
  let checking = Promise.resolve();
  let stopped = false;
  const check = async () => {
    const now = Date.now();
    const jobs = await pool.sql<Job[]>`select jobid, schedule, command, database, username from cron.job
      where active and database = current_database()`;
    for (const job of jobs) {
      if (stopped || running.has(job.jobid)) continue;
      if (!isDue(job.schedule, last.get(job.jobid) ?? started_at, now)) continue;
      last.set(job.jobid, now);
      running.set(job.jobid, runJob(pool.sql, job).finally(() => running.delete(job.jobid)));
    }
  };
  const timer = setInterval(() => {
    checking = checking.then(check).catch((error: unknown) => {
      if (!stopped) log(`pg_cron: ${error instanceof Error ? error.message : "failed"}`);
    });
  }, CHECK_EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await checking;
      await Promise.allSettled(running.values());
      await pool.end();
    },
  };
}

async function runJob(sql: Sql, job: Job): Promise<void> {
  const start_time = new Date();
  const outcome = await sql.begin(async (transaction) => {
    await transaction`select set_config('role', ${job.username}, true)`;
    return await transaction.unsafe(job.command);
  }).then(
    (rows) => ({ status: "succeeded", return_message: `${rows.count} row${rows.count === 1 ? "" : "s"}` }),
    (error: unknown) => ({
      status: "failed",
      return_message: error instanceof Error ? error.message : "failed",
    }),
  );
  await sql`insert into cron.job_run_details ${
    sql({
      jobid: job.jobid,
      database: job.database,
      username: job.username,
      command: job.command,
      start_time,
      end_time: new Date(),
      ...outcome,
    })
  }`.catch(() => {});
}
