import postgres from "postgres";

interface MovedJob {
  readonly jobid: string;
  readonly jobname: string;
  readonly schedule: string;
  readonly command: string;
  readonly active: boolean;
  readonly username: string;
}

/**
 * Schedules the calendar's jobs again that pg_cron would run at another port than this server's, or as somebody who cannot
 * sign in to it: those of a database that was restored from a dump, or that is kept and started at another port each time.
 * What `calendar_admin.setup_check()` tells an administrator to do.
 *
 * @param url a superuser's
 * @returns the names of the jobs
 */
export async function moveCronJobs(url: string): Promise<readonly string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const jobs = await sql<MovedJob[]>`
      select job.jobid, job.jobname, job.schedule, job.command, job.active,
        case when role.rolcanlogin then job.username else owner.rolname end as username
      from cron.job as job
      join pg_proc as tick on tick.oid = to_regprocedure('calendar_sync.tick()')
      join pg_roles as owner on owner.oid = tick.proowner
      left join pg_roles as role on role.rolname = job.username
      where job.jobname like 'calendar\\_sync\\_%' and job.database = current_database()
        and (job.nodeport <> current_setting('port')::int or role.rolcanlogin is not true)
      order by job.jobid`;
    for (const { jobid, jobname, schedule, command, active, username } of jobs) {
      await sql.begin(async (move) => {
        await move`select cron.unschedule(${jobid}::bigint)`;
        // pg_cron runs a job as whoever schedules it.
        await move`set local role ${move(username)}`;
        const [row] = await move<{ id: string }[]>`
          select cron.schedule(${jobname}, ${schedule}, ${command}) as id`;
        await move`reset role`;
        if (!active) await move`select cron.alter_job(${row?.id ?? ""}::bigint, active := false)`;
      });
    }
    return jobs.map(({ jobname }) => jobname);
  } finally {
    await sql.end();
  }
}
