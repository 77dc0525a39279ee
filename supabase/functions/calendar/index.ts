import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { webhookPolicy } from "../_shared/notices/webhook-address.ts";
import { invalidRequest, onError, onNotFound } from "../_shared/platform/errors.ts";
import { createMetricsFlusher } from "../_shared/platform/flush-metrics.ts";
import { readAsJson } from "../_shared/platform/json-body.ts";
import { addToSummary } from "../_shared/platform/log-scope.ts";
import { refuseKeyInAddress } from "../_shared/platform/key-auth.ts";
import { metrics } from "../_shared/platform/metrics.ts";
import { logRequests, REQUEST_ID_HEADER } from "../_shared/platform/request-log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { safeHeaders } from "../_shared/platform/safe-headers.ts";
import { startedWith, startFunction } from "../_shared/platform/start-function.ts";
import { requireCaller, type UserVariables } from "../_shared/platform/user-auth.ts";
import { readUserKeys, warnOfMissingKeys } from "../_shared/platform/user-keys.ts";
import { readProviders } from "../_shared/providers/registry.ts";
import { apiDocument, ROUTES } from "./document.ts";
import { addCallback, addConnecting } from "./handlers/connecting.ts";
import { addFeeds } from "./handlers/feeds.ts";
import { addIntegrations } from "./handlers/integrations.ts";
import { addNotices, addUnsubscribe } from "./handlers/notices.ts";
import { addObligations } from "./handlers/obligations.ts";
import { addPreferences } from "./handlers/preferences.ts";
import { addProposals } from "./handlers/proposals.ts";
import { addKeys } from "./handlers/keys.ts";
import { addTestEvents } from "./handlers/test-events.ts";
import { requireScope } from "./require-scope.ts";
import { addWebhooks } from "./handlers/webhooks.ts";
import { sync } from "./routes/integrations.ts";

/** Many times what any call has to say. */
const BODY_BYTES_MAX = 64 * 1024;
const DOCUMENT_PATH = "/openapi.json";

const { env, providers } = startFunction("calendar", readProviders);
const rpc = createServiceRpc();
const context = { env, rpc, providers };
for (const provider of providers.values()) provider.warnOperator?.();
const keys = startedWith(() => readUserKeys((name) => Deno.env.get(name), env.supabase_url));
// Not awaited: Auth may be slow, and most keys are in the environment.
warnOfMissingKeys(keys);

const app = new OpenAPIHono<UserVariables>({
  strict: false,
  defaultHook: (result) => {
    if (!result.success) throw invalidRequest(result.error);
  },
}).basePath("/calendar");
app.onError(onError);
app.notFound(onNotFound);

app.use(safeHeaders);

const flushMetrics = createMetricsFlusher(metrics, rpc);
app.use(async (_c, next) => {
  await next();
  flushMetrics();
});

app.use(cors({
  origin: [...new Set(env.redirect_urls.map((url) => new URL(url).origin))],
  allowMethods: ["GET", "POST", "PATCH", "DELETE"],
  allowHeaders: ["authorization", "apikey", "content-type", "x-client-info", REQUEST_ID_HEADER],
  exposeHeaders: ["content-disposition", "link", "retry-after", REQUEST_ID_HEADER],
  maxAge: 3600,
}));
// After CORS: a browser's question whether it may ask is no request of its user's.
app.use(logRequests());

let document: ReturnType<typeof apiDocument> | undefined;
app.get(DOCUMENT_PATH, etag(), (c) => {
  c.header("cache-control", "public, max-age=3600");
  return c.json(document ??= apiDocument());
});
addCallback(app, context);
addUnsubscribe(app, context);

app.use(refuseKeyInAddress);
app.use(requireCaller({
  keys,
  rpc,
  limit_per_minute: env.rate_limit_per_minute,
  isSync: (c: Context) =>
    c.req.method === "POST" && c.req.path.replace(/\/$/, "") === `/calendar${sync.path}`,
}));
app.use(requireScope);
app.use(readAsJson({ bytes_max: BODY_BYTES_MAX, in_words: "64 KiB" }));

addConnecting(app, context);
addIntegrations(app, context);
addTestEvents(app, context);
addObligations(app, context);
addProposals(app, context);
addNotices(app, context);
addFeeds(app, context);
addPreferences(app);
addKeys(app, context);
addWebhooks(app, { rpc, policy: startedWith(() => webhookPolicy(env)) });

for (const path of new Set([DOCUMENT_PATH, ...ROUTES.map(({ path }) => path)])) {
  app.all(path, (c) => {
    addToSummary({ error_code: "invalid_request" });
    return c.json({ code: "invalid_request", message: `${c.req.method} is not possible here.` }, 405);
  });
}

Deno.serve(app.fetch);
