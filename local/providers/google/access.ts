import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { SlidingWindow } from "../sliding-window.ts";
import { GoogleError, notFound, scopeMissing } from "./errors.ts";
import type { CalendarEntry, EmulatorState, Grant } from "./state.ts";

const SCOPE = "https://www.googleapis.com/auth/";
const APP_CREATED = `${SCOPE}calendar.app.created`;
const MINUTE_MS = 60_000;

/** What the routes find in `c.var` and `c.env`. */
export interface ApiEnv {
  readonly Variables: { readonly grant: Grant };
  /** Set by a batch: another part of it writes to the same event. */
  readonly Bindings: { readonly conflict?: boolean };
}

/** Lets live access tokens in, and counts them against the quotas of their user and of the project. */
export function requireToken(state: EmulatorState): MiddlewareHandler<ApiEnv> {
  const users = new SlidingWindow(MINUTE_MS);
  const project = new SlidingWindow(MINUTE_MS);
  return createMiddleware<ApiEnv>(async (c, next) => {
    const token = c.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
    const grant = state.accessTokens.get(token);
    if (!grant || grant.expires_at < Date.now()) {
      throw new GoogleError(401, "authError", "Invalid Credentials", {
        "www-authenticate": 'Bearer error="invalid_token"',
      });
    }
    const { sub } = grant.account;
    const exceeded = users.waitMs(sub, state.quota_per_minute) > 0
      ? "user_quota"
      : project.waitMs("project", state.project_quota_per_minute) > 0
      ? "project_quota"
      : null;
    if (exceeded !== null) {
      state.logViolation(exceeded, new URL(c.req.url).pathname);
      throw new GoogleError(403, "rateLimitExceeded", "Rate Limit Exceeded");
    }
    users.count(sub);
    project.count("project");
    if (c.env.conflict) throw new GoogleError(409, "conflict", "Conflict");
    c.set("grant", grant);
    await next();
  });
}

/** @throws GoogleError 403 unless one of the scopes was granted */
export function requireScope(grant: Grant, anyOf: readonly string[]): void {
  if (!anyOf.some((scope) => grant.scopes.includes(SCOPE + scope))) throw scopeMissing();
}

/**
 * The calendar of the path, as far as the grant reaches: `calendar.app.created` sees what its client made, and of a call that
 * another granted scope covers as well, every calendar.
 *
 * @param anyOf the scopes that cover the call
 * @throws GoogleError 404 where it does not exist or is out of reach, 403 where no scope or not the role suffices
 */
export function calendarOf(
  c: Context<ApiEnv>,
  role: "reader" | "writer" | "owner",
  anyOf: readonly string[],
): CalendarEntry {
  const { grant } = c.var;
  requireScope(grant, anyOf);
  const id = c.req.param("calendarId") ?? "";
  const calendar = grant.account.calendars.get(id === "primary" ? grant.account.email : id);
  if (!calendar) throw notFound();
  const reachesAll = grant.scopes.some((scope) =>
    anyOf.includes(scope.replace(SCOPE, "")) && scope !== APP_CREATED
  );
  if (!reachesAll && calendar.createdBy !== grant.client_id) throw notFound();
  const roles = ["reader", "writer", "owner"];
  if (roles.indexOf(calendar.accessRole) < roles.indexOf(role)) {
    throw new GoogleError(403, "requiredAccessLevel", "You need to have writer access to this calendar.");
  }
  return calendar;
}
