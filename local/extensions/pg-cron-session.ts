import postgres, { type Sql } from "postgres";

/** pg_cron's `CronTaskStartTimeout`. */
const START_TIMEOUT_S = 10;

/** What a row of `cron.job` says about a run. */
export interface CronJob {
  /** Where the server itself listens. */
  readonly server_port: number;
  readonly command: string;
  readonly nodename: string;
  readonly nodeport: number;
  readonly database: string;
  readonly username: string;
}

export interface RunOutcome {
  readonly status: "succeeded" | "failed";
  /** As in `cron.job_run_details`. */
  readonly message: string;
}

/**
 * Runs a job's command over a connection of its own. The real one signs in as the job's user and needs no password on its own
 * machine; this one signs in as the superuser and takes that user's place, with the settings of the user.
 *
 * @param url a superuser's, for the server that has the jobs
 * @param onRunning told the process id, before the command is sent
 */
export async function runCommand(
  url: string,
  job: CronJob,
  onRunning: (job_pid: number) => Promise<void>,
): Promise<RunOutcome> {
  const session = await signIn(url, job).catch(() => null);
  if (session === null) return { status: "failed", message: "connection failed" };
  try {
    await onRunning(session.pid);
    return { status: "succeeded", message: messageOf(await session.sql.unsafe(job.command)) };
  } catch (error: unknown) {
    return { status: "failed", message: errorText(error) };
  } finally {
    await session.sql.end({ timeout: 1 }).catch(() => {});
  }
}

/** @throws Error where the server is not there, or does not let the user in */
async function signIn(url: string, job: CronJob): Promise<{ readonly sql: Sql; readonly pid: number }> {
  const sql = postgres(addressOf(url, job), {
    max: 1,
    prepare: false,
    fetch_types: false,
    connect_timeout: START_TIMEOUT_S,
    onnotice: () => {},
    connection: { application_name: "pg_cron" },
  });
  try {
    const [row] = await sql<{ pid: number }[]>`
      select pg_backend_pid() as pid from pg_roles as role
      where role.rolname = ${job.username} and role.rolcanlogin
        and has_database_privilege(role.oid, current_database(), 'connect')`;
    if (row === undefined) throw new Error(`${job.username} may not sign in`);
    // What `alter role … set` says is read at sign-in, and `set session authorization` is not a sign-in.
    await sql`
      select set_config(split_part(entry, '=', 1), substr(entry, strpos(entry, '=') + 1), false)
      from pg_db_role_setting as setting cross join unnest(setting.setconfig) as entry
      where setting.setrole = (select oid from pg_roles where rolname = ${job.username})
        and setting.setdatabase in (0, (select oid from pg_database where datname = current_database()))
      order by setting.setdatabase`;
    await sql`set session authorization ${sql(job.username)}`;
    return { sql, pid: row.pid };
  } catch (error: unknown) {
    await sql.end({ timeout: 0 }).catch(() => {});
    throw error;
  }
}

/** Its own port the server may be reached at by another one from here, as through a tunnel; every other one is what it says. */
function addressOf(url: string, { nodename, nodeport, server_port, database }: CronJob): string {
  const address = new URL(url);
  address.pathname = `/${encodeURIComponent(database)}`;
  if (nodename !== "localhost") address.hostname = nodename;
  if (nodename !== "localhost" || nodeport !== server_port) address.port = String(nodeport);
  return address.toString();
}

/** Of several statements the last one counts. */
function messageOf(result: unknown): string {
  const rows = Array.isArray(result) && Array.isArray(result.at(-1)) && !("command" in result)
    ? result.at(-1)
    : result;
  if (!Array.isArray(rows)) return "";
  if ("columns" in rows && rows.columns !== undefined) {
    return `${rows.length} ${rows.length === 1 ? "row" : "rows"}`;
  }
  const command = "command" in rows ? String(rows.command) : "";
  const count = "count" in rows && typeof rows.count === "number" ? rows.count : null;
  if (command === "INSERT") return `INSERT 0 ${count ?? 0}`;
  return count === null ? command : `${command} ${count}`;
}

/** As libpq words it. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return "ERROR:  failed\n";
  const { message } = error;
  const line = (name: string, property: string) => {
    const value: unknown = Reflect.get(error, property);
    return typeof value === "string" && value !== "" ? `${name}:  ${value}\n` : "";
  };
  return `ERROR:  ${message}\n` + line("DETAIL", "detail") + line("HINT", "hint") + line("CONTEXT", "where");
}
