import { z } from "zod";
import type { ConnectContext } from "../oauth/connect.ts";
import { existingCalendar, type NamedCalendar, takeConnection, type Taken } from "../oauth/confirm.ts";
import { tooMany } from "../oauth/account-limit.ts";
import { OWN_CALENDAR } from "../oauth/own-calendar.ts";
import { providerRefusal } from "../oauth/provider-refusal.ts";
import { withUserLock } from "../oauth/user-lock.ts";
import { calendarNeeded, isCalendarRefused } from "./calendar-needed.ts";
import { guardPasswords } from "./password-tries.ts";
import { ApiError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { createSecretToken, hashSecretToken } from "../platform/secret-token.ts";
import type { CalendarClient } from "../providers/calendar-client.ts";
import { createCallBudget } from "../providers/call-budget.ts";
import type { Access, CheckOutcome, CheckRefusal } from "../providers/connector.ts";
import type { PasswordProvider } from "../providers/provider.ts";
import { passwordProvider } from "../providers/registry.ts";
import { Unreachable } from "../transport/safe-fetch.ts";
import { unreachableAt } from "../transport/unreachable-at.ts";
import { passwordSecret } from "./password.ts";

/** From the call on: whatever the reason is why a server does not answer, its user hears of it then. */
const UNREACHABLE_AT_MS = 5_000;
/** A server that has answered may take longer. */
const CHECK_MS_MAX = 20_000;
/** Finding or making a calendar takes less; what a killed process leaves behind goes after it. */
const KEPT_S = 120;

/** What a user typed. */
export interface TypedAccount {
  readonly provider: string;
  readonly server_url: string;
  readonly username: string;
  readonly password: string;
  /** Null: what the account has, else `dedicated`. */
  readonly access: Access | null;
  /** One of the account's calendars, instead of one of our own. */
  readonly calendar_id: string | null;
}

type Checked = Extract<CheckOutcome, { kind: "connected" }>;
type ConnectedTaken = Extract<Taken, { kind: "taken" }>;

/**
 * Connects an account with a user name and a password, in the user's own session: so nobody has to confirm it. The calendar
 * exists when this returns. The same account again keeps its integration, which gets the new password.
 *
 * @param Shown an integration as the Calendar API shows it
 * @throws ApiError 422 where there is nothing to connect; 409 `calendar_needed` where the server makes no calendar; 429 where too
 * many passwords of the user were refused
 */
export async function connectWithPassword<T>(
  context: ConnectContext,
  user_id: string,
  typed: TypedAccount,
  Shown: z.ZodType<T>,
): Promise<{ readonly integration: T; readonly is_new: boolean }> {
  const provider = passwordProvider(context.providers, typed.provider);
  const checked = await guardPasswords(context, user_id, () => check(provider, typed));
  return await withUserLock(
    context.rpc,
    user_id,
    () => connectAlone(context, user_id, typed, checked, Shown),
  );
}

/** Tries what was typed. */
async function check(provider: PasswordProvider, typed: TypedAccount): Promise<Checked> {
  const { server_url: server, username, password } = typed;
  const outcome = await unreachableAt(UNREACHABLE_AT_MS, async (signal) => {
    const found = await provider.connector.check({ kind: "password", server, username, password }, {
      first_answer_ms: UNREACHABLE_AT_MS,
      signal,
    });
    if (found.kind !== "server_unreachable") return found;
    noteRefusal(provider, found);
    throw new Unreachable();
  }, CHECK_MS_MAX).catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error;
    return { kind: "server_unreachable" } as const;
  });
  if (outcome.kind === "connected") return outcome;
  if (outcome.kind !== "server_unreachable") noteRefusal(provider, outcome);
  throw REFUSALS[outcome.kind]();
}

function noteRefusal(
  { name }: PasswordProvider,
  { kind, reason }: CheckRefusal,
): void {
  log.warn("connection_refused", { provider: name, error_code: kind, reason });
}

const REFUSALS: Readonly<Record<CheckRefusal["kind"], () => ApiError>> = {
  server_not_allowed: () =>
    new ApiError(
      422,
      "server_not_allowed",
      "This server cannot be connected here. Use the https address of one of those that are offered.",
    ),
  server_unreachable: () =>
    new ApiError(422, "server_unreachable", "The server cannot be reached. Check its address."),
  not_supported: () =>
    new ApiError(422, "not_caldav", "The server answers, but offers no calendars there. Check its address."),
  sign_in_not_supported: () =>
    new ApiError(
      422,
      "sign_in_not_supported",
      "This server asks for a way to sign in that is not supported here, such as Digest. Whoever runs it can switch it to Basic.",
    ),
  sign_in_failed: () =>
    new ApiError(
      422,
      "sign_in_failed",
      "The server does not accept this user name and password. Many services want a password made for applications.",
    ),
};

