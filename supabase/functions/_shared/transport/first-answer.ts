import { Unreachable } from "./errors.ts";
import type { Outbound } from "./safe-fetch.ts";

/** How long the answers of servers are waited for. */
export interface Patience {
  /** For the first answer of each server, from the first call to it on. */
  readonly first_answer_ms: number;
  /** Aborted when no answer is waited for any more. */
  readonly signal: AbortSignal;
}

/**
 * Gives a slow server its time without letting an address be told from another by time: a server that has not answered yet is
 * `Unreachable` when its time for that is over, be the reason known at once or never. One that has answered fails when it fails.
 */
export function patiently(outbound: Outbound, { first_answer_ms, signal }: Patience): Outbound {
  const unanswered = new Map<string, AbortSignal>();
  const answered = new Set<string>();

  function giveUpAt(origin: string): AbortSignal {
    if (answered.has(origin)) return signal;
    const due = unanswered.get(origin) ?? abortedAfter(first_answer_ms, signal);
    unanswered.set(origin, due);
    return due;
  }

  return async (request, limits = {}) => {
    const { origin } = request.url;
    const give_up = giveUpAt(origin);
    const ended = limits.signal === undefined ? give_up : AbortSignal.any([give_up, limits.signal]);
    try {
      const response = await outbound(request, { ...limits, signal: ended });
      answered.add(origin);
      return response;
    } catch (error) {
      if (error instanceof Unreachable && !answered.has(origin)) await aborted(give_up);
      throw error;
    }
  };
}

/** A signal that is aborted after a time, or with another one. */
function abortedAfter(ms: number, earlier: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  aborted(earlier).then(() => {
    clearTimeout(timer);
    controller.abort();
  });
  return controller.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
