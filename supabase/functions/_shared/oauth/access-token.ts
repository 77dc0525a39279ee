import { z } from "zod";
import type { GoogleEnv } from "../platform/env.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { AccessToken } from "../providers/calendar-client.ts";
import { refreshToken } from "../providers/google/oauth.ts";

/** A token that ends sooner is refreshed first: a batch of calls and the provider's clock need room. */
const MIN_VALID_S = 120;
const BUSY_POLL_MS = 200;
const BUSY_WAIT_MS = 10_000;

export type AccessTokenOutcome =
  | ({ readonly kind: "valid" } & AccessToken)
  /** The grant is gone or cannot be read; the integration says so. Only its user can help, by connecting again. */
  | { readonly kind: "lost" }
  /** Our own client id or secret is wrong; the integration says so and stays active. */
  | { readonly kind: "configuration" }
  /** The provider does not answer, or somebody else's refresh takes long. */
  | { readonly kind: "unavailable" };

const BeginRefresh = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("valid"), access_token: z.string(), expires_at: z.string() }),
  z.object({ kind: z.literal("refresh"), refresh_token: z.string(), claim: z.string() }),
  z.object({ kind: z.literal("busy") }),
  z.object({ kind: z.literal("unreadable") }),
  z.object({ kind: z.literal("disconnected") }),
]);

/**
 * A token that will last for a batch of calls: the one in hand, the stored one, or one that is refreshed now, by
 * one caller at a time, and stored before it is used.
 *
 * @param options.held the token that the caller has, if any
 * @param options.rejected_token a token that the provider answered 401 to, however long it should have lasted
 */
export async function getValidAccessToken(options: {
  readonly rpc: Rpc;
  readonly google: GoogleEnv;
  readonly integration_id: string;
  readonly held: AccessToken | null;
  readonly rejected_token: string | null;
}): Promise<AccessTokenOutcome> {
  const { rpc, held, integration_id, rejected_token } = options;
  if (held !== null && held.access_token !== rejected_token && isLasting(held.expires_at)) {
    return { kind: "valid", ...held };
  }
  const give_up_at = performance.now() + BUSY_WAIT_MS;
  while (true) {
    const begun = await rpc("calendar_begin_refresh", {
      p_integration_id: integration_id,
      p_min_valid_s: MIN_VALID_S,
      p_rejected_token: rejected_token,
    }, BeginRefresh);
    switch (begun.kind) {
      case "valid":
        return begun;
      case "refresh":
        return await refresh(options, begun);
      case "unreadable":
      case "disconnected":
        return { kind: "lost" };
      case "busy":
        if (performance.now() > give_up_at) return { kind: "unavailable" };
        await new Promise((resolve) => setTimeout(resolve, BUSY_POLL_MS));
    }
  }
}

async function refresh(
  { rpc, google, integration_id }: { rpc: Rpc; google: GoogleEnv; integration_id: string },
  begun: { readonly refresh_token: string; readonly claim: string },
): Promise<AccessTokenOutcome> {
  const outcome = await refreshToken(google, begun.refresh_token);
  if (outcome.kind === "refreshed") {
    await rpc("calendar_save_tokens", {
      p_integration_id: integration_id,
      p_claim: begun.claim,
      p_access_token: outcome.access_token,
      p_expires_at: outcome.expires_at,
      p_refresh_token: outcome.refresh_token,
    }, z.unknown());
    return { kind: "valid", access_token: outcome.access_token, expires_at: outcome.expires_at };
  }
  const problem = PROBLEMS[outcome.kind];
  await rpc("calendar_refresh_failed", {
    p_integration_id: integration_id,
    p_claim: begun.claim,
    p_code: problem.code,
    p_message: problem.message,
    p_disconnect: outcome.kind === "invalid_grant",
  }, z.unknown());
  return { kind: problem.token };
}

const PROBLEMS = {
  invalid_grant: {
    code: "invalid_grant",
    message: "The calendar account no longer lets us in. Connect it again.",
    token: "lost",
  },
  configuration: {
    code: "configuration",
    message: "The provider does not accept our client id or secret. An administrator has to correct it.",
    token: "configuration",
  },
  unavailable: {
    code: "provider_unavailable",
    message: "The calendar provider cannot be reached. We keep trying.",
    token: "unavailable",
  },
} as const;

function isLasting(expires_at: string): boolean {
  return Date.parse(expires_at) > Date.now() + MIN_VALID_S * 1000;
}
