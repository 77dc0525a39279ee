import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { accessDenied, GraphError, unreadable } from "./errors.ts";
import { parsePrefer, type Preferences } from "./prefer.ts";
import type { Grant, OutlookCalendar, OutlookState } from "./state.ts";

const SCOPE = "Calendars.ReadWrite";

/** What the routes find in `c.var`. */
export interface GraphEnv {
  readonly Variables: {
    readonly request_id: string;
    readonly grant: Grant;
    readonly prefer: Preferences;
  };
}

/** The live grant behind an `Authorization` header. */
export function grantOf(state: OutlookState, authorization: string | null): Grant | null {
  const grant = state.accessTokens.get(/^Bearer (.+)$/i.exec(authorization ?? "")?.[1] ?? "");
  return grant && grant.expires_at >= Date.now() ? grant : null;
}

/** Gives each answer its `request-id`, and says which preferences it follows. */
export const identifyRequest: MiddlewareHandler<GraphEnv> = createMiddleware<GraphEnv>(async (c, next) => {
  c.set("request_id", crypto.randomUUID());
  await next();
  c.res.headers.set("request-id", c.var.request_id);
});

/** Lets live access tokens in. */
export function requireToken(state: OutlookState): MiddlewareHandler<GraphEnv> {
  return createMiddleware<GraphEnv>(async (c, next) => {
    const grant = grantOf(state, c.req.header("authorization") ?? null);
    if (!grant) {
      throw new GraphError(
        401,
        "InvalidAuthenticationToken",
        "Access token has expired or is not yet valid.",
        {
          "www-authenticate": `Bearer realm="", authorization_uri="${
            new URL(c.req.url).origin
          }/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
        },
      );
    }
    c.set("grant", grant);
    await next();
  });
}

/** Lets those through who may use a calendar and have one, and takes the time that a real request takes. */
export function requireMailbox(state: OutlookState): MiddlewareHandler<GraphEnv> {
  return createMiddleware<GraphEnv>(async (c, next) => {
    const { account, scopes } = c.var.grant;
    if (!scopes.includes(SCOPE)) throw accessDenied();
    await new Promise((resolve) => setTimeout(resolve, state.service_ms));
    if (!account.has_mailbox) {
      throw new GraphError(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
      );
    }
    const prefer = parsePrefer(c.req.header("prefer") ?? "");
    c.set("prefer", prefer);
    await next();
    if (prefer.applied.length > 0) c.res.headers.set("preference-applied", prefer.applied.join(", "));
  });
}

/**
 * Keeps clients away from what is in calendars that others share with the account, unless such a scope was granted. The calendars
 * themselves are listed all the same.
 *
 * @throws GraphError 403 ErrorAccessDenied
 */
export function checkContentAccess(
  { account, scopes }: Grant,
  { owner }: OutlookCalendar,
  does: "read" | "write",
): void {
  if (owner.address === account.email || scopes.includes("Calendars.ReadWrite.Shared")) return;
  if (does === "write" || !scopes.includes("Calendars.Read.Shared")) throw accessDenied();
}

/**
 * The JSON of a request.
 *
 * @throws GraphError 400
 */
export async function jsonOf(request: Request): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new GraphError(400, "BadRequest", "The request has to say Content-Type: application/json.");
  }
  try {
    return await request.json();
  } catch {
    throw unreadable("Unable to read JSON request payload.");
  }
}
