import type { Sql } from "postgres";
import { openPool } from "../postgres/pool.ts";

/** pg_net 0.20: `pg_net.batch_size`. */
const BATCH_SIZE = 200;
/** Between two batches, until one comes back empty (src/worker.c). */
const PAUSE_MS = 1_000;
/** `pg_net.ttl`. */
const RESPONSE_TTL = "6 hours";
const RECONNECT_MS = 500;
const ASK_EVERY_MS = 5_000;

interface Request {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string> | null;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly timeout_milliseconds: number;
}

/** A worker that runs until it is stopped. */
export interface BackgroundWorker {
  stop(): Promise<void>;
}

/**
 * Sends what `net.http_*` queued, the way pg_net's worker does: after commit, in batches of 200 that are one
 * transaction each and end with their slowest request, a second apart, without retries.
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
    const pool = openPool(url, { max: 2, application_name: "pg_net 0.20 worker (stand-in)" });
    try {
      await work(pool.sql, stopping);
    } catch (error: unknown) {
      if (!stopping.aborted) {
        log(`pg_net: ${error instanceof Error ? error.message : "failed"}; starting again`);
      }
      await pause(RECONNECT_MS, stopping);
    } finally {
      await pool.end();
    }
  }
}

async function work(sql: Sql, stopping: AbortSignal): Promise<void> {
  let awake = Promise.withResolvers<void>();
  awake.resolve();
  // Ends with the pool.
  await sql.listen("pg_net_wake", () => awake.resolve());
  while (!stopping.aborted) {
    // A dead connection is noticed by asking, as nothing else would.
    await Promise.race([awake.promise, pause(ASK_EVERY_MS, stopping)]);
    awake = Promise.withResolvers<void>();
    while (!stopping.aborted && await sendBatch(sql) > 0) await pause(PAUSE_MS, stopping);
  }
}

async function sendBatch(sql: Sql): Promise<number> {
  const cut = new AbortController();
  try {
    return await sql.begin(async (batch) => {
      await batch`
        delete from net._http_response where ctid = any (array(
          select ctid from net._http_response where created < now() - ${RESPONSE_TTL}::interval limit ${BATCH_SIZE}))`;
      const requests = await batch<Request[]>`
        with batch as (select id from net.http_request_queue order by id limit ${BATCH_SIZE})
        delete from net.http_request_queue as queue using batch where queue.id = batch.id
        returning queue.id, method, url, headers, body, timeout_milliseconds`;
      const responses = await Promise.all(requests.map((request) => send(request, cut.signal)));
      cut.signal.throwIfAborted();
      for (const response of responses) {
        await batch`insert into net._http_response ${batch(response)}`;
      }
      return requests.length;
    });
  } finally {
    // The worker dies with its server, and what it is sending with it.
    cut.abort();
  }
}

async function send(request: Request, cut: AbortSignal) {
  const empty = {
    id: request.id,
    status_code: null,
    content_type: null,
    headers: null,
    content: null,
    timed_out: null,
    error_msg: null,
  };
  const timeout = AbortSignal.timeout(request.timeout_milliseconds);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers ?? {},
      ...(request.body === null ? {} : { body: new Uint8Array(request.body) }),
      signal: AbortSignal.any([timeout, cut]),
    });
    return {
      ...empty,
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: JSON.stringify(Object.fromEntries(response.headers)),
      content: await response.text(),
      timed_out: false,
    };
  } catch {
    return timeout.aborted
      ? { ...empty, timed_out: true, error_msg: `Timeout of ${request.timeout_milliseconds} ms reached` }
      : { ...empty, error_msg: "Couldn't connect to server" };
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
