import { z } from "zod";
import { getValidAccessToken } from "../_shared/oauth/access-token.ts";
import type { ConnectContext } from "../_shared/oauth/connect.ts";
import { ApiError } from "../_shared/platform/errors.ts";
import type { Calendar, CalendarAnswer, CalendarClient } from "../_shared/providers/calendar-client.ts";
import { createGoogleClient } from "../_shared/providers/google/client.ts";

const Integration = z.object({
  integration_id: z.string(),
  status: z.string(),
  access: z.enum(["dedicated", "existing"]),
  calendar_id: z.string().nullable(),
  calendar_owned: z.boolean(),
}).nullable();

/** The calendars that the grant lets us see: with `dedicated` access, our own. */
export async function listCalendars(
  context: ConnectContext,
  user_id: string,
  integration_id: string,
): Promise<readonly Calendar[]> {
  const integration = await integrationOf(context, user_id, integration_id);
  if (integration.access === "existing") {
    return await ask(context, integration_id, (client) => client.listCalendars());
  }
  const { calendar_id } = integration;
  if (calendar_id === null) return [];
  return [await ask(context, integration_id, (client) => client.getCalendar(calendar_id))];
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
  if (integration.access === "dedicated") throw moreAccessNeeded();
  const calendars = await ask(context, integration_id, (client) => client.listCalendars());
  const chosen = calendars.find((calendar) =>
    calendar.id === calendar_id || (calendar_id === "primary" && calendar.primary)
  );
  if (!chosen?.writable) throw moreAccessNeeded();
  await context.rpc("calendar_set_calendar", {
    p_user_id: user_id,
    p_integration_id: integration_id,
    p_calendar_id: chosen.id,
    p_calendar_name: chosen.name,
    p_calendar_owned: false,
  }, z.unknown());
}

async function integrationOf({ rpc }: ConnectContext, user_id: string, integration_id: string) {
  const integration = await rpc("calendar_integration_of", {
    p_user_id: user_id,
    p_integration_id: integration_id,
  }, Integration);
  if (integration === null) throw new ApiError(404, "not_found", "You have no such integration.");
  if (integration.status === "pending_confirmation") {
    throw new ApiError(
      409,
      "reconnect_needed",
      "This connection was not confirmed yet. Confirm it, or connect again.",
    );
  }
  return integration;
}

/** Makes a call for a user who waits: one refresh and one repetition after a 401, then a clear error. */
async function ask<T>(
  { env, rpc }: ConnectContext,
  integration_id: string,
  call: (client: CalendarClient) => Promise<CalendarAnswer<T>>,
): Promise<T> {
  let rejected_token: string | null = null;
  for (let attempt = 0; attempt < 2; attempt++) {
    const token = await getValidAccessToken({
      rpc,
      google: env.google,
      integration_id,
      held: null,
      rejected_token,
    });
    if (token.kind === "lost") {
      throw new ApiError(
        409,
        "reconnect_needed",
        "The calendar account no longer lets us in. Connect it again.",
      );
    }
    if (token.kind !== "valid") break;
    const answer = await call(
      createGoogleClient({ api_url: env.google.api_url, access_token: token.access_token }),
    );
    if (answer.kind === "done") return answer.value;
    if (answer.kind === "missing") throw new ApiError(404, "not_found", "The calendar no longer exists.");
    if (answer.kind === "forbidden") throw moreAccessNeeded();
    if (answer.kind === "unavailable") break;
    rejected_token = token.access_token;
  }
  throw new ApiError(502, "provider_unavailable", "The calendar provider did not answer. Try again.");
}

function moreAccessNeeded(): ApiError {
  return new ApiError(
    409,
    "more_access_needed",
    "What was granted does not cover this calendar. Connect again with access to existing calendars.",
  );
}
