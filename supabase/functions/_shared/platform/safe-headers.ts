import { createMiddleware } from "hono/factory";

/**
 * What browsers and proxies are told of every answer: it is of the type that it says it is, whatever it looks like, and,
 * unless the route says otherwise, nobody keeps it, since it is about one person and may hold an address that is a secret.
 */
export const safeHeaders = createMiddleware(async (c, next) => {
  await next();
  c.res.headers.set("x-content-type-options", "nosniff");
  if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
});
