import { getValidAccessToken } from "../_shared/oauth/access-token.ts";
import { callbackUri } from "../_shared/oauth/callback-uri.ts";
import type { Env } from "../_shared/platform/env.ts";
import type { Rpc } from "../_shared/platform/rpc.ts";
import { isOAuth, type OAuthProvider } from "../_shared/providers/provider.ts";
import type { Providers } from "../_shared/providers/registry.ts";
import type { WorkerDependencies } from "../_shared/sync/sync-all-deadlines.ts";

/** How the worker reaches the providers that this installation offers. */
export function providerAccess({ env, rpc, providers }: {
  readonly env: Pick<Env, "public_url">;
  readonly rpc: Rpc;
  readonly providers: Providers;
}): Pick<WorkerDependencies, "clientFor" | "getValidAccessToken" | "revokeToken"> {
  return {
    clientFor(lane, access_token, budget) {
      const provider = offered(providers, lane.provider);
      if (provider === null) throw new Error(`${lane.provider} is not configured`);
      return provider.createClient({
        credentials: { kind: "oauth", access_token },
        owner: lane.user_id,
        calendar: lane.calendar,
        budget,
      });
    },
    async getValidAccessToken(lane, rejected_token) {
      const provider = offered(providers, lane.provider);
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
    revokeToken: async (name, refresh_token) =>
      await offered(providers, name)?.connector.revokeToken(refresh_token),
  };
}

/**
 * The provider of a lane.
 *
 * @returns null where this installation does not offer it any more
 * @throws Error where its accounts have no access tokens
 */
function offered(providers: Providers, name: string): OAuthProvider | null {
  const provider = providers.get(name);
  if (provider === undefined) return null;
  if (!isOAuth(provider)) throw new Error(`Accounts of ${name} have a password and no access token.`);
  return provider;
}
