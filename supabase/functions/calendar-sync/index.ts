import { Hono } from "hono";
import { createMailReport } from "../_shared/notices/mail/report.ts";
import { createMailSender } from "../_shared/notices/mail/sender.ts";
import { webhookPolicy } from "../_shared/notices/webhook-address.ts";
import { createWebhookSender } from "../_shared/notices/webhook-sender.ts";
import { runInBackground } from "../_shared/platform/background.ts";
import { onError, onNotFound } from "../_shared/platform/errors.ts";
import { addToSummary } from "../_shared/platform/log-scope.ts";
import { createVersionReport } from "../_shared/platform/report-version.ts";
import { logRequests } from "../_shared/platform/request-log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { safeHeaders } from "../_shared/platform/safe-headers.ts";
import { isOneOfSecrets } from "../_shared/platform/same-secret.ts";
import { startedWith, startFunction } from "../_shared/platform/start-function.ts";
import { readProviders } from "../_shared/providers/registry.ts";
import { createPushReport } from "../_shared/sync/push-report.ts";
import { createWorker } from "../_shared/sync/worker.ts";
import { createOutbound } from "../_shared/transport/safe-fetch.ts";
import { providerAccess } from "./provider-access.ts";

/** Claims see to it that no receiver has more than its share. Sites are shared by many: by them nobody is kept waiting. */
const CALLS_AT_ONCE = { in_total: 64, per_site: 64 };

const { env, mail, providers } = startFunction("calendar-sync", readProviders);
const policy = startedWith(() => webhookPolicy(env));
const rpc = createServiceRpc();
for (const provider of providers.values()) provider.warnOperator?.();

const reportMail = createMailReport(rpc, mail);
const reportVersion = createVersionReport(rpc);
const reportPush = createPushReport(rpc, env, providers);
const sendMail = createMailSender({ ...env, rpc, mail });
const worker = createWorker({
  rpc,
  lanes_at_once: env.lanes_at_once,
  accept_edits: env.accept_edits,
  senders: {
    webhook: createWebhookSender({
      outbound: createOutbound({ policy, calls_at_once: CALLS_AT_ONCE }),
      policy,
      page_url: env.page_url,
    }),
    ...(sendMail === null ? {} : { mail: sendMail }),
  },
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
  runInBackground(reportMail());
  runInBackground(reportVersion());
  runInBackground(reportPush());
  runInBackground(worker.wakeUp());
  return c.json({ accepted: true }, 202);
});

Deno.serve(app.fetch);
