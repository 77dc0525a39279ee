import type { CallBudget } from "../call-budget.ts";
import { countError, observed } from "../observe.ts";
import { isAboutTheRequest } from "../outcome.ts";
import { type GoogleAnswer, lacksBatch, readAnswer } from "./answers.ts";
import {
  BATCH_TIMEOUT_MS,
  callGoogle,
  type GoogleAccess,
  type GoogleCall,
  headersOf,
  pathOf,
  send,
} from "./http.ts";
import { NAME } from "./name.ts";

/** Google allows 1,000; production users stay at 50, where one lost answer leaves little to look up. */
export const BATCH_CALLS_MAX = 50;
const BATCH_PATH = "/batch/calendar/v3";
const LOST: GoogleAnswer = { kind: "unknown", reason: "missing_in_batch", after_s: null };

/** API addresses that turned out to have no batch endpoint. */
const without_batch = new Set<string>();

/** Whether calls to this address can be sent together, as far as is known. */
export function hasBatch(api_url: string): boolean {
  return !without_batch.has(api_url);
}

/**
 * Makes calls that do not depend on each other in one request, at most {@link BATCH_CALLS_MAX}.
 *
 * The order in which Google carries them out is not defined. A part may clash with another one (409 `conflict`, which
 * is not `duplicate`) and is then repeated alone.
 *
 * @param access its budget is charged for repetitions only
 * @returns one answer a call, in order; a part that is missing may have been carried out; none where `signal` cut them
 * @source Google Calendar API guide, "Send batch requests"
 */
export async function sendBatch(
  access: GoogleAccess & { readonly budget: CallBudget },
  calls: readonly GoogleCall[],
  signal?: AbortSignal,
): Promise<readonly GoogleAnswer[]> {
  const [only, second] = calls;
  if ((only !== undefined && second === undefined) || !hasBatch(access.api_url)) {
    return await oneByOne(access, calls, signal);
  }
  const boundary = `batch_${crypto.randomUUID()}`;
  const request = () =>
    send(access, {
      method: "POST",
      path: BATCH_PATH,
      headers: { "content-type": `multipart/mixed; boundary=${boundary}` },
      body: encodeParts(calls, boundary),
      timeout_ms: BATCH_TIMEOUT_MS,
      ...(signal && { signal }),
    });
  const response = await observed(NAME, "batch", request, answerOf, signal);
  if ("lost" in response) return signal?.aborted ? [] : calls.map(() => response.lost);
  if (lacksBatch(response.status)) {
    without_batch.add(access.api_url);
    return await oneByOne(access, calls, signal);
  }
  const whole = answerOf(response);
  if (whole.kind !== "ok") {
    // Google found fault with the request as a whole and carried out nothing: which call it was, only single ones tell.
    return isAboutTheRequest(whole) ? await oneByOne(access, calls, signal) : calls.map(() => whole);
  }
  const parts = decodeParts(response.text, response.headers);
  const answers: GoogleAnswer[] = [];
  for (const [index, call] of calls.entries()) {
    const answer = parts.get(index) ?? LOST;
    countError(NAME, answer);
    const is_clash = answer.kind === "conflict" && answer.reason === "conflict";
    if (is_clash && access.budget.left > 0 && !signal?.aborted) {
      access.budget.spend(1);
      answers.push(await callGoogle(access, call, signal));
    } else {
      answers.push(answer);
    }
  }
  return answers;
}

/** Of a batch as a whole: `ok` where its parts are there to be read. */
function answerOf(response: Awaited<ReturnType<typeof send>>): GoogleAnswer {
  if ("lost" in response) return response.lost;
  if (isMultipart(response.headers)) return { kind: "ok", body: null };
  const whole = readAnswer(response.status, response.headers, response.text);
  return whole.kind === "ok" ? LOST : whole;
}

async function oneByOne(
  access: GoogleAccess,
  calls: readonly GoogleCall[],
  signal?: AbortSignal,
): Promise<readonly GoogleAnswer[]> {
  const answers: GoogleAnswer[] = [];
  for (const call of calls) {
    const answer = await callGoogle(access, call, signal);
    if (signal?.aborted && answer.kind === "unknown" && answer.reason === "network") break;
    answers.push(answer);
  }
  return answers;
}

function isMultipart(headers: Headers): boolean {
  return /^multipart\/mixed\b/i.test(headers.get("content-type") ?? "");
}

function encodeParts(calls: readonly GoogleCall[], boundary: string): string {
  const parts = calls.map((call, index) => {
    const body = call.body === undefined ? "" : JSON.stringify(call.body);
    return [
      `--${boundary}`,
      "Content-Type: application/http",
      `Content-ID: <item-${index}>`,
      "",
      `${call.method} ${pathOf(call)} HTTP/1.1`,
      ...Object.entries(headersOf(call)).map(([name, value]) => `${name}: ${value}`),
      ...(body === "" ? [] : ["Content-Type: application/json"]),
      "",
      body,
    ].join("\r\n");
  });
  return `${parts.join("\r\n")}\r\n--${boundary}--\r\n`;
}

/** @returns answers by the index of their call; a part that cannot be read is left out */
function decodeParts(text: string, headers: Headers): ReadonlyMap<number, GoogleAnswer> {
  const boundary = /boundary="?([^";]+)"?/i.exec(headers.get("content-type") ?? "")?.[1];
  const answers = new Map<number, GoogleAnswer>();
  if (boundary === undefined) return answers;
  for (const part of text.split(`--${boundary}`)) {
    const [part_head = "", ...inner] = part.split(/\r?\n\r?\n/);
    const index = /^content-id:\s*<?response-item-(\d+)>?\s*$/im.exec(part_head)?.[1];
    const [head = "", ...body] = inner;
    const status = /^HTTP\/\d(?:\.\d)? (\d{3})/m.exec(head)?.[1];
    if (index === undefined || status === undefined) continue;
    answers.set(Number(index), readAnswer(Number(status), parseHeaders(head), body.join("\n\n").trim()));
  }
  return answers;
}

function parseHeaders(head: string): Headers {
  const headers = new Headers();
  for (const line of head.split(/\r?\n/).slice(1)) {
    const [name = "", value] = line.split(/:\s*(.*)/s);
    if (value !== undefined && /^[\w-]+$/.test(name)) headers.append(name, value);
  }
  return headers;
}
