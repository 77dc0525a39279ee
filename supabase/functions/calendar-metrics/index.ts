import { type Context, Hono } from "hono";
import { onError, onNotFound } from "../_shared/platform/errors.ts";
import { logRequests } from "../_shared/platform/request-log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { safeHeaders } from "../_shared/platform/safe-headers.ts";
import { isOneOfSecrets } from "../_shared/platform/same-secret.ts";
import { startMetrics } from "../_shared/platform/start-function.ts";
import { readProviders } from "../_shared/providers/registry.ts";
import { familiesOf, Figures } from "./families.ts";
import { createHealthCheck } from "./health.ts";
import { OPENMETRICS_TYPE, renderOpenMetrics } from "./openmetrics.ts";

const secret = startMetrics(readProviders);
const rpc = createServiceRpc();
const checkHealth = createHealthCheck(rpc);

const app = new Hono({ strict: false }).basePath("/calendar-metrics");
app.onError(onError);
app.notFound(onNotFound);
app.use(logRequests("debug"));
app.use(safeHeaders);

app.get("/", async (c) => {
  const bearer = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (!await isOneOfSecrets(bearer ?? "", secret.accepted)) {
    c.header("www-authenticate", "Bearer");
    return c.json(
      { code: "unauthorized", message: "Send CALENDAR_METRICS_SECRET as Authorization: Bearer." },
      401,
    );
  }
  const figures = await rpc("calendar_metrics", {}, Figures);
  return c.body(renderOpenMetrics(familiesOf(figures)), 200, { "content-type": OPENMETRICS_TYPE });
});

/** Open, since an uptime monitor has nowhere safe to keep a secret: it says which checks fail, and no more. */
app.get("/healthz", async (c) => {
  const failing = await checkHealth();
  return c.json(
    { status: failing.length === 0 ? "ok" : "failing", failing },
    failing.length === 0 ? 200 : 503,
  );
});

app.all("/", onlyGet);
app.all("/healthz", onlyGet);

function onlyGet(c: Context): Response {
  c.header("allow", "GET, HEAD");
  return c.json({ code: "invalid_request", message: `${c.req.method} is not possible here.` }, 405);
}

Deno.serve(app.fetch);
