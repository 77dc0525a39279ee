import { type GoogleAnswer, readAnswer } from "./answers.ts";

/** Google's slowest writes take seconds; what takes longer than this has been lost in practice. */
const CALL_TIMEOUT_MS = 10_000;

export interface GoogleCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/calendar/v3`, its parts already encoded. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Makes a call and never throws: whatever goes wrong is an answer. */
export type CallGoogle = (call: GoogleCall) => Promise<GoogleAnswer>;

/**
 * A function that calls the Calendar API for one account.
 *
 * @param api_url without a trailing slash, such as `https://www.googleapis.com`
 */
export function createGoogleCaller(options: {
  readonly api_url: string;
  readonly access_token: string;
  readonly fetch?: typeof fetch;
}): CallGoogle {
  const send = options.fetch ?? fetch;
  return async ({ method, path, query, body, signal }) => {
    const url = new URL(`${options.api_url}/calendar/v3${path}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
    try {
      const response = await send(url, {
        method,
        headers: {
          authorization: `Bearer ${options.access_token}`,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      return readAnswer(response.status, response.headers, await response.text());
    } catch {
      return { kind: "lost", reason: timeout.aborted ? "timeout" : "network" };
    }
  };
}
