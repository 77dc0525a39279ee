import type { Row, Sql } from "postgres";
import { z } from "zod";
import { Finding } from "./findings.ts";

const POLL_MS = 250;
const PROGRESS_EVERY_MS = 1_000;
const VERSION_PATIENCE_MS = 5_000;
const HEALTH_TIMEOUT_MS = 5_000;
const HEALTH_WORDS_MAX = 300;

const Called = z.object({ request_id: z.string() });
const Answer = z.object({
  ok: z.boolean().nullable(),
  found: z.string().nullable(),
  how_to_mend: z.string().nullable(),
});

/** Whether this project's migrations are there. */
export async function isInstalled(sql: Sql): Promise<boolean> {
  const [row] = await sql`select to_regprocedure('calendar_admin.setup_check()') is not null as is_there`;
  return row?.["is_there"] === true;
}

/**
 * What the database says of itself. The versions are compared later, by {@link checkVersions}.
 *
 * @throws PostgresError where the role may not use `calendar_admin`
 */
export async function checkSetup(sql: Sql): Promise<Finding[]> {
  const findings = z.array(Finding).parse([...await sql`select * from calendar_admin.setup_check()`]);
  return findings.filter(({ check_name }) => check_name !== "versions");
}

/**
 * Compares the versions of the database and of the functions. Functions that were just deployed say theirs when they are woken,
 * so this waits a moment for them.
 */
export async function checkVersions(sql: Sql): Promise<readonly Finding[]> {
  const deadline = performance.now() + VERSION_PATIENCE_MS;
  while (true) {
    const findings = z.array(Finding).parse([
      ...await sql`
        select check_name, ok, severity, found, case when not ok then how_to_mend end as how_to_mend
        from calendar_admin.check_version()`,
    ]);
    if (findings.every(({ ok, severity }) => ok && severity !== "info") || performance.now() > deadline) {
      return findings;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Where the database's URL names the project, compares it with the address that is called: a copied database wakes the
 * worker of the project that it was copied from.
 *
 * @returns null where the URL names none
 */
export async function checkAddress(sql: Sql, database_url: URL): Promise<Finding | null> {
  const project = projectOf(database_url);
  if (project === null) return null;
  const finding = {
    check_name: "the worker is this project's",
    severity: "error" as const,
    how_to_mend: null,
  };
  let host: string;
  try {
    const [row] = await sql<{ host: string | null }[]>`
      select split_part(decrypted_secret, '/', 3) as host from vault.decrypted_secrets where name = 'calendar_sync_url'`;
    host = row?.host ?? "";
  } catch (error: unknown) {
    // Whether the functions may read it, and whether it can be decrypted, are checks of setup_check().
    const found = `cannot be told here: ${error instanceof Error ? error.message : "Vault cannot be read"}`;
    return { ...finding, ok: true, severity: "info", found };
  }
  const called = /^([a-z0-9]+)\.supabase\.co$/.exec(host)?.[1];
  if (called === undefined) {
    return {
      ...finding,
      ok: true,
      severity: "info",
      found: `cannot be told of ${host === "" ? "no address" : host}`,
    };
  }
  if (called === project) return { ...finding, ok: true, found: project };
  return {
    ...finding,
    ok: false,
    found: `it calls the worker of ${called}, this database is that of ${project}`,
    how_to_mend:
      `if the original is still in use, docs/deploy/deploy.md, Staging; else select calendar_admin.set_worker(url => 'https://${project}.supabase.co/functions/v1/calendar-sync', secret => '<CALENDAR_SYNC_SECRET>');`,
  };
}

/** The project that a URL of hosted Supabase names: `db.<ref>.supabase.co`, or at a pooler `postgres.<ref>`. */
function projectOf({ hostname, username }: URL): string | null {
  return /^db\.([a-z0-9]+)\.supabase\.co$/.exec(hostname)?.[1] ??
    (hostname.endsWith(".pooler.supabase.com")
      ? /^[^.]+\.([a-z0-9]+)$/.exec(decodeURIComponent(username))?.[1] ?? null
      : null);
}

/**
 * Wakes the worker, and waits until pg_net has the answer.
 *
 * @param onWaiting told each second for how long
 */
export async function roundTrip(
  sql: Sql,
  timeout_s: number,
  onWaiting: (waited_s: number) => void,
): Promise<Finding> {
  const finding = { check_name: "round trip of a wake-up call", severity: "error" as const };
  const began_at = performance.now();
  let request_id: string;
  try {
    const [row] = await sql`select calendar_admin.wake_up()::text as request_id`;
    request_id = Called.parse(row).request_id;
  } catch (error: unknown) {
    const found = error instanceof Error ? error.message : "The worker could not be called.";
    return { ...finding, ok: false, found, how_to_mend: "the checks above say what is missing" };
  }
  let told_ms = 0;
  while (true) {
    let row: Row | undefined;
    try {
      [row] = await sql`
        select reading.* from net._http_response as response
        cross join lateral calendar_admin.read_answer(response.status_code, response.timed_out, response.error_msg) as reading
        where response.created > now() - interval '1 hour' and response.id = ${request_id}::bigint`;
    } catch (error: unknown) {
      const found = `the answer cannot be read: ${
        error instanceof Error ? error.message : "no reason given"
      }`;
      return { ...finding, ok: false, found, how_to_mend: "the checks above name the missing grant" };
    }
    const waited_ms = performance.now() - began_at;
    if (row !== undefined) {
      const { ok, found, how_to_mend } = Answer.parse(row);
      return {
        ...finding,
        ok: ok === true,
        found: `${found ?? "It was answered"}, after ${Math.round(waited_ms)} ms`,
        how_to_mend,
      };
    }
    if (waited_ms > timeout_s * 1000) {
      return {
        ...finding,
        ok: false,
        found:
          `pg_net has not had an answer for ${timeout_s} s: its worker is dead, or held up by somebody's slow call`,
        how_to_mend: "select net.worker_restart();",
      };
    }
    if (waited_ms - told_ms >= PROGRESS_EVERY_MS) {
      told_ms = waited_ms;
      onWaiting(Math.round(waited_ms / 1000));
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/**
 * Asks `calendar-metrics/healthz`.
 *
 * @param functions_url such as `https://<ref>.supabase.co/functions/v1`
 */
export async function checkHealth(functions_url: URL): Promise<Finding> {
  const finding = { check_name: "healthz", severity: "error" as const };
  const address = `${functions_url.toString().replace(/\/$/, "")}/calendar-metrics/healthz`;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    const words = (await response.text()).replaceAll(/\s+/g, " ").slice(0, HEALTH_WORDS_MAX);
    if (response.ok) {
      return { ...finding, ok: true, found: `it answered ${response.status}`, how_to_mend: null };
    }
    if (response.status === 404) {
      return {
        ...finding,
        ok: false,
        severity: "warning",
        found: "there is no function calendar-metrics",
        how_to_mend: "npx supabase functions deploy --use-api",
      };
    }
    return {
      ...finding,
      ok: false,
      found: `it answered ${response.status}: ${words}`,
      how_to_mend: "select * from calendar_admin.health where not ok;",
    };
  } catch {
    return {
      ...finding,
      ok: false,
      found: `${functions_url.host} did not answer`,
      how_to_mend: "--functions-url has to be https://<ref>.supabase.co/functions/v1",
    };
  }
}
