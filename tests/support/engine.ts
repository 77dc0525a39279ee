import assert from "node:assert/strict";
import { eventTime } from "../../supabase/functions/_shared/domain/calendar-event.ts";
import postgres, { type Sql } from "postgres";
import { z } from "zod";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";
import { ClaimedLanes, type Job, type Lane } from "../../supabase/functions/_shared/sync/lane.ts";
import { doneRow, retryRow } from "../../supabase/functions/_shared/sync/outcome-rows.ts";
import type { RecordedEdit } from "../../supabase/functions/_shared/sync/recorded.ts";
import { UNTOUCHED } from "../../supabase/functions/_shared/sync/record-batch.ts";
import type { LaneVerdict } from "../../supabase/functions/_shared/sync/verdict.ts";
import { createDirectRpc } from "./direct-rpc.ts";
import { shiftTime } from "./shift-time.ts";

const LEASE_SECONDS = 15;
const CLAIMS_MAX = 1000;
/** Whoever waits for a lock for longer fails. */
const LOCK_TIMEOUT_MS = 250;

export type Provider = "google" | "outlook" | "caldav";

/** A connected account, made without a provider. */
export interface Integration {
  readonly id: string;
  readonly user_id: string;
  readonly provider: Provider;
  readonly calendar_id: string;
}

/** What a test says became of a job. */
export type JobOutcome =
  | { readonly kind: "synced" | "removed" | "unchanged" }
  | {
    readonly kind: "retry";
    readonly counts: boolean;
    readonly run_in_ms?: number;
    readonly may_leave?: boolean;
  }
  | { readonly kind: "failed"; readonly error?: string };

/** What else `calendar_record` is told of a lane. */
export type LaneNotes = Partial<LaneVerdict> & {
  readonly calls_made?: number;
  readonly next_jobs?: number;
  /** Of a pull: all was read, up to here. */
  readonly pulled?: boolean;
  readonly cursor?: string | null;
  readonly edits?: readonly RecordedEdit[];
};

/** The engine of one database, and a worker's and a user's ways to it. */
export interface Engine {
  /** A superuser's. */
  readonly sql: Sql;
  readonly rpc: Rpc;
  user(): Promise<string>;
  /** An active integration, of a new user where none is given, with a calendar and a token that lasts for an hour. */
  integration(
    options?: { readonly id?: string; readonly user_id?: string; readonly provider?: Provider },
  ): Promise<Integration>;
  /** Inserts obligations with a date in one statement; their ids in the order of the titles `<title> 1`, `<title> 2` … */
  insert(user_id: string, count: number, title?: string): Promise<string[]>;
  /** Has every calendar show what it is to show and nothing left to do, as if a worker had seen to it. */
  settle(): Promise<void>;
  /** Lets time pass for all that the engine wrote. */
  pass(seconds: number): Promise<void>;
  claim(worker: string, lanes?: number): Promise<Lane[]>;
  /** Does all that is due, until nothing is handed out any more. */
  drain(): Promise<void>;
  /** Records an outcome for each job of a lane, or for those that `outcomeOf` gives one. A lane's job of another kind is done unless the run failed. */
  record(
    worker: string,
    lane: Lane,
    outcomeOf?: JobOutcome | ((job: Job, lane: Lane) => JobOutcome | null),
    notes?: LaneNotes,
  ): Promise<boolean>;
  retire(worker: string): Promise<boolean>;
  /** Does something as a signed-in user, RLS in force. */
  asUser<T>(user_id: string, act: (sql: Sql) => Promise<T>): Promise<T>;
  statusOf(integration_id: string): Promise<{ readonly status: string; readonly code: string | null }>;
  /** What tells every version of every row of every table: the same before and after where nothing was written. */
  versions(): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly connections?: number;
  readonly lock_timeout_ms?: number;
}

/** What becomes of a job where all goes well: what has a deadline is written, what has none is removed. */
export function synced({ deadline }: Job, lane: Lane): JobOutcome {
  const { completed_events, obligation_types } = lane.settings;
  const is_shown = deadline !== null && deadline.due.kind !== "none" && deadline.status !== "cancelled" &&
    (deadline.status === "open" || completed_events === "keep") &&
    (obligation_types === null || obligation_types.includes(deadline.obligation_type ?? ""));
  return { kind: is_shown && !lane.removing ? "synced" : "removed" };
}

