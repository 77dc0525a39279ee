import { z } from "@hono/zod-openapi";
import { connectWithPassword } from "../../_shared/connections/connect-password.ts";
import { withEffectiveEdits } from "../../_shared/domain/calendar-edits.ts";
import { callbackUri } from "../../_shared/oauth/callback-uri.ts";
import { confirmConnection } from "../../_shared/oauth/confirm.ts";
import {
  beginConnection,
  type ConnectContext,
  failedConnection,
  finishConsent,
} from "../../_shared/oauth/connect.ts";
import { ApiError } from "../../_shared/platform/errors.ts";
import { log } from "../../_shared/platform/log.ts";
import { isOAuth } from "../../_shared/providers/provider.ts";
import { consentProvider, ProviderName } from "../../_shared/providers/registry.ts";
import { Integration } from "../answers/integrations.ts";
import { type CalendarApp, notYours } from "../app.ts";
import { endPush } from "../end-push.ts";
import { endTestEvent } from "../end-test-event.ts";
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
      providers: [...providers.values()].map(({ name, label, connector }) => ({
        provider: ProviderName.parse(name),
        name: label,
        credential: connector.kind,
        presets: connector.kind === "password" ? [...connector.presets] : [],
      })),
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
    const { provider, redirect_to } = query;
    const { url, access } = await beginConnection(context, {
      user_id: c.var.user_id,
      provider,
      redirect_to,
      access: query.access ?? null,
    });
    log.info("consent_begun", { provider, success: true, access });
    return c.json({ url }, 200);
  });

  app.openapi(routes.adminConsent, (c) => {
    const { provider } = c.req.valid("query");
    const url = consentProvider(providers, provider).connector.adminConsentUrl(callbackUri(env), null);
    if (url === null) {
      throw new ApiError(400, "invalid_request", "provider: has no consent for a whole organisation.");
    }
    return c.json({ url }, 200);
  });

  app.openapi(routes.confirm, async (c) => {
    const { connection, accept_less_access } = c.req.valid("json");
    const options = { accept_less_access };
    const integration = await confirmConnection(context, c.var.user_id, connection, options, Integration);
    const { id: integration_id, provider, access } = integration;
    log.info("connected", { provider, success: true, integration_id, access });
    return c.json(withEffectiveEdits(integration, env.accept_edits), 200);
  });

  app.openapi(routes.connect, async (c) => {
    const { access = null, calendar_id = null, ...typed } = c.req.valid("json");
    const account = { ...typed, access, calendar_id };
    const { integration, is_new } = await connectWithPassword(context, c.var.user_id, account, Integration);
    const { id: integration_id, provider } = integration;
    log.info("connected", { provider, success: true, integration_id, access: integration.access });
    return c.json(withEffectiveEdits(integration, env.accept_edits), is_new ? 201 : 200);
  });

  app.openapi(routes.disconnect, async (c) => {
    const { integration_id, events } = c.req.valid("query");
    await Promise.all([
      endPush(context, c.var.user_id, integration_id),
      endTestEvent(context, c.var.user_id, integration_id),
    ]);
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
        const provider = providers.get(outcome.provider);
        const consent = provider && isOAuth(provider) ? provider.connector : null;
        // Before it is confirmed the account may be somebody else's, and the page tells what kind of account it is.
        if (consent && outcome.account_id !== null) {
          c.header("link", `<${consent.grantPageOf(outcome.account_id)}>; rel="help"`);
        }
        if (outcome.kind === "draining") return c.body(null, 202);
        if (outcome.refresh_token !== null) await consent?.revokeToken(outcome.refresh_token);
        return c.body(null, 204);
      }
    }
  });
}

const Account = { provider: z.string(), account_id: z.string().nullable() };
const Disconnected = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("reconnect_needed") }),
  z.object({ kind: z.literal("draining"), ...Account }),
  z.object({ kind: z.literal("removed"), ...Account, refresh_token: z.string().nullable() }),
]).nullable();
