import { metrics } from "../platform/metrics.ts";
import type { OAuthConnector, RefreshOutcome } from "./connector.ts";
import type { Failure } from "./outcome.ts";

/** What is counted of an answer to one call, or of a part of a batch. */
type Answer = { readonly kind: "ok" } | Failure;

type Operation = "event_read" | "event_write" | "calendar" | "batch" | "token";
type ErrorClass = "auth" | "network" | "rate_limit" | "provider";

/** Reasons of answers that never came. */
const LOST: ReadonlySet<string> = new Set(["network", "timeout"]);

/** What kind of call it is, as far as a provider's response times depend on it. */
export function operationOf(method: string, path: string): Operation {
  if (!/\/events(?:[/?]|$)/.test(path)) return "calendar";
  return method === "GET" ? "event_read" : "event_write";
}

/**
 * Makes a request, and counts how long it took and what came of it.
 *
 * @param request never throws
 * @param answerOf reads what came of it as a whole
 * @param signal when it aborted, the request was cut by us and says nothing of the provider
 */
export async function observed<T>(
  provider: string,
  operation: Operation,
  request: () => Promise<T>,
  answerOf: (result: T) => Answer,
  signal?: AbortSignal,
): Promise<T> {
  const started_at = performance.now();
  const result = await request();
  if (signal?.aborted) return result;
  const seconds = (performance.now() - started_at) / 1000;
  const answer = answerOf(result);
  metrics.observe(
    "calendar_provider_response_seconds",
    { provider, operation, outcome: answer.kind },
    seconds,
  );
  countError(provider, answer);
  return result;
}

/** Counts an answer, or a part of a batch's, if it is an error. */
export function countError(provider: string, answer: Answer): void {
  const error = errorClassOf(answer);
  if (error !== null) metrics.count("calendar_provider_errors", { provider, class: error });
}

/** Counts the calls of a provider's token endpoint, too. */
export function observeTokenCalls(provider: string, connector: OAuthConnector): OAuthConnector {
  const timed = async <O extends { readonly kind: string }>(ask: () => Promise<O>, ok: O["kind"]) => {
    const started_at = performance.now();
    const outcome = await ask();
    metrics.observe("calendar_provider_response_seconds", {
      provider,
      operation: "token",
      outcome: outcome.kind === ok ? "ok" : "refused",
    }, (performance.now() - started_at) / 1000);
    return outcome;
  };
  return {
    ...connector,
    async exchangeToken(flow) {
      const outcome = await timed(() => connector.exchangeToken(flow), "exchanged");
      if (outcome.kind === "exchange_failed") {
        const is_lost = outcome.reason === "no_answer";
        metrics.count("calendar_provider_errors", { provider, class: is_lost ? "network" : "auth" });
      }
      return outcome;
    },
    async refreshToken(refresh_token) {
      const outcome = await timed(() => connector.refreshToken(refresh_token), "refreshed");
      metrics.count("calendar_token_refreshes", { provider, result: outcome.kind });
      const error = refreshErrorOf(outcome);
      if (error !== null) metrics.count("calendar_provider_errors", { provider, class: error });
      return outcome;
    },
  };
}

function refreshErrorOf(outcome: RefreshOutcome): ErrorClass | null {
  switch (outcome.kind) {
    case "refreshed":
      return null;
    case "unavailable":
      return outcome.reason === "no_answer" ? "network" : "provider";
    default:
      return "auth";
  }
}

function errorClassOf(answer: Answer): ErrorClass | null {
  switch (answer.kind) {
    case "token_rejected":
    case "needs_reconnect":
    case "needs_admin":
      return "auth";
    case "pause":
      return answer.code === "configuration" ? "auth" : "rate_limit";
    case "unknown":
      return LOST.has(answer.reason) ? "network" : "provider";
    case "retry":
    case "rejected":
      return "provider";
    // What is there already, or no longer, is an answer like any other.
    default:
      return null;
  }
}