/**
 * Connects to a database of `startDatabases`.
 *
 * @param options.connections so many statements may run at the same time
 * @param options.lock_timeout_ms whoever waits for a lock for longer fails
 */
export function openEngine(url: string, options: EngineOptions = {}): Engine {
  const { connections: max = 4, lock_timeout_ms: lock_timeout = LOCK_TIMEOUT_MS } = options;
  const sql = postgres(url, { max, onnotice: () => {}, connection: { lock_timeout } });
  const rpc = createDirectRpc(sql);
  const engine: Engine = {
    sql,
    rpc,
    async user() {
      const [row] = await sql<{ id: string }[]>`
        insert into auth.users (email) values (${crypto.randomUUID()} || '@example.com') returning id`;
      assert.ok(row);
      return row.id;
    },
    async integration({ id = crypto.randomUUID(), user_id, provider = "google" } = {}) {
      const owner = user_id ?? await engine.user();
      const calendar_id = `calendar of ${id}`;
      // Nothing is to be looked at yet: a test begins with what it changes itself.
      await sql`
        with connected as (insert into public.calendar_integrations
          (id, user_id, provider, account_id, status, calendar_id, access_token_secret_id, token_expires_at)
        values (${id}, ${owner}, ${provider}, ${`account of ${id}`}, 'active', ${calendar_id},
          calendar_sync.store_secret(null, 'a token', 'calendar_sync: access token'), now() + interval '1 hour')
        returning id) select id from connected`;
      await sql`delete from calendar_sync.changes where integration_id = ${id}`;
      await sql`delete from net.http_request_queue`;
      return { id, user_id: owner, provider, calendar_id };
    },
    async insert(user_id, count, title = "Obligation") {
      const rows = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date)
        select ${user_id}, ${title} || ' ' || n, '2027-01-01' from generate_series(1, ${count}::int) as n
        returning id`;
      return rows.map(({ id }) => id);
    },
    async settle() {
      await sql`
        insert into public.calendar_event_mappings as mapping
          (integration_id, obligation_id, calendar_id, external_event_id, deadline_hash, content_hash, synced_at)
        select integration.id, found.obligation_id, integration.calendar_id, 'event of ' || found.obligation_id,
          found.deadline_hash, 'content', now() - interval '1 hour'
        from public.calendar_integrations as integration
        cross join lateral calendar_sync.compare(
          integration.id, calendar_sync.keys_after(integration.id, null, 1000000)) as found
        where found.is_wanted
        on conflict (integration_id, obligation_id) do update
        set deadline_hash = excluded.deadline_hash, calendar_id = excluded.calendar_id, synced_at = excluded.synced_at`;
      await sql`delete from calendar_sync.jobs`;
      await sql`delete from calendar_sync.changes`;
      await sql`
        update calendar_sync.lanes
        set ready_at = null, priority = 0, deletions_agreed = false, deletions_allowed = 0, leased_by = null, leased_until = null`;
    },
    pass: (seconds) => shiftTime(sql, seconds),
    claim: (worker, lanes = 1) =>
      rpc("calendar_claim", { p_worker: worker, p_lanes: lanes, p_lease_s: LEASE_SECONDS }, ClaimedLanes),
    async drain() {
      const worker = crypto.randomUUID();
      for (let claims = 0; claims < CLAIMS_MAX; claims++) {
        const lanes = await engine.claim(worker, 8);
        for (const lane of lanes) await work(engine, worker, lane);
        const [left] = await sql`select exists (select from calendar_sync.changes) as is_changed`;
        if (lanes.length === 0 && !left?.["is_changed"]) return;
      }
      throw new Error(`There is still work after ${CLAIMS_MAX} claims.`);
    },
    async record(worker, lane, outcomeOf = synced, notes = {}) {
      const succeeded = notes.succeeded ?? true;
      if (lane.kind === "disconnect" && succeeded) {
        const parameters = { p_worker: worker, p_integration_id: lane.integration_id };
        return await rpc("calendar_finish_disconnect", parameters, z.unknown()) !== null;
      }
      const rows: unknown[] = [];
      if (lane.kind !== "event") rows.push(succeeded ? doneRow(lane) : retryRow(lane, "server_error"));
      rows.push(...lane.jobs.flatMap((job) => {
        const outcome = typeof outcomeOf === "function" ? outcomeOf(job, lane) : outcomeOf;
        return outcome === null ? [] : [outcomeRow(lane, job, outcome)];
      }));
      const { wait, edits = [], ...facts }: LaneNotes = {
        ...UNTOUCHED,
        succeeded: true,
        reached: true,
        ...notes,
      };
      const { recorded } = await rpc("calendar_record", {
        p_worker: worker,
        p_integration_id: lane.integration_id,
        p_outcomes: rows,
        p_batch: {
          calls_made: rows.length,
          calendar_edits: lane.settings.calendar_edits,
          lease: lane.lease,
          reserved_id: lane.reserved_id,
          wrote_to: lane.calendar?.id ?? null,
          wait_reason: wait?.reason ?? null,
          wait_ms: wait?.ms ?? null,
          ...facts,
        },
        p_edits: edits,
      }, z.object({ recorded: z.boolean() }));
      return recorded;
    },
    retire: (worker) => rpc("calendar_retire", { p_worker: worker }, z.boolean()),
    async asUser(user_id, act) {
      const connection = await sql.reserve();
      try {
        await connection`begin`;
        await connection`select set_config('request.jwt.claims', ${JSON.stringify({ sub: user_id })}, true)`;
        await connection`set local role authenticated`;
        const result = await act(connection);
        await connection`commit`;
        return result;
      } catch (error: unknown) {
        await connection`rollback`;
        throw error;
      } finally {
        connection.release();
      }
    },
    async statusOf(integration_id) {
      const [row] = await sql<{ status: string; code: string | null }[]>`
        select status, last_error ->> 'code' as code from public.calendar_integrations where id = ${integration_id}`;
      assert.ok(row);
      return { ...row };
    },
    async versions() {
      const tables = await sql<{ name: string }[]>`
        select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname in ('calendar_sync', 'public', 'net', 'vault', 'auth', 'cron') order by 1`;
      const each = tables.map(({ name }) =>
        `select '${name}' as name, count(*)::int as rows, md5(string_agg(ctid::text || xmin::text, ',' order by ctid)) from ${name}`
      );
      return [...await sql.unsafe(`${each.join(" union all ")} order by 1`)].map((row) => ({ ...row }));
    },
    close: () => sql.end({ timeout: 1 }),
  };
  return engine;
}

/** Does what a lane was claimed for, as if the provider did everything that it is asked to do. */
async function work({ sql, record }: Engine, worker: string, lane: Lane): Promise<void> {
  if (lane.kind === "keep_alive") {
    await sql`
      update public.calendar_integrations set token_refreshed_at = now() where id = ${lane.integration_id}`;
  }
  await record(worker, lane);
}

function outcomeRow(
  lane: Lane,
  { obligation_id, version, cause, deadline, deadline_hash, mapping }: Job,
  outcome: JobOutcome,
) {
  const row = { kind: outcome.kind, obligation_id, version, cause };
  switch (outcome.kind) {
    case "synced":
      return {
        ...row,
        calendar_id: lane.calendar?.id ?? "",
        event_id: `event of ${obligation_id}`,
        etag: null,
        deadline_hash: deadline_hash ?? "",
        content_hash: "content",
        action: "created",
        title: deadline?.title ?? null,
        due: "2027-01-01",
        sent_time: deadline && eventTime(deadline.due),
        is_kept: false,
      };
    case "removed":
      // As `settledRow`: there was nothing to take away.
      return mapping === null ? row : {
        ...row,
        action: "removed",
        calendar_id: lane.calendar?.id ?? "",
        event_id: `event of ${obligation_id}`,
        title: deadline?.title ?? null,
      };
    case "unchanged":
      return { ...row, deadline_hash: deadline_hash ?? "" };
    case "retry":
      return {
        ...row,
        run_in_ms: outcome.run_in_ms ?? 1000,
        error: "server_error",
        counts: outcome.counts,
        may_leave: outcome.may_leave ?? true,
      };
    case "failed":
      return { ...row, error: outcome.error ?? "invalid", counts: true, may_leave: false };
  }
}
