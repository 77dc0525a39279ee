/** A row of `net.http_request_queue`. */
export interface QueuedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string> | null;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly timeout_milliseconds: number;
}

/** The version that the stand-in is one of. */
const USER_AGENT = "pg_net/0.20.4";

/**
 * Sends a request, as libcurl does for pg_net.
 *
 * @param cut aborted when the worker dies
 * @returns a row of `net._http_response`
 */
export async function sendRequest(request: QueuedRequest, cut: AbortSignal) {
  const { id, url, method, body, timeout_milliseconds } = request;
  const empty = {
    id,
    status_code: null,
    content_type: null,
    headers: null,
    content: null,
    timed_out: false,
    error_msg: null,
  };
  const started_at = performance.now();
  const timeout = AbortSignal.timeout(timeout_milliseconds);
  try {
    const response = await fetch(url, {
      method,
      headers: request.headers === null ? {} : { ...request.headers, "user-agent": USER_AGENT },
      ...(body === null ? {} : { body: new Uint8Array(body) }),
      signal: AbortSignal.any([timeout, cut]),
    });
    const content = await response.text();
    return {
      ...empty,
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: JSON.stringify(Object.fromEntries(response.headers)),
      // An empty body counts as no body (src/core.c, insert_response).
      content: content === "" ? null : content,
    };
  } catch (error: unknown) {
    return timeout.aborted
      ? {
        ...empty,
        timed_out: true,
        error_msg: timeoutText(timeout_milliseconds, performance.now() - started_at),
      }
      : { ...empty, error_msg: errorText(error) };
  }
}

/** `curl_easy_strerror`'s words, as far as fetch tells failures apart. */
function errorText(error: unknown): string {
  const words = wordsOf(error);
  if (/dns error/i.test(words)) return "Could not resolve hostname";
  if (/certificate/i.test(words)) return "SSL peer certificate or SSH remote key was not OK";
  // Deno does not call the ports that browsers do not call either; where a service listens on one, libcurl does.
  if (/\(Connect\)|tcp connect|ports? \d+ (?:is|are) blocked/i.test(words)) {
    return "Could not connect to server";
  }
  return "Server returned nothing (no headers, no data)";
}

/** With those of its causes, which name the reason. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${wordsOf(error.cause)}` : String(error ?? "");
}

/** src/errors.c, `detailed_timeout_strerror`; where the time went is not known here. */
function timeoutText(timeout_ms: number, total_ms: number): string {
  const total = total_ms.toFixed(6);
  return `Timeout of ${timeout_ms} ms reached. Total time: ${total} ms ` +
    `(DNS time: 0.000000 ms, TCP/SSL handshake time: 0.000000 ms, HTTP Request/Response time: ${total} ms)`;
}
