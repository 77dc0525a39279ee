import { configureLog } from "../../supabase/functions/_shared/platform/log.ts";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";
import type { WorkerDependencies } from "../../supabase/functions/_shared/sync/sync-all-deadlines.ts";
import { NOOP_CLIENT } from "./noop-client.ts";

/** What a worker needs that works for a provider which does nothing. */
export function noopDependencies(rpc: Rpc): WorkerDependencies {
  return {
    rpc,
    lanes_at_once: 4,
    accept_edits: false,
    senders: {},
    clientFor: () => NOOP_CLIENT,
    clientOfGrant: () => Promise.resolve(null),
    getValidAccessToken: ({ access_token, token_expires_at }) =>
      Promise.resolve({
        kind: "valid",
        access_token: access_token ?? "",
        expires_at: token_expires_at ?? "",
      }),
    newChannel: () => Promise.resolve(null),
    revokeToken: () => Promise.resolve(),
  };
}

/** Runs something without the worker's own log. */
export async function silently<T>(run: () => Promise<T>): Promise<T> {
  const settings = { service: "bench", sample: 1 } as const;
  configureLog({ ...settings, level: "error" });
  try {
    return await run();
  } finally {
    configureLog({ ...settings, level: "info" });
  }
}
