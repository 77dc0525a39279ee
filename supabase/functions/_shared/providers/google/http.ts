import { bearer } from "../bearer.ts";
import { reasonOfLoss } from "../bounded-fetch.ts";
import { observed, operationOf } from "../observe.ts";
import { type GoogleAnswer, readAnswer } from "./answers.ts";
import { NAME } from "./name.ts";

/** Google's slowest writes take seconds; what takes longer than this has been lost in practice. */
const CALL_TIMEOUT_MS = 10_000;
/** Of a batch: Google carries out up to fifty calls before it answers. */
export const BATCH_TIMEOUT_MS = 30_000;

export interface GoogleCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/calendar/v3`, its parts already encoded, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** The etag without which nothing is to be changed. */
  readonly if_match?: string;
}

/** How to reach the API for one account. */
export interface GoogleAccess {
  /** `GOOGLE_API_URL`, without a trailing slash. */
  readonly api_url: string;
  readonly access_token: string;
  readonly fetch: typeof fetch;
}

/** Below the host: what a single call and a part of a batch have in common. */
export function pathOf(call: GoogleCall): string {
  return `/calendar/v3${call.path}`;
}

/** What a single call and a part of a batch say beside their content type. */
export function headersOf({ if_match }: GoogleCall): Readonly<Record<string, string>> {
  return { "Accept": "application/json", ...(if_match === undefined ? {} : { "If-Match": if_match }) };
}

/** Adds a query; what is undefined is left out. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]]
  );
  return `${path}?${new URLSearchParams(given)}`;
}

/** Makes one call and never throws: whatever goes wrong is an answer. */
export async function callGoogle(
  access: GoogleAccess,
  call: GoogleCall,
  signal?: AbortSignal,
): Promise<GoogleAnswer> {
  return await observed(
    NAME,
    operationOf(call.method, call.path),
    async () => {
      const response = await send(access, {
        method: call.method,
        path: pathOf(call),
        headers: {
          ...headersOf(call),
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        ...(signal && { signal }),
      });
      return "lost" in response
        ? response.lost
        : readAnswer(response.status, response.headers, response.text);
    },
    (answer) => answer,
    signal,
  );
}

/**
 * @returns `lost` where there was no answer, so that the request may or may not have been carried out
 * @throws Error where there is no token
 */
export async function send(
  { api_url, access_token, fetch }: GoogleAccess,
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: string | null;
    readonly timeout_ms?: number;
    readonly signal?: AbortSignal;
  },
): Promise<
  | { readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly lost: GoogleAnswer }
> {
  const authorization = bearer(access_token);
  const timeout = AbortSignal.timeout(request.timeout_ms ?? CALL_TIMEOUT_MS);
  try {
    const response = await fetch(`${api_url}${request.path}`, {
      method: request.method,
      headers: { ...request.headers, authorization },
      body: request.body,
      redirect: "error",
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error: unknown) {
    return { lost: { kind: "unknown", reason: reasonOfLoss(error, timeout), after_s: null, silent: true } };
  }
}
