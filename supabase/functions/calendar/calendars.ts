import { z } from "zod";
import { calendarNeeded, isCalendarRefused } from "../_shared/connections/calendar-needed.ts";
import { createClient } from "../_shared/connections/create-client.ts";
import { getPassword } from "../_shared/connections/password.ts";
import { type AccessTokenOutcome, getValidAccessToken } from "../_shared/oauth/access-token.ts";
import { callbackUri } from "../_shared/oauth/callback-uri.ts";
import type { ConnectContext } from "../_shared/oauth/connect.ts";
import { OWN_CALENDAR } from "../_shared/oauth/own-calendar.ts";
import {
  blockedByPolicy,
  clientRefused,
  providerRefusal,
  providerUnavailable,
  reconnectNeeded,
} from "../_shared/oauth/provider-refusal.ts";
import { withUserLock } from "../_shared/oauth/user-lock.ts";
import { ApiError } from "../_shared/platform/errors.ts";
import type { Calendar, CalendarAnswer, CalendarClient } from "../_shared/providers/calendar-client.ts";
import { createCallBudget } from "../_shared/providers/call-budget.ts";
import { isOAuth, type Provider } from "../_shared/providers/provider.ts";
import { offeredProvider } from "../_shared/providers/registry.ts";
import { Integration as ShownIntegration } from "./answers/integrations.ts";
import { notYours } from "./app.ts";

type ShownIntegration = z.infer<typeof ShownIntegration>;

const Integration = z.object({
  integration_id: z.string(),
  user_id: z.string(),
  provider: z.string(),
  status: z.string(),
  access: z.enum(["dedicated", "existing"]),
  account_id: z.string().nullable(),
  calendar_id: z.string().nullable(),
  calendar_role: z.enum(["own", "primary", "other"]),
  /** The calendar that we made for it, also while another one is chosen. */
  own_calendar_id: z.string().nullable(),
}).nullable();
type Integration = NonNullable<z.infer<typeof Integration>>;

/** The calendars that the grant lets us see: with `dedicated` access to Google, our own. */
export async function listCalendars(
  context: ConnectContext,
  user_id: string,
  integration_id: string,
): Promise<readonly Calendar[]> {
  const integration = await integrationOf(context, user_id, integration_id);
  if (offeredProvider(context.providers, integration.provider).listsCalendars(integration.access)) {
    return await ask(context, integration, (client) => client.listCalendars());
  }
  const { calendar_id, calendar_role } = integration;
  if (calendar_id === null) return [];
  const calendar = { id: calendar_id, role: calendar_role };
  return [await ask(context, integration, (client) => client.getCalendar(calendar))];
}

/**
 * Chooses the calendar that events belong in; the worker moves those that are elsewhere.
 *
 * @throws ApiError 409 `more_access_needed` where the grant does not cover that calendar
 */
export async function chooseCalendar(
  context: ConnectContext,
  user_id: string,
  integration_id: string,
  calendar_id: string,
): Promise<void> {
  const integration = await integrationOf(context, user_id, integration_id);
  if (integration.calendar_id === calendar_id) return;
  if (integration.own_calendar_id === calendar_id) {
    await chooseOwnCalendar(context, user_id, integration_id);
    return;
  }
  const provider = offeredProvider(context.providers, integration.provider);
  // A password opens all of them.
  if (isOAuth(provider) && !provider.listsCalendars(integration.access)) throw moreAccessNeeded(true);
  const calendars = await ask(context, integration, (client) => client.listCalendars());
  const chosen = calendars.find((calendar) =>
    calendar.id === calendar_id || (calendar_id === "primary" && calendar.primary)
  );
  if (!chosen?.writable) throw isOAuth(provider) ? moreAccessNeeded(false) : noSuchCalendar();
  await setCalendar(context, integration, chosen, chosen.primary ? "primary" : "other");
}

/**
 * Chooses the calendar of our own, the one that is there, made once more where it was deleted; the worker moves the events
 * there.
 *
 * @returns the integration as the Calendar API shows it
 */
export function chooseOwnCalendar(
  context: ConnectContext,
  user_id: string,
  integration_id: string,
): Promise<ShownIntegration> {
  return withUserLock(context.rpc, user_id, () => chooseOwnCalendarAlone(context, user_id, integration_id));
}

async function chooseOwnCalendarAlone(
  context: ConnectContext,
  user_id: string,
  integration_id: string,
): Promise<ShownIntegration> {
  const integration = await integrationOf(context, user_id, integration_id);
  const { own_calendar_id: id } = integration;
  // A server that is signed in to with a password need not make calendars.
  const may_refuse = !isOAuth(offeredProvider(context.providers, integration.provider));
  let is_new = false;
  const make = async (client: CalendarClient) => {
    const made = await client.createCalendar(OWN_CALENDAR);
    if (made.kind === "done" || !may_refuse || !isCalendarRefused(made)) return made;
    throw await calendarNeeded(client);
  };
  const calendar = await ask(context, integration, async (client) => {
    is_new = id === null;
    if (id === null) return await make(client);
    const known = await client.getCalendar({ id, role: "own" });
    // Making one finds ours, where it is there under another id.
    is_new = known.kind === "calendar_missing" || known.kind === "calendar_moved";
    return is_new ? await make(client) : known;
  });
  return await setCalendar(context, integration, calendar, "own", is_new);
}

