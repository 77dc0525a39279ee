import { createClient } from "../_shared/connections/create-client.ts";
import { getPassword } from "../_shared/connections/password.ts";
import { getValidAccessToken } from "../_shared/oauth/access-token.ts";
import { callbackUri } from "../_shared/oauth/callback-uri.ts";
import { channelToken } from "../_shared/platform/channel-token.ts";
import type { Env } from "../_shared/platform/env.ts";
import type { Rpc } from "../_shared/platform/rpc.ts";
import { createCallBudget } from "../_shared/providers/call-budget.ts";
import { isOAuth } from "../_shared/providers/provider.ts";
import type { Providers } from "../_shared/providers/registry.ts";
import type { WorkerDependencies } from "../_shared/sync/sync-all-deadlines.ts";

/** An account has a channel, and for a moment two. */
const CALLS_OF_A_GRANT = 10;

/** How the worker reaches the providers that this installation offers. */
export function providerAccess({ env, rpc, providers }: {
  readonly env: Pick<Env, "public_url" | "state_secret">;
  readonly rpc: Rpc;
  readonly providers: Providers;
}): Pick<
  WorkerDependencies,
  "clientFor" | "clientOfGrant" | "getValidAccessToken" | "newChannel" | "revokeToken"
> {
  return {
    clientFor(lane, access_token, budget) {
      const provider = providers.get(lane.provider);
      if (provider === undefined) throw new Error(`${lane.provider} is not configured`);
      return createClient(provider, access_token, { owner: lane.user_id, calendar: lane.calendar, budget });
    },
    async clientOfGrant(name, refresh_token) {
      const provider = providers.get(name);
      if (provider === undefined || !isOAuth(provider)) return "lost";
      const refreshed = await provider.connector.refreshToken(refresh_token);
      if (refreshed.kind !== "refreshed") return refreshed.kind === "invalid_grant" ? "lost" : null;
      const budget = createCallBudget(CALLS_OF_A_GRANT);
      // Nothing is written that would be tagged with an owner.
      return createClient(provider, refreshed.access_token, { owner: "", calendar: null, budget });
    },
    async getValidAccessToken(lane, rejected_token) {
      const { integration_id, user_id } = lane;
      const provider = providers.get(lane.provider);
      // It was taken out of the environment: as wrong as a wrong client secret, and as easily mended.
      if (provider === undefined) return { kind: "configuration" };
      if (!isOAuth(provider)) {
        const [known, rejected] = [lane.access_token, rejected_token];
        return await getPassword({ rpc, provider, integration_id, user_id, known, rejected });
      }
      return await getValidAccessToken({
        rpc,
        provider,
        callback_uri: callbackUri(env),
        integration_id,
        known: lane.access_token !== null && lane.token_expires_at !== null
          ? { access_token: lane.access_token, expires_at: lane.token_expires_at }
          : null,
        rejected_token,
      });
    },
    async newChannel(name) {
      const path = providers.get(name)?.push_path;
      if (path === undefined) return null;
      const channel_id = crypto.randomUUID();
      return {
        channel_id,
        url: `${env.public_url}/functions/v1/calendar-webhook/${path}`,
        token: await channelToken(channel_id, env.state_secret.current),
      };
    },
    async revokeToken(name, refresh_token) {
      const provider = providers.get(name);
      if (provider !== undefined && isOAuth(provider)) await provider.connector.revokeToken(refresh_token);
    },
  };
}
