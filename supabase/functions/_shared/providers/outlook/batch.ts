import { z } from "zod";
import { parseJson } from "../answer-table.ts";
import { countError, observed } from "../observe.ts";
import { isAboutTheRequest } from "../outcome.ts";
import { type GraphAnswer, lacksBatch, readAnswer } from "./answers.ts";
import { BATCH_TIMEOUT_MS, callGraph, type GraphAccess, type GraphCall, preferenceOf, send } from "./http.ts";
import { NAME } from "./name.ts";

/** @source https://learn.microsoft.com/graph/json-batching */
export const BATCH_CALLS_MAX = 20;
/**
 * Graph allows four to one mailbox, and one is left for the user's own clients of this application.
 *
 * @source https://learn.microsoft.com/graph/throttling-limits, Outlook service limits
 */
export const CALLS_AT_ONCE = 3;

const UNREADABLE: GraphAnswer = { kind: "unknown", reason: "unreadable", after_s: null };
const MISSING: GraphAnswer = { kind: "unknown", reason: "missing_in_batch", after_s: null };

const BatchBody = z.object({ responses: z.array(z.unknown()) });
const BatchPart = z.object({
  // Compared as text: some servers send numbers back.
  id: z.union([z.string(), z.number()]).transform(String),
  status: z.number().int(),
  headers: z.record(z.string(), z.unknown()).nullish().catch(null),
  body: z.unknown().optional(),
});

/** Graph URLs that turned out to have no batch endpoint. */
const without_batch = new Set<string>();

/** Whether calls to this Graph URL can be sent together, as far as is known. */
export function hasBatch(graph_url: string): boolean {
  return !without_batch.has(graph_url);
}

/**
 * Makes calls that do not depend on each other in one request, at most {@link BATCH_CALLS_MAX}; Graph carries out up
 * to four at a time, in any order. One call alone, and every call where there is no batch endpoint, is made singly.
 *
 * @param signal cuts what is under way
 * @returns one answer a call, in order; fewer where the rest was not made or was cut
 */
export async function sendTogether(
  access: GraphAccess,
  calls: readonly GraphCall[],
  signal?: AbortSignal,
): Promise<readonly GraphAnswer[]> {
  if (calls.length <= 1 || !hasBatch(access.graph_url)) return await sendSingly(access, calls, signal);
  const batch = { method: "POST", path: "/$batch", body: batchOf(calls) } as const;
  const request = () => send(access, batch, signal, BATCH_TIMEOUT_MS);
  const response = await observed(NAME, "batch", request, answerOf, signal);
  if ("lost" in response) return signal?.aborted ? [] : calls.map(() => response.lost);
  if (lacksBatch(response.status)) {
    without_batch.add(access.graph_url);
    return await sendSingly(access, calls, signal);
  }
  const whole = answerOf(response);
  if (whole.kind === "ok") {
    const parts = partsOf(parseJson(response.text), calls.length);
    for (const part of parts) countError(NAME, part);
    return parts;
  }
  // Graph found fault with the request as a whole and carried out nothing: which call it was, only single ones tell.
  return isAboutTheRequest(whole) ? await sendSingly(access, calls, signal) : calls.map(() => whole);
}

/**
 * Makes calls one a request, a few at a time; stops where one is throttled or the token is refused, since Graph goes
 * on counting what it refuses.
 *
 * @param signal as {@link sendTogether} has it
 * @returns as {@link sendTogether} does
 */
export async function sendSingly(
  access: GraphAccess,
  calls: readonly GraphCall[],
  signal?: AbortSignal,
): Promise<readonly GraphAnswer[]> {
  const answers: GraphAnswer[] = [];
  for (let from = 0; from < calls.length && !signal?.aborted; from += CALLS_AT_ONCE) {
    const some = await Promise.all(
      calls.slice(from, from + CALLS_AT_ONCE).map((call) => callGraph(access, call, signal)),
    );
    if (signal?.aborted) {
      const cut = some.findIndex((answer) => answer.kind === "unknown" && answer.reason === "network");
      return [...answers, ...(cut === -1 ? some : some.slice(0, cut))];
    }
    answers.push(...some);
    if (some.some((answer) => answer.kind === "pause" || answer.kind === "token_rejected")) break;
  }
  return answers;
}

/** Of a batch as a whole: `ok` where its parts are there to be read. */
function answerOf(response: Awaited<ReturnType<typeof send>>): GraphAnswer {
  return "lost" in response ? response.lost : readAnswer(response.status, response.headers, response.text);
}

function batchOf(calls: readonly GraphCall[]) {
  return {
    requests: calls.map((call, index) => ({
      id: String(index),
      method: call.method,
      url: call.path,
      headers: {
        Prefer: preferenceOf(call),
        ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: call.body }),
    })),
  };
}

/** A part that is missing or cannot be read may have been carried out. */
function partsOf(body: unknown, count: number): readonly GraphAnswer[] {
  const batch = BatchBody.safeParse(body).data;
  if (batch === undefined) return Array.from({ length: count }, () => UNREADABLE);
  const answers = new Map<string, GraphAnswer>();
  for (const entry of batch.responses) {
    const part = BatchPart.safeParse(entry).data;
    if (part === undefined) continue;
    answers.set(part.id, readAnswer(part.status, headersOf(part.headers ?? {}), part.body));
  }
  return Array.from({ length: count }, (_, index) => answers.get(String(index)) ?? MISSING);
}

/** The two headers that an answer is read by; others may hold what `Headers` refuses. */
function headersOf(given: Readonly<Record<string, unknown>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (!/^(retry-after|www-authenticate)$/i.test(name)) continue;
    const text = String(value);
    if (/^[\x20-\x7e]*$/.test(text)) headers.append(name, text);
  }
  return headers;
}