const CalendarSet = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("set"), integration: ShownIntegration }),
  z.object({ kind: z.literal("in_use") }),
]).nullable();

async function setCalendar(
  { rpc }: ConnectContext,
  { user_id, integration_id }: Integration,
  calendar: Calendar,
  role: Integration["calendar_role"],
  is_new = false,
): Promise<ShownIntegration> {
  const shown = await rpc("calendar_set_calendar", {
    p_user_id: user_id,
    p_integration_id: integration_id,
    p_calendar_id: calendar.id,
    p_calendar_name: calendar.name,
    p_calendar_role: role,
    p_is_new: is_new,
  }, CalendarSet);
  if (shown === null) throw notYours();
  if (shown.kind === "in_use") {
    throw new ApiError(
      409,
      "calendar_in_use",
      "Another of your connections writes to this calendar already. Choose another calendar.",
    );
  }
  return shown.integration;
}

/**
 * A client for what has to be done at once and once only.
 *
 * @returns null where there is no token
 */
export async function clientOf(
  context: ConnectContext,
  user_id: string,
  integration_id: string,
): Promise<CalendarClient | null> {
  const integration = await integrationOf(context, user_id, integration_id);
  const provider = offeredProvider(context.providers, integration.provider);
  const token = await accessOf(context, provider, integration, null);
  return token.kind === "valid" ? clientWith(provider, token.access_token, integration) : null;
}

function clientWith(
  provider: Provider,
  access_token: string,
  { user_id, calendar_id, calendar_role }: Integration,
): CalendarClient {
  return createClient(provider, access_token, {
    owner: user_id,
    calendar: calendar_id === null ? null : { id: calendar_id, role: calendar_role },
    budget: createCallBudget(Infinity),
  });
}

async function integrationOf(
  { rpc }: ConnectContext,
  user_id: string,
  integration_id: string,
): Promise<Integration> {
  const integration = await rpc("calendar_integration_of", {
    p_user_id: user_id,
    p_integration_id: integration_id,
  }, Integration);
  if (integration === null) throw notYours();
  return integration;
}

/** What a person may be kept waiting for when the provider asks for a moment, as while a sync is going on. */
const PATIENCE_S = 3;
const ATTEMPTS_MAX = 4;

/** Makes a call for a user who waits: repeated after a 401 with a new token, and after a moment; then a clear error. */
async function ask<T>(
  context: ConnectContext,
  integration: Integration,
  call: (client: CalendarClient) => Promise<CalendarAnswer<T>>,
): Promise<T> {
  const provider = offeredProvider(context.providers, integration.provider);
  let rejected_token: string | null = null;
  for (let attempt = 1;; attempt++) {
    const token = await accessOf(context, provider, integration, rejected_token);
    if (token.kind !== "valid") throw await tokenRefusal(context, integration, token.kind);
    const answer = await call(clientWith(provider, token.access_token, integration));
    if (answer.kind === "done") return answer.value;
    if (attempt === ATTEMPTS_MAX) throw providerRefusal(answer);
    switch (answer.kind) {
      case "token_rejected":
        // Only the worker judges a password: what it finds stops the calendar.
        if (rejected_token !== null || !isOAuth(provider)) throw providerRefusal(answer);
        rejected_token = token.access_token;
        break;
      // Certainly not carried out, so that it may be repeated.
      case "pause":
      case "retry": {
        const wait_s = answer.after_s ?? 1;
        if (wait_s > PATIENCE_S) throw providerRefusal(answer);
        await new Promise((resolve) => setTimeout(resolve, wait_s * 1000));
        break;
      }
      default:
        throw providerRefusal(answer);
    }
  }
}

/** What lets us in, for one call. */
async function accessOf(
  { env, rpc }: ConnectContext,
  provider: Provider,
  { integration_id, user_id }: Integration,
  rejected_token: string | null,
): Promise<AccessTokenOutcome> {
  const request = { rpc, integration_id, known: null, calls: 1 };
  return isOAuth(provider)
    ? await getValidAccessToken({ ...request, provider, callback_uri: callbackUri(env), rejected_token })
    : await getPassword({ ...request, provider, user_id, rejected: null });
}

/** Why there is no token; of one that is lost, the integration says whether its user can help. */
async function tokenRefusal(
  context: ConnectContext,
  { user_id, integration_id }: Integration,
  kind: "lost" | "configuration" | "unreachable" | "unavailable",
): Promise<ApiError> {
  switch (kind) {
    case "configuration":
      return clientRefused();
    case "unreachable":
    case "unavailable":
      return providerUnavailable();
    case "lost": {
      const { status } = await integrationOf(context, user_id, integration_id);
      return status === "paused" ? blockedByPolicy() : reconnectNeeded();
    }
  }
}

function noSuchCalendar(): ApiError {
  return new ApiError(
    404,
    "not_found",
    "The account has no such calendar that we may write to. Choose another one.",
  );
}

/** @param can_widen whether the provider would let the user grant more */
function moreAccessNeeded(can_widen: boolean): ApiError {
  return new ApiError(
    409,
    "more_access_needed",
    can_widen
      ? "What was granted does not cover this calendar. Connect again with access to existing calendars."
      : "This calendar is not among those that the account may write to. Choose another one.",
  );
}
