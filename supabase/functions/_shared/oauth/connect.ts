import { z } from "zod";
import type { Env } from "../platform/env.ts";
import { ApiError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { bindToLog } from "../platform/log-scope.ts";
import type { Rpc } from "../platform/rpc.ts";
import { createSecretToken, hashSecretToken } from "../platform/secret-token.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import type { Access } from "../providers/connector.ts";
import { consentProvider, type Providers } from "../providers/registry.ts";
import { TooMany, tooMany } from "./account-limit.ts";
import { callbackUri } from "./callback-uri.ts";
import { checkState, CONNECTION_LIFETIME_S, deriveForFlow, signState, type StateCheck } from "./state.ts";

/** What the connect flow needs. */
export interface ConnectContext {
  readonly env: Env;
  readonly rpc: Rpc;
  readonly providers: Providers;
}

const Begun = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("begun"),
    state_id: z.string(),
    access: z.enum(["dedicated", "existing"]),
  }),
  TooMany,
]);

/**
 * Begins a flow for a user.
 *
 * @returns the address of the provider's consent page, and what it asks for
 * @throws ApiError 409 `too_many_integrations` where the user may connect no further account
 */
export async function beginConnection({ env, rpc, providers }: ConnectContext, flow: {
  readonly user_id: string;
  readonly provider: string;
  /** Null: what an account had whose grant was lost, else `dedicated`. */
  readonly access: Access | null;
  readonly redirect_to: string;
}): Promise<{ readonly url: string; readonly access: Access }> {
  const provider = consentProvider(providers, flow.provider);
  const begun = await rpc("calendar_begin_connection", {
    p_user_id: flow.user_id,
    p_provider: flow.provider,
    p_access: flow.access,
    p_redirect_to: flow.redirect_to,
    p_expires_s: CONNECTION_LIFETIME_S,
  }, Begun);
  if (begun.kind === "too_many") throw tooMany(begun.limit);
  const { state_id, access } = begun;
  try {
    const url = await provider.connector.getAuthUrl({
      access,
      redirect_uri: callbackUri(env),
      state: await signState(state_id, env.state_secret.current),
      nonce: await deriveForFlow("nonce", state_id, env.state_secret.current),
      code_verifier: await deriveForFlow("pkce", state_id, env.state_secret.current),
    });
    return { url, access };
  } catch (error: unknown) {
    log.warn("authorize_failed", { provider: flow.provider, error });
    throw new ApiError(502, "provider_unavailable", "The calendar provider cannot be reached. Try again.");
  }
}

const State = z.object({
  user_id: z.string(),
  provider: z.string(),
  access: z.enum(["dedicated", "existing"]),
  redirect_to: z.string(),
  expired: z.boolean(),
}).nullable();

/**
 * Ends a flow at the provider's redirect. Whatever happens, it answers with where the browser goes next.
 *
 * @param query of the callback
 * @returns the flow's `redirect_to` with `calendar_connection` or `calendar_error`; the first URL of the allow-list
 * where the state cannot be trusted
 */
export async function finishConsent(
  context: ConnectContext,
  query: URLSearchParams,
): Promise<string> {
  const { env, rpc } = context;
  const fallback = env.redirect_urls[0] ?? "";
  if (query.has("admin_consent")) return adminConsentReturn(fallback, query);
  const checked = await checkState(query.get("state") ?? "", env.state_secret.accepted);
  if (checked.kind === "invalid") return withParameter(fallback, "calendar_error", "invalid_state");
  const state = await rpc("calendar_take_state", { p_state_id: checked.state_id }, State);
  if (state === null) {
    return withParameter(
      fallback,
      "calendar_error",
      checked.kind === "expired" ? "expired_state" : "invalid_state",
    );
  }
  bindToLog({ provider: state.provider, user_id: state.user_id });
  const consent = await takeConsent(context, query, state, checked).catch((error: unknown) => {
    log.error("callback_failed", { error });
    return failed("exchange_failed");
  });
  return consent.kind === "taken"
    ? withParameter(state.redirect_to, "calendar_connection", consent.ticket)
    : withParameter(state.redirect_to, "calendar_error", consent.code);
}

type Consent =
  | { readonly kind: "taken"; readonly ticket: string }
  /** `code` as in `calendar_error`. */
  | { readonly kind: "failed"; readonly code: string };

function failed(code: string): Consent {
  return { kind: "failed", code };
}

/** Exchanges the code of a flow whose state is ours, and keeps what came of it until it is confirmed. */
async function takeConsent(
  { env, rpc, providers }: ConnectContext,
  query: URLSearchParams,
  state: NonNullable<z.infer<typeof State>>,
  checked: Exclude<StateCheck, { kind: "invalid" }>,
): Promise<Consent> {
  if (checked.kind === "expired" || state.expired) return failed("expired_state");
  const provider = consentProvider(providers, state.provider);
  if (query.has("error")) return failed(provider.connector.consentRefusal(query));
  const exchange = await provider.connector.exchangeToken({
    access: state.access,
    callback: query,
    redirect_uri: callbackUri(env),
    nonce: await deriveForFlow("nonce", checked.state_id, checked.secret),
    code_verifier: await deriveForFlow("pkce", checked.state_id, checked.secret),
  });
  if (exchange.kind !== "exchanged") {
    log.warn("connection_refused", {
      provider: provider.name,
      error_code: exchange.kind,
      reason: exchange.reason,
    });
    return failed(exchange.kind);
  }
  const account = await provider.createClient({
    credentials: { kind: "oauth", access_token: exchange.access_token },
    owner: state.user_id,
    calendar: null,
    budget: createCallBudget(Infinity),
  }).checkAccount();
  if (account.kind === "mailbox_unavailable") return failed("mailbox_unavailable");
  const ticket = createSecretToken();
  const stored = await rpc("calendar_store_connection", {
    p_state_id: checked.state_id,
    p_account_id: exchange.account_id,
    p_account_email: exchange.account_email,
    p_scopes: [...exchange.scopes],
    p_access_token: exchange.access_token,
    p_refresh_token: exchange.refresh_token,
    p_token_expires_at: exchange.expires_at,
    p_ticket_hash: await hashSecretToken(ticket),
    p_expires_s: CONNECTION_LIFETIME_S,
  }, z.object({ flow_id: z.string() }).nullable());
  return stored === null ? failed("exchange_failed") : { kind: "taken", ticket };
}

/**
 * An administrator comes back from consenting for an organisation. It proves nothing, so nothing is stored: its users
 * can connect from now on, or not.
 */
function adminConsentReturn(fallback: string, query: URLSearchParams): string {
  return query.has("error")
    ? withParameter(fallback, "calendar_error", "access_denied")
    : withParameter(fallback, "calendar_admin_consent", "given");
}

/** Where the browser goes when we could not even find out where it came from. */
export function failedConnection(env: Env): string {
  return withParameter(env.redirect_urls[0] ?? "", "calendar_error", "exchange_failed");
}

function withParameter(address: string, name: string, value: string): string {
  const url = new URL(address);
  url.searchParams.set(name, value);
  return url.toString();
}
