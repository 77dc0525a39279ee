import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { GoogleError, notFound, scopeMissing } from "./errors.ts";
import type { CalendarEntry, EmulatorState, Grant } from "./state.ts";

const SCOPE = "https://www.googleapis.com/auth/";
const MINUTE_MS = 60_000;

export interface ApiVariables {
  readonly Variables: { readonly grant: Grant };
}

/** Lets live access tokens in, and counts them against the per-user quota. */
export function requireToken(state: EmulatorState) {
  const calls = new Map<string, number[]>();
  return createMiddleware<ApiVariables>(async (c, next) => {
    const token = c.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
    const grant = state.accessTokens.get(token);
    if (!grant || grant.expires_at < Date.now()) {
      throw new GoogleError(401, "authError", "Invalid Credentials", {
        "www-authenticate": 'Bearer error="invalid_token"',
      });
    }
    const recent = (calls.get(grant.account.sub) ?? []).filter((at) => at > Date.now() - MINUTE_MS);
    if (state.quota_per_minute !== null && recent.length >= state.quota_per_minute) {
      throw new GoogleError(403, "rateLimitExceeded", "Rate Limit Exceeded");
    }
    calls.set(grant.account.sub, [...recent, Date.now()]);
    c.set("grant", grant);
    await next();
  });
}

/** @throws GoogleError 403 unless one of the scopes was granted */
export function requireScope(grant: Grant, anyOf: readonly string[]): void {
  if (!anyOf.some((scope) => grant.scopes.includes(SCOPE + scope))) throw scopeMissing();
}

/**
 * The calendar of the path, as far as the grant reaches: `calendar.app.created` alone sees what its client made.
 *
 * @throws GoogleError 404 where it does not exist or is out of reach, 403 where the role does not suffice
 */
export function calendarOf(c: Context<ApiVariables>, role: "reader" | "writer" | "owner"): CalendarEntry {
  const { account, scopes, client_id } = c.var.grant;
  const id = c.req.param("calendarId") ?? "";
  const calendar = account.calendars.get(id === "primary" ? account.email : id);
  if (!calendar) throw notFound();
  const isOnlyAppCreated = !scopes.some((scope) =>
    /\/auth\/calendar(\.events|\.calendars|\.readonly)?(\.owned|\.readonly)?$/.test(scope)
  );
  if (isOnlyAppCreated && calendar.createdBy !== client_id) throw notFound();
  const roles = ["reader", "writer", "owner"];
  if (roles.indexOf(calendar.accessRole) < roles.indexOf(role)) {
    throw new GoogleError(403, "requiredAccessLevel", "You need to have writer access to this calendar.");
  }
  return calendar;
}
