import { Hono } from "hono";
import { runInBackground } from "../_shared/platform/background.ts";
import { onError, onNotFound } from "../_shared/platform/errors.ts";
import { addToSummary } from "../_shared/platform/log-scope.ts";
import { logRequests } from "../_shared/platform/request-log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { safeHeaders } from "../_shared/platform/safe-headers.ts";
import { isOneOfSecrets } from "../_shared/platform/same-secret.ts";
import { startFunction } from "../_shared/platform/start-function.ts";
import { readProviders } from "../_shared/providers/registry.ts";
import { createWorker } from "../_shared/sync/worker.ts";
import { providerAccess } from "./provider-access.ts";

const { env, providers } = startFunction("calendar-sync", readProviders);
const rpc = createServiceRpc();
for (const provider of providers.values()) provider.warnOperator?.();

const worker = createWorker({
  rpc,
  lanes_at_once: env.lanes_at_once,
  ...providerAccess({ env, rpc, providers }),
});

const app = new Hono({ strict: false }).basePath("/calendar-sync");
app.onError(onError);
app.notFound(onNotFound);
app.use(safeHeaders);
// Every wake-up call is a request; the worker logs what it did.
app.use(logRequests("debug"));

/** Answers at once and works on: pg_net has one worker, and it waits for the slowest answer of its batch. */
app.post("/", async (c) => {
  if (!await isOneOfSecrets(c.req.header("x-calendar-sync-secret") ?? "", env.sync_secret.accepted)) {
    addToSummary({ error_code: "unauthorized" });
    return c.json(
      { code: "unauthorized", message: "The header x-calendar-sync-secret is missing or wrong." },
      401,
    );
  }
  runInBackground(worker.wakeUp());
  return c.json({ accepted: true }, 202);
});

Deno.serve(app.fetch);
