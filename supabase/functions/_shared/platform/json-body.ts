import { createMiddleware } from "hono/factory";
import { ApiError } from "./errors.ts";

/**
 * Whatever its content-type says, a body is JSON, so that one sent as text/plain is never silently ignored. An empty one
 * counts as an empty object. No more of it is read than it may have: 413 `invalid_request` for a larger one, 400 for one that
 * is no JSON or breaks off.
 *
 * @param options.bytes_max how large it may be
 * @param options.in_words the same, for the message
 */
export function readAsJson(options: { readonly bytes_max: number; readonly in_words: string }) {
  return createMiddleware(async (c, next) => {
    const { method, url, headers: given, body } = c.req.raw;
    if (method === "POST" || method === "PATCH") {
      const text = await textOf(body, options);
      const headers = new Headers(given);
      headers.set("content-type", "application/json");
      headers.delete("content-length");
      c.req.raw = new Request(url, { method, headers, body: text === "" ? "{}" : checkedJson(text) });
    }
    await next();
  });
}

/** Hono's own limit makes a request of a request, which has Deno write a line of its own into the log. */
async function textOf(
  body: ReadableStream<Uint8Array> | null,
  { bytes_max, in_words }: { readonly bytes_max: number; readonly in_words: string },
): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = "";
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > bytes_max) {
        throw new ApiError(413, "invalid_request", `The body is larger than ${in_words}.`);
      }
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error: unknown) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, "invalid_request", "The body could not be read.");
  }
  return text + decoder.decode();
}

function checkedJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    throw new ApiError(400, "invalid_request", "The body is not JSON.");
  }
  if (hasHalfCharacter(text)) {
    throw new ApiError(400, "invalid_request", "The body has half of a character, which is no text.");
  }
  return text;
}

/**
 * Whether JSON spells a surrogate without its other half, which Postgres refuses. Only an escape can: what was read as UTF-8
 * has none.
 */
function hasHalfCharacter(json: string): boolean {
  const [high, low] = ["\\\\u[dD][89abAB][0-9a-fA-F]{2}", "\\\\u[dD][c-fC-F][0-9a-fA-F]{2}"];
  const escapes = json.replace(/\\[^u]/g, "").replace(new RegExp(high + low, "g"), "");
  return new RegExp(`${high}|${low}`).test(escapes);
}
