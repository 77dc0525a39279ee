import { z } from "zod";
import type { Env } from "../platform/env.ts";
import { ApiError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { bindToLog } from "../platform/log-scope.ts";
import type { Rpc } from "../platform/rpc.ts";
import { createSecretToken, hashSecretToken } from "../platform/secret-token.ts";
import type { CalendarChoice, CalendarClient } from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import type { Access } from "../providers/connector.ts";
import { consentProvider, type Providers } from "../providers/registry.ts";
import { callbackUri } from "./callback-uri.ts";
import { withUserLock } from "./user-lock.ts";
import { OWN_CALENDAR } from "./own-calendar.ts";
import { providerRefusal } from "./provider-refusal.ts";
import { checkState, CONNECTION_LIFETIME_S, deriveForFlow, signState } from "./state.ts";

/** Ending a connection takes two calls to the provider. */
const BUSY_WAIT_MS = 10_000;
const BUSY_POLL_MS = 200;

/** What the connect flow needs. */
export interface ConnectContext {
  readonly env: Env;
  readonly rpc: Rpc;
  readonly providers: Providers;
}

const TooMany = z.object({ kind: z.literal("too_many"), limit: z.number() });
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
  { env, rpc, providers }: ConnectContext,
  query: URLSearchParams,
): Promise<string> {
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
  const failed = (code: string) => withParameter(state.redirect_to, "calendar_error", code);
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
  if (stored === null) return failed("exchange_failed");
  return withParameter(state.redirect_to, "calendar_connection", ticket);
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

const Taken = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("taken"),
    flow_id: z.string(),
    provider: z.string(),
    calendar_id: z.string().nullable(),
    calendar_role: z.enum(["own", "primary", "other"]),
    /** The calendar that we made for this account before. */
    own_calendar_id: z.string().nullable(),
    access: z.enum(["dedicated", "existing"]),
    /** What a connection of this account has; null: there is none. */
    access_before: z.enum(["dedicated", "existing"]).nullable(),
    /** Null: what was stored at the callback cannot be decrypted any more. */
    access_token: z.string().min(1).nullable(),
  }),
  z.object({ kind: z.literal("forbidden") }),
  z.object({ kind: z.literal("unknown") }),
  z.object({ kind: z.literal("busy") }),
  TooMany,
]);
type Taken = z.infer<typeof Taken>;

/**
 * Makes an integration active for the user who began the flow, if the browser of that session is the one that
 * consented. The calendar exists when this returns; a failure of the provider leaves the ticket to be tried again.
 *
 * @param options.accept_less_access the user knows that the events leave a calendar that the new consent does not cover
 * @param Integration an integration as the Calendar API shows it
 * @throws ApiError 409 `more_access_needed`, and nothing has moved, where the consent covers less than before and the calendar
 * that is in use is not covered; the ticket may be used again
 */
export function confirmConnection<T>(
  context: ConnectContext,
  user_id: string,
  ticket: string,
  options: ConfirmOptions,
  Integration: z.ZodType<T>,
): Promise<T> {
  return withUserLock(
    context.rpc,
    user_id,
    () => confirmAlone(context, user_id, ticket, options, Integration),
  );
}

interface ConfirmOptions {
  readonly accept_less_access: boolean;
}

async function confirmAlone<T>(
  { rpc, providers }: ConnectContext,
  user_id: string,
  ticket: string,
  { accept_less_access }: ConfirmOptions,
  Integration: z.ZodType<T>,
): Promise<T> {
  const ticket_hash = await hashSecretToken(ticket);
  const taken = await takeConnection(rpc, user_id, ticket_hash);
  if (taken.kind === "forbidden") {
    throw new ApiError(
      403,
      "forbidden",
      "This connection was begun by another user. Begin it again from your own settings.",
    );
  }
  if (taken.kind === "busy") {
    throw new ApiError(
      409,
      "disconnecting",
      "The account is just being disconnected. Confirm again in a moment.",
    );
  }
  if (taken.kind === "too_many") throw tooMany(taken.limit);
  if (taken.kind === "unknown") throw connectionUnknown();
  // Not the provider's fault, nor the user's: answered 500, and logged.
  if (taken.access_token === null) {
    throw new Error("The access token that the consent brought cannot be read.");
  }
  const known = taken.calendar_id === null ? null : { id: taken.calendar_id, role: taken.calendar_role };
  const client = consentProvider(providers, taken.provider).createClient({
    credentials: { kind: "oauth", access_token: taken.access_token },
    owner: user_id,
    calendar: known,
    budget: createCallBudget(Infinity),
  });
  const kept = known && await existingCalendar(client, known);
  const has_less = taken.access_before === "existing" && taken.access === "dedicated";
  if (kept === null && known !== null && known.role !== "own" && has_less && !accept_less_access) {
    throw new ApiError(
      409,
      "more_access_needed",
      "What was granted does not cover the calendar that is in use. Connect again with access to existing calendars, or confirm with accept_less_access: the events then move to a calendar of our own.",
    );
  }
  const calendar = kept ?? await ownCalendar(client, taken.own_calendar_id);
  const integration = await rpc("calendar_activate", {
    p_flow_id: taken.flow_id,
    p_calendar_id: calendar.id,
    p_calendar_name: calendar.name,
    p_calendar_role: calendar.role,
  }, Integration.nullable());
  if (integration === null) throw connectionUnknown();
  return integration;
}

function connectionUnknown(): ApiError {
  return new ApiError(
    400,
    "connection_unknown",
    "This connection has expired or was used already. Connect again.",
  );
}

/** Who connects again while a worker is ending the earlier connection waits for that. */
async function takeConnection(rpc: Rpc, user_id: string, ticket_hash: string): Promise<Taken> {
  const wait_until = performance.now() + BUSY_WAIT_MS;
  while (true) {
    const args = { p_user_id: user_id, p_ticket_hash: ticket_hash };
    const taken = await rpc("calendar_take_connection", args, Taken);
    if (taken.kind !== "busy" || performance.now() > wait_until) return taken;
    await new Promise((resolve) => setTimeout(resolve, BUSY_POLL_MS));
  }
}

function tooMany(limit: number): ApiError {
  return new ApiError(
    409,
    "too_many_integrations",
    `You have connected ${limit} accounts, as many as there may be. Disconnect one first.`,
  );
}

type NamedCalendar = CalendarChoice & { readonly name: string };

/** The calendar of an earlier connection, if it is still there. */
async function existingCalendar(
  client: CalendarClient,
  known: CalendarChoice,
): Promise<NamedCalendar | null> {
  const answer = await client.getCalendar(known);
  switch (answer.kind) {
    case "done":
      return { id: answer.value.id, name: answer.value.name, role: known.role };
    case "calendar_moved":
      return await existingCalendar(client, { ...known, id: answer.calendar_id });
    case "calendar_missing":
    case "needs_reconnect":
    case "rejected":
      return null;
    default:
      throw providerRefusal(answer);
  }
}

/** The calendar of our own, made once more where it is gone. */
async function ownCalendar(client: CalendarClient, known_id: string | null): Promise<NamedCalendar> {
  const known = known_id && await existingCalendar(client, { id: known_id, role: "own" });
  if (known) return known;
  const answer = await client.createCalendar(OWN_CALENDAR);
  if (answer.kind !== "done") throw providerRefusal(answer);
  return { id: answer.value.id, name: answer.value.name, role: "own" };
}

function withParameter(address: string, name: string, value: string): string {
  const url = new URL(address);
  url.searchParams.set(name, value);
  return url.toString();
}
