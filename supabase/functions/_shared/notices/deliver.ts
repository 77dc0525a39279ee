import { z } from "zod";
import { log } from "../platform/log.ts";
import { metrics } from "../platform/metrics.ts";
import type { Rpc } from "../platform/rpc.ts";
import { Delivery, type Senders, type SendOutcome } from "./delivery.ts";

/** A worker that died leaves its deliveries for so long; the tick calls the next one at most 10 s later. */
const LEASE_SECONDS = 20;
/** So that the outcome is recorded while the lease lasts. */
const ATTEMPT_MS_MAX = 15_000;
const PAUSE_MS = 500;
const FAILURES_MAX = 3;

/** What sending needs from the worker that does it. */
export interface DeliveringContext {
  readonly rpc: Rpc;
  readonly worker_id: string;
  readonly senders: Senders;
  /** Deliveries that are sent side by side. */
  readonly at_once: number;
  /** How much may still be taken on. */
  readonly budget: { hasRoom(): boolean; spendOnDeliveries(count: number): void };
}

/** Sends what is due, beside the lanes of the same worker. */
export interface Deliveries {
  /** Some are due, or may be. */
  begin(): void;
  /** Ends when none is left that may be sent now; null while nothing is being sent. */
  running(): Promise<void> | null;
  /** Attempts so far. */
  attempts(): number;
  /** Ends what is under way: whether it arrived is not known, and it is sent again. */
  abort(): void;
}

interface Result extends SendOutcome {
  readonly id: string;
  readonly took_ms: number;
}

/** Nothing is sent before {@link Deliveries.begin}. */
export function createDeliveries(context: DeliveringContext): Deliveries {
  const { rpc, worker_id, senders, budget, at_once } = context;
  const aborted = new AbortController();
  let running: Promise<void> | null = null;
  let asked = Promise.withResolvers<void>();
  let attempts = 0;

  const claim = async (limit: number): Promise<readonly Delivery[]> => {
    asked = Promise.withResolvers<void>();
    const args = { p_worker: worker_id, p_limit: limit, p_lease_s: LEASE_SECONDS };
    const claimed = await rpc("calendar_claim_deliveries", args, z.array(Delivery));
    budget.spendOnDeliveries(claimed.length);
    return claimed;
  };
  const record = async (results: readonly Result[]): Promise<void> => {
    for (let failures = 0;;) {
      try {
        await rpc("calendar_record_deliveries", { p_worker: worker_id, p_results: results }, z.null());
        return;
      } catch (error: unknown) {
        // What is not recorded is sent again, with the same id.
        if (++failures >= FAILURES_MAX) throw error;
        await pause();
      }
    }
  };
  const work = async (): Promise<void> => {
    const active = new Set<Promise<void>>();
    const results: Result[] = [];
    while (true) {
      const room = budget.hasRoom() && !aborted.signal.aborted ? at_once - active.size : 0;
      for (const delivery of room > 0 ? await claim(room) : []) {
        attempts++;
        const sent: Promise<void> = attempt(delivery, senders, aborted.signal).then((result) => {
          results.push(result);
          active.delete(sent);
        });
        active.add(sent);
      }
      if (active.size === 0 && results.length === 0) return;
      // Also while a slow one is under way others may become due.
      if (results.length === 0) await Promise.race([...active, ...(room > 0 ? [asked.promise] : [])]);
      if (results.length > 0) await record(results.splice(0));
    }
  };
  return {
    begin() {
      asked.resolve();
      running ??= work()
        .catch((error: unknown) => log.warn("deliveries_failed", { error }))
        .finally(() => running = null);
    },
    running: () => running,
    attempts: () => attempts,
    abort: () => aborted.abort(),
  };
}

/** Never rejects. */
async function attempt(delivery: Delivery, senders: Senders, aborted: AbortSignal): Promise<Result> {
  const started_at = performance.now();
  const signal = AbortSignal.any([aborted, AbortSignal.timeout(ATTEMPT_MS_MAX)]);
  let outcome: SendOutcome;
  try {
    const send = senders[delivery.channel];
    outcome = send === undefined
      ? { outcome: "retry", error: "not_configured" }
      : await untilAborted(send(delivery, signal), signal);
  } catch (error: unknown) {
    if (!signal.aborted) log.error("delivery_broken", { delivery_id: delivery.id, error });
    outcome = {
      outcome: "retry",
      error: aborted.aborted ? "aborted" : signal.aborted ? "timeout" : "internal",
    };
  }
  metrics.count("calendar_delivery_attempts", { channel: delivery.channel, outcome: outcome.outcome });
  const took_ms = Math.round(performance.now() - started_at);
  // Of what goes well there may be thousands.
  log[outcome.outcome === "delivered" ? "debug" : "info"]("delivery", {
    delivery_id: delivery.id,
    channel: delivery.channel,
    type: delivery.type,
    endpoint_id: delivery.endpoint_id,
    attempt: delivery.attempts + 1,
    outcome: outcome.outcome,
    status: outcome.status ?? null,
    ...(outcome.error === undefined ? {} : { error_code: outcome.error }),
    duration_ms: took_ms,
    success: outcome.outcome === "delivered",
  });
  return { id: delivery.id, took_ms, ...outcome };
}

/** A sender that does not heed its signal keeps nobody waiting. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
