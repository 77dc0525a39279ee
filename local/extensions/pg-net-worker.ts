import type { Sql } from "postgres";
import { openPool } from "../postgres/pool.ts";
import { type QueuedRequest, sendRequest } from "./pg-net-request.ts";
import { createWakeUp, type WakeUp } from "./pg-net-wake-up.ts";

/** pg_net 0.20: `pg_net.batch_size`. */
const BATCH_SIZE = 200;
/** After each batch, also an empty one (src/worker.c). */
const PAUSE_MS = 1_000;
/** `pg_net.ttl`. */
const RESPONSE_TTL = "6 hours";
/** `net_worker_restart_time_sec`. */
const RESTART_MS = 1_000;
/** A dead connection is noticed by asking, as nothing else would. */
const ASK_EVERY_MS = 5_000;
const LOCK_NOT_AVAILABLE = "55P03";

/** A worker that runs until it is stopped. */
export interface BackgroundWorker {
  stop(): Promise<void>;
}

/**
 * Sends what `net.http_*` queued, the way pg_net's worker does: after commit, when it is woken and at no other time, in
 * batches of 200 that are one transaction each and end with their slowest request, a second apart, without retries.
 *
 * @param url a superuser's
 */
export function startPgNetWorker(url: string, log: (line: string) => void): BackgroundWorker {
  const stopping = new AbortController();
  const running = run(url, log, stopping.signal);
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

async function run(url: string, log: (line: string) => void, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    const pool = openPool(url, { max: 2, application_name: "pg_net 0.20.4" });
    try {
      await work(pool.sql, stopping);
    } catch (error: unknown) {
      if (!stopping.aborted) {
        log(`pg_net: ${error instanceof Error ? error.message : "failed"}; starting again`);
      }
    } finally {
      await pool.end();
    }
    await pause(RESTART_MS, stopping);
  }
}

/** Until it is told to restart. */
async function work(sql: Sql, stopping: AbortSignal): Promise<void> {
  // Whatever is left is seen to after a start.
  const wake_up = createWakeUp();
  let is_restarting = false;
  const restart = () => {
    is_restarting = true;
    wake_up.interrupt();
  };
  stopping.addEventListener("abort", wake_up.interrupt);
  try {
    // Both end with the pool.
    await sql.listen("pg_net_wake", wake_up.wake);
    await sql.listen("pg_net_restart", restart);
    while (!stopping.aborted && !is_restarting) {
      if (!wake_up.take()) {
        if (!await wake_up.interrupted(ASK_EVERY_MS)) await sql`select`;
        continue;
      }
      let has_more = true;
      while (has_more && !stopping.aborted && !is_restarting) {
        const handled = await sendBatch(sql);
        // Until the next call that wakes it.
        if (handled === null) break;
        has_more = handled > 0;
        await pauseAfterBatch(wake_up, stopping);
      }
    }
  } finally {
    stopping.removeEventListener("abort", wake_up.interrupt);
  }
}

async function pauseAfterBatch(wake_up: WakeUp, stopping: AbortSignal): Promise<void> {
  if (!stopping.aborted) await wake_up.interrupted(PAUSE_MS);
}

/** @returns how many requests and expired answers there were; null where somebody has locked the tables */
async function sendBatch(sql: Sql): Promise<number | null> {
  const cut = new AbortController();
  try {
    return await sql.begin(async (batch) => {
      await batch`lock table net.http_request_queue, net._http_response in access share mode nowait`;
      const expired = await batch`
        delete from net._http_response where ctid = any (array(
          select ctid from net._http_response where created < now() - ${RESPONSE_TTL}::interval
          order by created limit ${BATCH_SIZE}))`;
      const requests = await batch<QueuedRequest[]>`
        with batch as (select id from net.http_request_queue order by id limit ${BATCH_SIZE})
        delete from net.http_request_queue as queue using batch where queue.id = batch.id
        returning queue.id, method, url, headers, body, timeout_milliseconds`;
      const responses = await Promise.all(requests.map((request) => sendRequest(request, cut.signal)));
      cut.signal.throwIfAborted();
      for (const response of responses) {
        await batch`insert into net._http_response ${batch(response)}`;
      }
      return requests.length + expired.count;
    });
  } catch (error: unknown) {
    if (error instanceof Error && "code" in error && error.code === LOCK_NOT_AVAILABLE) return null;
    throw error;
  } finally {
    // The worker dies with its server, and what it is sending with it.
    cut.abort();
  }
}

/** Waits, at most until the signal. */
function pause(duration_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, duration_ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
