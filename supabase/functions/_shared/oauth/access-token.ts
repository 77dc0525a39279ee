import { z } from "zod";
import { type LastError, lastError } from "../domain/last-error.ts";
import { log } from "../platform/log.ts";
import { addToSummary } from "../platform/log-scope.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { AccessToken } from "../providers/calendar-client.ts";
import type { RefreshRefusal } from "../providers/connector.ts";
import type { OAuthProvider } from "../providers/provider.ts";

/** A token that ends sooner is refreshed first: a batch of calls and the provider's clock need room. */
const MIN_VALID_S = 120;
const BUSY_POLL_MS = 200;
const BUSY_WAIT_MS = 10_000;
/** A refreshed token that cannot be stored is a rotation lost, so a moment's trouble of the database is waited out. */
const SAVE_ATTEMPTS = 3;
const SAVE_PAUSE_MS = 500;

export type AccessTokenOutcome =
  /** Of an account with a password the stored text of it, see `getPassword`. */
  | { readonly kind: "valid"; readonly access_token: string }
  /** There is none to be had, and the integration says why. Only its user or an administrator can help. */
  | { readonly kind: "lost" }
  /** Our own client id or secret is wrong; the integration says so and stays active. */
  | { readonly kind: "configuration" }
  /** The provider does not answer. */
  | { readonly kind: "unreachable" }
  /** The provider answers something that says nothing of the grant, or somebody else's refresh takes long. */
  | {
    readonly kind: "unavailable"; /** When to ask again, where that is known. */
    readonly after_ms?: number;
  };

/** Whose token, and how to get it. */
export interface TokenRequest {
  readonly rpc: Rpc;
  readonly provider: OAuthProvider;
  /** See `callbackUri`. */
  readonly callback_uri: string;
  readonly integration_id: string;
  /** The token that the caller has, if any. */
  readonly known: AccessToken | null;
  /** A token that the provider answered 401 to, however long it should have lasted. */
  readonly rejected_token: string | null;
  /** Provider calls that a person is about to make with the token; a worker's are reserved with its batch. */
  readonly calls?: number;
}

const BeginRefresh = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("valid"), access_token: z.string().min(1), expires_at: z.string() }),
  z.object({
    kind: z.literal("refresh"),
    refresh_token: z.string().min(1),
    claim: z.string(),
    account_id: z.string().nullable(),
  }),
  z.object({ kind: z.literal("busy") }),
  z.object({ kind: z.literal("unreadable") }),
  z.object({ kind: z.literal("disconnected") }),
]);

/** Requests under way in this process: whoever asks for the same token waits for the same answer. */
const under_way = new Map<string, Promise<AccessTokenOutcome>>();

/**
 * A token that will last for a batch of calls: the one in hand, the stored one, or one that is refreshed now, by
 * one caller at a time in whatever process, and stored before it is used.
 */
export async function getValidAccessToken(request: TokenRequest): Promise<AccessTokenOutcome> {
  const { known, integration_id, rejected_token } = request;
  if (known !== null && known.access_token !== rejected_token && isLasting(known.expires_at)) {
    return { kind: "valid", ...known };
  }
  const key = `${integration_id} ${rejected_token ?? ""}`;
  const running = under_way.get(key);
  if (running !== undefined) return await running;
  const asked = askForToken(request).finally(() => under_way.delete(key));
  under_way.set(key, asked);
  return await asked;
}

async function askForToken(request: TokenRequest): Promise<AccessTokenOutcome> {
  const { rpc, integration_id, rejected_token } = request;
  const give_up_at = performance.now() + BUSY_WAIT_MS;
  while (performance.now() < give_up_at) {
    const begun = await rpc("calendar_begin_refresh", {
      p_integration_id: integration_id,
      p_min_valid_s: MIN_VALID_S,
      p_rejected_token: rejected_token,
      p_calls: request.calls ?? 0,
    }, BeginRefresh);
    switch (begun.kind) {
      case "valid":
        return begun;
      case "refresh": {
        const outcome = await refresh(request, begun);
        if (outcome !== "superseded") return outcome;
        break;
      }
      case "unreadable":
      case "disconnected":
        return { kind: "lost" };
      case "busy":
        await new Promise((resolve) => setTimeout(resolve, BUSY_POLL_MS));
    }
  }
  return { kind: "unavailable" };
}

interface Begun {
  readonly refresh_token: string;
  readonly claim: string;
  readonly account_id: string | null;
}

/** @returns `superseded` where somebody else's token was stored meanwhile: that one is to be used */
async function refresh(request: TokenRequest, begun: Begun): Promise<AccessTokenOutcome | "superseded"> {
  const { rpc, provider, integration_id } = request;
  const started_at = performance.now();
  const outcome = await provider.connector.refreshToken(begun.refresh_token);
  if (outcome.kind !== "refreshed") {
    const problem = PROBLEMS[outcome.kind];
    log.warn("token_refresh_refused", {
      provider: provider.name,
      duration_ms: Math.round(performance.now() - started_at),
      success: false,
      integration_id,
      error_code: problem.code,
      reason: outcome.reason,
    });
    const admin_consent_url = problem.code === "admin_consent_required"
      ? provider.connector.adminConsentUrl(request.callback_uri, begun.account_id)
      : null;
    const error: LastError = {
      ...lastError(problem.code),
      ...(admin_consent_url === null ? {} : { details: { admin_consent_url } }),
    };
    await rpc("calendar_refresh_failed", {
      p_integration_id: integration_id,
      p_claim: begun.claim,
      p_status: problem.status,
      p_error: error,
    }, z.unknown());
    return { kind: problem.token === "unavailable" && outcome.silent ? "unreachable" : problem.token };
  }
  const rotated = outcome.refresh_token !== null && outcome.refresh_token !== begun.refresh_token;
  for (let attempt = 1;; attempt++) {
    try {
      const saved = await rpc("calendar_save_tokens", {
        p_integration_id: integration_id,
        p_claim: begun.claim,
        p_access_token: outcome.access_token,
        p_expires_at: outcome.expires_at,
        p_refresh_token: outcome.refresh_token,
      }, z.boolean());
      if (saved) {
        addToSummary({ token_refreshed: true });
        log.info("token_refreshed", {
          provider: provider.name,
          duration_ms: Math.round(performance.now() - started_at),
          success: true,
          integration_id,
          rotated,
        });
        return { kind: "valid", access_token: outcome.access_token };
      }
      if (rotated) {
        log.warn("token_rotation_lost", { provider: provider.name, integration_id, cause: "superseded" });
      }
      return "superseded";
    } catch (error: unknown) {
      if (attempt >= SAVE_ATTEMPTS) {
        if (rotated) log.error("token_rotation_lost", { provider: provider.name, integration_id, error });
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, SAVE_PAUSE_MS));
    }
  }
}

const PROBLEMS: Record<RefreshRefusal, {
  readonly code: LastError["code"];
  /** What becomes of the integration; null: it stays as it is and keeps trying. */
  readonly status: "disconnected" | "paused" | null;
  readonly token: "lost" | "configuration" | "unavailable";
}> = {
  invalid_grant: { code: "invalid_grant", status: "disconnected", token: "lost" },
  admin_consent_required: { code: "admin_consent_required", status: "disconnected", token: "lost" },
  blocked_by_policy: { code: "blocked_by_policy", status: "paused", token: "lost" },
  configuration: { code: "configuration", status: null, token: "configuration" },
  unavailable: { code: "provider_unavailable", status: null, token: "unavailable" },
};

function isLasting(expires_at: string): boolean {
  return Date.parse(expires_at) > Date.now() + MIN_VALID_S * 1000;
}
