import { createMiddleware } from "hono/factory";
import { ApiError } from "./errors.ts";

/**
 * Whatever its content-type says, a body is JSON, so that one sent as text/plain is never silently ignored. An empty one
 * counts as an empty object; 400 `invalid_request` for what is no JSON.
 */
export const readAsJson = createMiddleware(async (c, next) => {
  const { method, url, headers: given } = c.req.raw;
  if (method === "POST" || method === "PATCH") {
    const text = await c.req.raw.text();
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
    return text;
  } catch {
    throw new ApiError(400, "invalid_request", "The body is not JSON.");
  }
}
