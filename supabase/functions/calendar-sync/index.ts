import { Hono } from "hono";
import { getValidAccessToken } from "../_shared/oauth/access-token.ts";
import { callbackUri } from "../_shared/oauth/callback-uri.ts";
import { runInBackground } from "../_shared/platform/background.ts";
import { onError, onNotFound } from "../_shared/platform/errors.ts";
import { addToSummary } from "../_shared/platform/log-scope.ts";
import { logRequests } from "../_shared/platform/request-log.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { safeHeaders } from "../_shared/platform/safe-headers.ts";
import { isOneOfSecrets } from "../_shared/platform/same-secret.ts";
import { startFunction } from "../_shared/platform/start-function.ts";
import { isOAuth, type OAuthProvider } from "../_shared/providers/provider.ts";
import { readProviders } from "../_shared/providers/registry.ts";
import { createWorker } from "../_shared/sync/worker.ts";

const { env, providers } = startFunction("calendar-sync", readProviders);
const rpc = createServiceRpc();
for (const provider of providers.values()) provider.warnOperator?.();

const worker = createWorker({
  rpc,
  lanes_at_once: env.lanes_at_once,
  clientFor(lane, access_token, budget) {
    const provider = offered(lane.provider);
    if (provider === null) throw new Error(`${lane.provider} is not configured`);
    return provider.createClient({
      credentials: { kind: "oauth", access_token },
      owner: lane.user_id,
      calendar: lane.calendar,
      budget,
    });
  },
  getValidAccessToken: async (lane, rejected_token) => {
    const provider = offered(lane.provider);
    // Its client was taken out of the environment: as wrong as a wrong one, and as easily mended.
    if (provider === null) return { kind: "configuration" };
    return await getValidAccessToken({
      rpc,
      provider,
      callback_uri: callbackUri(env),
      integration_id: lane.integration_id,
      known: lane.access_token !== null && lane.token_expires_at !== null
        ? { access_token: lane.access_token, expires_at: lane.token_expires_at }
        : null,
      rejected_token,
    });
  },
  revokeToken: async (name, refresh_token) => await offered(name)?.connector.revokeToken(refresh_token),
});

/**
 * The provider of a lane.
 *
 * @returns null where this installation does not offer it any more
 * @throws Error where its accounts have no access tokens
 */
function offered(name: string): OAuthProvider | null {
  const provider = providers.get(name);
  if (provider === undefined) return null;
  if (!isOAuth(provider)) throw new Error(`Accounts of ${name} have a password and no access token.`);
  return provider;
}

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
