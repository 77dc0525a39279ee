import { z } from "@hono/zod-openapi";
import { callbackUri } from "../../_shared/oauth/callback-uri.ts";
import {
  beginConnection,
  configuredProvider,
  confirmConnection,
  type ConnectContext,
  failedConnection,
  finishConsent,
} from "../../_shared/oauth/connect.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import { log } from "../../_shared/platform/log.ts";
import type { Rpc } from "../../_shared/platform/rpc.ts";
import { Integration } from "../answers.ts";
import { type CalendarApp, notYours } from "../app.ts";
import * as routes from "../routes/connecting.ts";

/** Public, and proves itself by its state. Neither the code nor the ticket may be kept or passed on. */
export function addCallback(app: CalendarApp, context: ConnectContext): void {
  // Not `app.openapi`: a query that nobody expects is read as well, and ends in a redirect.
  app.get(routes.callback.path, async (c) => {
    c.header("cache-control", "no-store");
    c.header("referrer-policy", "no-referrer");
    const next = await finishConsent(context, new URL(c.req.url).searchParams).catch((error: unknown) => {
      log.error("callback_failed", { error });
      return failedConnection(context.env);
    });
    const error_code = new URL(next).searchParams.get("calendar_error") ?? undefined;
    log.info("consent_ended", { success: error_code === undefined, error_code });
    return c.redirect(next, 303);
  });
}

/** Accounts come and go. */
export function addConnecting(app: CalendarApp, context: ConnectContext): void {
  const { env, providers, rpc } = context;

  app.openapi(routes.providers, (c) =>
    c.json({
      providers: [
        { name: "google" as const, configured: providers.google !== null },
        { name: "outlook" as const, configured: providers.outlook !== null },
      ],
    }, 200));

  app.openapi(routes.authorize, async (c) => {
    const query = c.req.valid("query");
    if (!env.redirect_urls.includes(query.redirect_to)) {
      throw new ApiError(
        400,
        "invalid_request",
        "redirect_to: must be one of CALENDAR_REDIRECT_URLS, exactly.",
      );
    }
    const url = await beginConnection(context, { user_id: c.var.user_id, ...query });
    log.info("consent_begun", { provider: query.provider, success: true, access: query.access });
    return c.json({ url }, 200);
  });

  app.openapi(routes.adminConsent, (c) => {
    const { provider } = c.req.valid("query");
    const url = configuredProvider(providers, provider).adminConsentUrl(callbackUri(env), null);
    if (url === null) {
      throw new ApiError(400, "invalid_request", "provider: has no consent for a whole organisation.");
    }
    return c.json({ url }, 200);
  });

  app.openapi(routes.confirm, async (c) => {
    const { connection } = c.req.valid("json");
    const integration = await confirmConnection(context, c.var.user_id, connection, Integration);
    const { id: integration_id, provider, access } = integration;
    log.info("connected", { provider, success: true, integration_id, access });
    return c.json(integration, 200);
  });

  app.openapi(routes.disconnect, async (c) => {
    const { integration_id, events } = c.req.valid("query");
    const isConfirmed = await wasConfirmed(c.var.userRpc, integration_id);
    const outcome = await rpc("calendar_begin_disconnect", {
      p_user_id: c.var.user_id,
      p_integration_id: integration_id,
      p_events: events,
    }, Disconnected);
    switch (outcome?.kind) {
      case undefined:
        throw notYours();
      case "reconnect_needed":
        throw new ApiError(
          409,
          "reconnect_needed",
          "To remove the events, connect the account again first; or keep them.",
        );
      case "draining":
      case "removed": {
        const fields = { provider: outcome.provider, success: true, integration_id, events };
        if (outcome.kind === "draining") log.info("disconnecting", fields);
        else log.info("disconnected", fields);
        // Not every provider lets an application end a grant: where its user can, if it is to go there too.
        const provider = providers[outcome.provider];
        if (provider && isConfirmed) {
          c.header("link", `<${provider.grantPageOf(outcome.account_id ?? "")}>; rel="help"`);
        }
        if (outcome.kind === "draining") return c.body(null, 202);
        if (outcome.refresh_token !== null) await provider?.revokeToken(outcome.refresh_token);
        return c.body(null, 204);
      }
    }
  });
}

const Statuses = z.array(z.object({ id: z.string(), status: z.string() }));

/**
 * Whether a user has confirmed a connection. Until then its account may be somebody else's, and where a grant is ended
 * tells what kind of account it is. What is confirmed stays so: asking first leaves no gap.
 */
async function wasConfirmed(userRpc: Rpc, integration_id: string): Promise<boolean> {
  const integrations = await userRpc("calendar_status", {}, Statuses);
  const found = integrations.find(({ id }) => id === integration_id);
  return found !== undefined && found.status !== "pending_confirmation";
}

const Account = { provider: z.enum(["google", "outlook"]), account_id: z.string().nullable() };
const Disconnected = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("reconnect_needed") }),
  z.object({ kind: z.literal("draining"), ...Account }),
  z.object({ kind: z.literal("removed"), ...Account, refresh_token: z.string().nullable() }),
]).nullable();
