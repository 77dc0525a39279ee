import { Hono } from "hono";
import { cors } from "hono/cors";
import { z } from "zod";
import {
  beginConnection,
  configuredProvider,
  confirmConnection,
  failedConnection,
  finishConsent,
} from "../_shared/oauth/connect.ts";
import { callbackUri } from "../_shared/oauth/callback-uri.ts";
import { Explanation } from "../_shared/domain/explanation.ts";
import { readEnv } from "../_shared/platform/env.ts";
import { ApiError, onError, onNotFound, parseRequest } from "../_shared/platform/errors.ts";
import { log } from "../_shared/platform/log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { requireUser, type UserVariables } from "../_shared/platform/user-auth.ts";
import { warnOfExpiringSecret } from "../_shared/platform/secret-expiry.ts";
import { createProviders } from "../_shared/providers/registry.ts";
import { chooseCalendar, chooseOwnCalendar, listCalendars } from "./calendars.ts";
import {
  AdminConsentQuery,
  AuthorizeQuery,
  ConfirmBody,
  DisconnectQuery,
  ExplainQuery,
  IntegrationBody,
  IntegrationQuery,
  PatchBody,
  SyncBody,
} from "./requests.ts";

const env = readEnv();
const rpc = createServiceRpc();
const providers = createProviders(env);
const context = { env, rpc, providers };
warnOfExpiringSecret(env);

const app = new Hono<UserVariables>({ strict: false }).basePath("/calendar");
app.onError(onError);
app.notFound(onNotFound);

app.use(cors({
  origin: [...new Set(env.redirect_urls.map((url) => new URL(url).origin))],
  allowMethods: ["GET", "POST", "PATCH", "DELETE"],
  allowHeaders: ["authorization", "apikey", "content-type", "x-client-info"],
  exposeHeaders: ["link"],
  maxAge: 3600,
}));

/** Public, and proves itself by its state. Neither the code nor the ticket may be kept or passed on. */
app.get("/callback", async (c) => {
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "no-referrer");
  const next = await finishConsent(context, new URL(c.req.url).searchParams).catch((error: unknown) => {
    log.error("callback_failed", { error });
    return failedConnection(env);
  });
  return c.redirect(next, 303);
});

app.use(requireUser);

app.get("/authorize", async (c) => {
  const query = parseRequest(AuthorizeQuery, c.req.query());
  if (!env.redirect_urls.includes(query.redirect_to)) {
    throw new ApiError(
      400,
      "invalid_request",
      "redirect_to: must be one of CALENDAR_REDIRECT_URLS, exactly.",
    );
  }
  return c.json({ url: await beginConnection(context, { user_id: c.var.user_id, ...query }) });
});

/** For the administrator of an organisation that lets nobody connect by themselves. */
app.get("/admin_consent", (c) => {
  const { provider } = parseRequest(AdminConsentQuery, c.req.query());
  const url = configuredProvider(providers, provider).adminConsentUrl(callbackUri(env), null);
  if (url === null) {
    throw new ApiError(400, "invalid_request", "provider: has no consent for a whole organisation.");
  }
  return c.json({ url });
});

app.post("/confirm", async (c) => {
  const { connection } = parseRequest(ConfirmBody, await jsonBody(c.req.raw));
  return c.json(await confirmConnection(context, c.var.user_id, connection));
});

app.get("/status", async (c) => {
  const integrations = await c.var.userRpc("calendar_status", {}, z.array(z.unknown()));
  return c.json({ integrations });
});

app.patch("/status", async (c) => {
  const change = parseRequest(PatchBody, await jsonBody(c.req.raw));
  const { integration_id, calendar_id, sync_enabled, settings } = change;
  if (calendar_id !== undefined) await chooseCalendar(context, c.var.user_id, integration_id, calendar_id);
  const integration = await c.var.userRpc("calendar_update_integration", {
    p_integration_id: integration_id,
    p_sync_enabled: sync_enabled ?? null,
    p_settings: settings ?? null,
  }, z.unknown());
  if (integration === null) throw notYours();
  return c.json(integration);
});

app.get("/calendars", async (c) => {
  const { integration_id } = parseRequest(IntegrationQuery, c.req.query());
  return c.json({ calendars: await listCalendars(context, c.var.user_id, integration_id) });
});

app.post("/calendars", async (c) => {
  const { integration_id } = parseRequest(IntegrationBody, await jsonBody(c.req.raw));
  return c.json(await chooseOwnCalendar(context, c.var.user_id, integration_id));
});

app.post("/sync", async (c) => {
  const { integration_id } = parseRequest(SyncBody, await jsonBody(c.req.raw));
  const queued = await c.var.userRpc("calendar_sync_now", {
    p_integration_id: integration_id ?? null,
  }, z.number().nullable());
  if (queued === null) throw notYours();
  return c.json({ queued }, 202);
});

/** Its user agrees to the deletions for which a calendar was stopped. */
app.post("/resume", async (c) => {
  const { integration_id } = parseRequest(IntegrationBody, await jsonBody(c.req.raw));
  const integration = await c.var.userRpc(
    "calendar_resume",
    { p_integration_id: integration_id },
    z.unknown(),
  );
  if (integration === null) throw notYours();
  return c.json(integration);
});

app.get("/explain", async (c) => {
  const { obligation_id } = parseRequest(ExplainQuery, c.req.query());
  const explanation = await c.var.userRpc(
    "calendar_explain",
    { p_obligation_id: obligation_id },
    Explanation,
  );
  if (explanation === null) throw new ApiError(404, "not_found", "You have no such obligation.");
  return c.json(explanation);
});

const Account = { provider: z.enum(["google", "outlook"]), account_id: z.string().nullable() };
const Disconnected = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("reconnect_needed") }),
  z.object({ kind: z.literal("draining"), ...Account }),
  z.object({ kind: z.literal("removed"), ...Account, refresh_token: z.string().nullable() }),
]).nullable();

app.delete("/", async (c) => {
  const { integration_id, events } = parseRequest(DisconnectQuery, c.req.query());
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
      // Not every provider lets an application end a grant: where its user can, if it is to go there too.
      const provider = providers[outcome.provider];
      if (provider) c.header("link", `<${provider.grantPageOf(outcome.account_id ?? "")}>; rel="help"`);
      if (outcome.kind === "draining") return c.body(null, 202);
      if (outcome.refresh_token !== null) await provider?.revokeToken(outcome.refresh_token);
      return c.body(null, 204);
    }
  }
});

for (
  const path of [
    "/authorize",
    "/admin_consent",
    "/callback",
    "/confirm",
    "/status",
    "/calendars",
    "/sync",
    "/resume",
    "/explain",
    "/",
  ]
) {
  app.all(
    path,
    (c) => c.json({ code: "invalid_request", message: `${c.req.method} is not possible here.` }, 405),
  );
}

/** An empty body counts as an empty object. */
async function jsonBody(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new ApiError(400, "invalid_request", "The body is not JSON.");
  }
}

function notYours(): ApiError {
  return new ApiError(404, "not_found", "You have no such integration.");
}

Deno.serve(app.fetch);