async function connectAlone<T>(
  { rpc, providers }: ConnectContext,
  user_id: string,
  typed: TypedAccount,
  checked: Checked,
  Shown: z.ZodType<T>,
): Promise<{ readonly integration: T; readonly is_new: boolean }> {
  const provider = passwordProvider(providers, typed.provider);
  const { credentials } = checked;
  const ticket_hash = await hashSecretToken(createSecretToken());
  const flow_id = await rpc("calendar_begin_password_connection", {
    p_user_id: user_id,
    p_provider: provider.name,
    p_access: typed.access,
    // A removed integration keeps it, and nobody's user name.
    p_account_id: await hashSecretToken(checked.account_id),
    p_account_email: checked.account_email,
    p_server: new URL(credentials.server).origin,
    p_secret: passwordSecret(credentials),
    p_ticket_hash: ticket_hash,
    p_expires_s: KEPT_S,
  }, z.string());
  try {
    const taken = await takeConnection(rpc, user_id, ticket_hash);
    if (taken.kind === "too_many") throw tooMany(taken.limit);
    if (taken.kind === "busy") throw stillLeaving();
    if (taken.kind !== "taken") throw new Error(`The connection is ${taken.kind}.`);
    const client = provider.createClient({
      credentials,
      owner: user_id,
      calendar: taken.calendar_id === null ? null : { id: taken.calendar_id, role: taken.calendar_role },
      budget: createCallBudget(Infinity),
    });
    const calendar = typed.calendar_id === null
      ? await usualCalendar(client, taken)
      : await chosenCalendar(client, typed.calendar_id, taken);
    const activated = await rpc("calendar_activate", {
      p_flow_id: flow_id,
      p_calendar_id: calendar.id,
      p_calendar_name: calendar.name,
      p_calendar_role: calendar.role,
      p_is_new: calendar.is_new ?? false,
    }, z.union([z.object({ kind: z.literal("in_use") }), Shown]));
    if (isInUse(activated)) throw calendarInUse();
    return { integration: activated, is_new: taken.access_before === null };
  } finally {
    // One that became an integration has ended already.
    await rpc("calendar_end_flow", { p_user_id: user_id, p_flow_id: flow_id }, z.unknown());
  }
}

/** The calendar of an earlier connection if it is still there, else one of our own. */
async function usualCalendar(client: CalendarClient, taken: ConnectedTaken): Promise<NamedCalendar> {
  const { calendar_id, calendar_role, own_calendar_id } = taken;
  if (calendar_id !== null) {
    const kept = await existingCalendar(client, { id: calendar_id, role: calendar_role });
    if (kept !== null) return kept;
  }
  if (own_calendar_id !== null && own_calendar_id !== calendar_id) {
    const own = await existingCalendar(client, { id: own_calendar_id, role: "own" });
    if (own !== null) return own;
  }
  const made = await client.createCalendar(OWN_CALENDAR);
  if (made.kind === "done") return { id: made.value.id, name: made.value.name, role: "own", is_new: true };
  throw isCalendarRefused(made) ? await calendarNeeded(client) : providerRefusal(made);
}

async function chosenCalendar(
  client: CalendarClient,
  calendar_id: string,
  { own_calendar_id }: ConnectedTaken,
): Promise<NamedCalendar> {
  const listed = await client.listCalendars();
  if (listed.kind !== "done") throw providerRefusal(listed);
  const chosen = listed.value.find(({ id, writable }) => id === calendar_id && writable);
  if (chosen === undefined) {
    throw await calendarNeeded(client, "This is not a calendar that we may write to. Choose another one.");
  }
  return { id: chosen.id, name: chosen.name, role: chosen.id === own_calendar_id ? "own" : "other" };
}

function stillLeaving(): ApiError {
  return new ApiError(
    409,
    "disconnecting",
    "The account is just being disconnected. Connect it again in a moment.",
  );
}

function calendarInUse(): ApiError {
  return new ApiError(
    409,
    "calendar_in_use",
    "Another of your connections writes to this calendar already. Choose another calendar.",
  );
}

function isInUse(activated: unknown): activated is { readonly kind: "in_use" } {
  return typeof activated === "object" && activated !== null && "kind" in activated &&
    activated.kind === "in_use";
}
