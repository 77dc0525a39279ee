import { z } from "zod";
import { ApiError } from "../platform/errors.ts";
import type { Rpc } from "../platform/rpc.ts";
import { hashSecretToken } from "../platform/secret-token.ts";
import type { CalendarChoice, CalendarClient } from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import { consentProvider } from "../providers/registry.ts";
import { TooMany, tooMany } from "./account-limit.ts";
import type { ConnectContext } from "./connect.ts";
import { OWN_CALENDAR } from "./own-calendar.ts";
import { providerRefusal } from "./provider-refusal.ts";
import { withUserLock } from "./user-lock.ts";

/** Ending a connection takes two calls to the provider. */
const BUSY_WAIT_MS = 10_000;
const BUSY_POLL_MS = 200;

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
export type Taken = z.infer<typeof Taken>;

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
    p_is_new: calendar.is_new ?? false,
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
export async function takeConnection(rpc: Rpc, user_id: string, ticket_hash: string): Promise<Taken> {
  const wait_until = performance.now() + BUSY_WAIT_MS;
  while (true) {
    const args = { p_user_id: user_id, p_ticket_hash: ticket_hash };
    const taken = await rpc("calendar_take_connection", args, Taken);
    if (taken.kind !== "busy" || performance.now() > wait_until) return taken;
    await new Promise((resolve) => setTimeout(resolve, BUSY_POLL_MS));
  }
}

/** A calendar that events can go to. */
export type NamedCalendar = CalendarChoice & {
  readonly name: string;
  /** It was just made. */
  readonly is_new?: true;
};

/** The calendar of an earlier connection, if it is still there. */
export async function existingCalendar(
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
  return { id: answer.value.id, name: answer.value.name, role: "own", is_new: true };
}
