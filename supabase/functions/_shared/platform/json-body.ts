import { createMiddleware } from "hono/factory";
import { unreadableBody } from "./body-limit.ts";
import { ApiError } from "./errors.ts";

/**
 * Whatever its content-type says, a body is JSON, so that one sent as text/plain is never silently ignored. An empty one
 * counts as an empty object; 400 `invalid_request` for what is no JSON.
 */
export const readAsJson = createMiddleware(async (c, next) => {
  const { method, url, headers: given } = c.req.raw;
  if (method === "POST" || method === "PATCH") {
    const text = await c.req.raw.text().catch(() => {
      throw unreadableBody();
    });
    const headers = new Headers(given);
    headers.set("content-type", "application/json");
    headers.delete("content-length");
    c.req.raw = new Request(url, { method, headers, body: text === "" ? "{}" : checkedJson(text) });
  }
  await next();
});

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
