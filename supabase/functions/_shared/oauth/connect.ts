import { z } from "zod";
import type { Env } from "../platform/env.ts";
import { ApiError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import type { Rpc } from "../platform/rpc.ts";
import type { Calendar, CalendarClient } from "../providers/calendar-client.ts";
import { type Access, exchangeToken, getAuthUrl } from "../providers/google/oauth.ts";
import { checkState, CONNECTION_LIFETIME_S, deriveForFlow, signState } from "./state.ts";
import { createTicket, hashTicket } from "./ticket.ts";

/** What the connect flow needs. */
export interface ConnectContext {
  readonly env: Env;
  readonly rpc: Rpc;
}

const OWN_CALENDAR = {
  summary: "Compliance deadlines",
  description: "Kept up to date by EcoComply. Changes to deadlines made here are overwritten.",
  time_zone: "UTC",
};

/** The redirect URI to register with the provider. */
function callbackUri(env: Env): string {
  return `${env.supabase_url}/functions/v1/calendar/callback`;
}

/**
 * Begins a flow for a user.
 *
 * @returns the address of the provider's consent page
 */
export async function beginConnection({ env, rpc }: ConnectContext, flow: {
  readonly user_id: string;
  readonly access: Access;
  readonly redirect_to: string;
}): Promise<string> {
  const { state_id } = await rpc("calendar_begin_connection", {
    p_user_id: flow.user_id,
    p_provider: "google",
    p_access: flow.access,
    p_redirect_to: flow.redirect_to,
    p_expires_s: CONNECTION_LIFETIME_S,
  }, z.object({ state_id: z.string() }));
  try {
    return await getAuthUrl(env.google, {
      access: flow.access,
      redirect_uri: callbackUri(env),
      state: await signState(state_id, env.state_secret),
      nonce: await deriveForFlow("nonce", state_id, env.state_secret),
      code_verifier: await deriveForFlow("pkce", state_id, env.state_secret),
    });
  } catch (error: unknown) {
    log.warn("authorize_failed", { provider: "google", error });
    throw new ApiError(502, "provider_unavailable", "The calendar provider cannot be reached. Try again.");
  }
}

const State = z.object({
  user_id: z.string(),
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
export async function finishConsent({ env, rpc }: ConnectContext, query: URLSearchParams): Promise<string> {
  const fallback = env.redirect_urls[0] ?? "";
  const checked = await checkState(query.get("state") ?? "", env.state_secret);
  if (checked.kind === "invalid") return withParameter(fallback, "calendar_error", "invalid_state");
  const state = await rpc("calendar_take_state", { p_state_id: checked.state_id }, State);
  if (state === null) {
    return withParameter(
      fallback,
      "calendar_error",
      checked.kind === "expired" ? "expired_state" : "invalid_state",
    );
  }
  const failed = (code: string) => withParameter(state.redirect_to, "calendar_error", code);
  if (checked.kind === "expired" || state.expired) return failed("expired_state");
  if (query.has("error")) {
    return failed(query.get("error") === "access_denied" ? "access_denied" : "exchange_failed");
  }
  const exchange = await exchangeToken(env.google, {
    access: state.access,
    callback: query,
    redirect_uri: callbackUri(env),
    nonce: await deriveForFlow("nonce", checked.state_id, env.state_secret),
    code_verifier: await deriveForFlow("pkce", checked.state_id, env.state_secret),
  });
  if (exchange.kind !== "exchanged") return failed(exchange.kind);
  const ticket = createTicket();
  const stored = await rpc("calendar_store_connection", {
    p_user_id: state.user_id,
    p_provider: "google",
    p_access: state.access,
    p_account_id: exchange.account_id,
    p_account_email: exchange.account_email,
    p_scopes: exchange.scopes,
    p_access_token: exchange.access_token,
    p_refresh_token: exchange.refresh_token,
    p_token_expires_at: exchange.expires_at,
    p_ticket_hash: await hashTicket(ticket),
    p_expires_s: CONNECTION_LIFETIME_S,
  }, z.object({ integration_id: z.string() }).nullable());
  if (stored === null) return failed("exchange_failed");
  return withParameter(state.redirect_to, "calendar_connection", ticket);
}

/** Where the browser goes when we could not even find out where it came from. */
export function failedConnection(env: Env): string {
  return withParameter(env.redirect_urls[0] ?? "", "calendar_error", "exchange_failed");
}

const Taken = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("taken"),
    integration_id: z.string(),
    calendar_id: z.string().nullable(),
    calendar_name: z.string().nullable(),
    calendar_owned: z.boolean(),
    access_token: z.string().nullable(),
  }),
  z.object({ kind: z.literal("forbidden") }),
  z.object({ kind: z.literal("unknown") }),
]);

/**
 * Makes an integration active for the user who began the flow, if the browser of that session is the one that
 * consented. The calendar exists when this returns; a failure of the provider leaves the ticket to be tried again.
 *
 * @returns the integration as the Calendar API shows it
 */
export async function confirmConnection(
  { rpc }: ConnectContext,
  clientFor: (access_token: string) => CalendarClient,
  user_id: string,
  ticket: string,
): Promise<unknown> {
  const ticket_hash = await hashTicket(ticket);
  const taken = await rpc(
    "calendar_take_connection",
    { p_user_id: user_id, p_ticket_hash: ticket_hash },
    Taken,
  );
  if (taken.kind === "forbidden") {
    throw new ApiError(
      403,
      "forbidden",
      "This connection was begun by another user. Begin it again from your own settings.",
    );
  }
  if (taken.kind === "unknown") {
    throw new ApiError(
      400,
      "connection_unknown",
      "This connection has expired or was used already. Connect again.",
    );
  }
  const client = clientFor(taken.access_token ?? "");
  const calendar = await existingCalendar(client, taken) ?? await ownCalendar(client);
  return await rpc("calendar_activate", {
    p_integration_id: taken.integration_id,
    p_calendar_id: calendar.id,
    p_calendar_name: calendar.name,
    p_calendar_owned: calendar.owned,
    p_ticket_hash: ticket_hash,
  }, z.unknown());
}

type ChosenCalendar = Pick<Calendar, "id" | "name"> & { readonly owned: boolean };

/** The calendar of an earlier connection, if it is still there. */
async function existingCalendar(
  client: CalendarClient,
  taken: { calendar_id: string | null; calendar_name: string | null; calendar_owned: boolean },
): Promise<ChosenCalendar | null> {
  if (taken.calendar_id === null) return null;
  const answer = await client.getCalendar(taken.calendar_id);
  switch (answer.kind) {
    case "done":
      return { id: answer.value.id, name: answer.value.name, owned: taken.calendar_owned };
    case "missing":
    case "forbidden":
      return null;
    default:
      throw unavailable();
  }
}

async function ownCalendar(client: CalendarClient): Promise<ChosenCalendar> {
  const answer = await client.createCalendar(OWN_CALENDAR);
  if (answer.kind !== "done") throw unavailable();
  return { id: answer.value.id, name: answer.value.name, owned: true };
}

function unavailable(): ApiError {
  return new ApiError(502, "provider_unavailable", "The calendar provider did not answer. Try again.");
}

function withParameter(address: string, name: string, value: string): string {
  const url = new URL(address);
  url.searchParams.set(name, value);
  return url.toString();
}
