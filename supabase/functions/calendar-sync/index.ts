import { Hono } from "hono";
import { revokeToken } from "../_shared/providers/google/oauth.ts";
import { createGoogleClient } from "../_shared/providers/google/client.ts";
import { getValidAccessToken } from "../_shared/oauth/access-token.ts";
import { runInBackground } from "../_shared/platform/background.ts";
import { readEnv } from "../_shared/platform/env.ts";
import { onError, onNotFound } from "../_shared/platform/errors.ts";
import { createServiceRpc } from "../_shared/platform/rpc.ts";
import { sameSecret } from "../_shared/platform/same-secret.ts";
import { createWorker } from "../_shared/sync/sync-all-deadlines.ts";

const env = readEnv();
const rpc = createServiceRpc();
const worker = createWorker({
  rpc,
  clientFor: (_provider, access_token) => createGoogleClient({ api_url: env.google.api_url, access_token }),
  getValidAccessToken: (lane, rejected_token) =>
    getValidAccessToken({
      rpc,
      google: env.google,
      integration_id: lane.integration_id,
      held: lane.access_token !== null && lane.token_expires_at !== null
        ? { access_token: lane.access_token, expires_at: lane.token_expires_at }
        : null,
      rejected_token,
    }),
  revokeToken: (_provider, refresh_token) => revokeToken(env.google, refresh_token),
});

const app = new Hono({ strict: false }).basePath("/calendar-sync");
app.onError(onError);
app.notFound(onNotFound);

/** Answers at once and works on: pg_net has one worker, and it waits for the slowest answer of its batch. */
app.post("/", async (c) => {
  if (!await sameSecret(c.req.header("x-calendar-sync-secret") ?? "", env.sync_secret)) {
    return c.json(
      { code: "unauthorized", message: "The header x-calendar-sync-secret is missing or wrong." },
      401,
    );
  }
  runInBackground(worker.ring());
  return c.json({ accepted: true }, 202);
});

Deno.serve(app.fetch);
