import { openPool } from "../postgres/pool.ts";
import { isDue } from "./cron-schedule.ts";
import { type CronJob, runCommand } from "./pg-cron-session.ts";
import type { BackgroundWorker } from "./pg-net-worker.ts";

const CHECK_EVERY_MS = 500;

interface Job extends CronJob {
  readonly jobid: string;
  readonly schedule: string;
}

/**
 * Runs the jobs of `cron.job` the way pg_cron does: over a connection of their own to the host and port that they name, as
 * their user, never a job beside itself, with run details.
 *
 * @param url a superuser's
 */
export function startPgCronWorker(url: string, log: (line: string) => void): BackgroundWorker {
  const pool = openPool(url, { max: 4, application_name: "pg_cron (stand-in)" });
  const last = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const started_at = Date.now();
  let stopped = false;
  const check = async () => {
    const now = Date.now();
    const jobs = await pool.sql<Job[]>`
      select jobid, schedule, command, nodename, nodeport, database, username,
        current_setting('port')::int as server_port
      from cron.job where active`;
    for (const job of jobs) {
      if (stopped || running.has(job.jobid)) continue;
      if (!isDue(job.schedule, last.get(job.jobid) ?? started_at, now)) continue;
      last.set(job.jobid, now);
      running.set(
        job.jobid,
        run(job).catch((error: unknown) => say(error)).finally(() => running.delete(job.jobid)),
      );
    }
  };
  const run = async (job: Job) => {
    const { jobid, database, username, command } = job;
    const [row] = await pool.sql<{ runid: string }[]>`insert into cron.job_run_details ${
      pool.sql({ jobid, database, username, command, status: "starting" })
    } returning runid`;
    const runid = row?.runid ?? "";
    const outcome = await runCommand(url, job, async (job_pid) => {
      await pool.sql`update cron.job_run_details
        set status = 'running', job_pid = ${job_pid}, start_time = clock_timestamp() where runid = ${runid}`;
    });
    await pool
      .sql`update cron.job_run_details set status = ${outcome.status}, return_message = ${outcome.message},
        start_time = coalesce(start_time, clock_timestamp()), end_time = clock_timestamp()
      where runid = ${runid}`;
  };
  const say = (error: unknown) => {
    if (!stopped) log(`pg_cron: ${error instanceof Error ? error.message : "failed"}`);
  };
  let checking = forgetEarlierRuns(pool).catch(say);
  const timer = setInterval(() => {
    checking = checking.then(check).catch(say);
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

/** What was running when the server ended has failed. */
async function forgetEarlierRuns(pool: ReturnType<typeof openPool>): Promise<void> {
  await pool.sql`update cron.job_run_details set status = 'failed', return_message = 'server restarted'
    where status in ('starting', 'running')`;
}
