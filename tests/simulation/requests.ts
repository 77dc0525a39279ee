import { z } from "zod";
import { PASSWORD } from "../../local/providers/caldav/server.ts";
import { connectWithPassword } from "../../supabase/functions/_shared/connections/connect-password.ts";
import { confirmConnection } from "../../supabase/functions/_shared/oauth/confirm.ts";
import { beginConnection, finishConsent } from "../../supabase/functions/_shared/oauth/connect.ts";
import { consentProvider } from "../../supabase/functions/_shared/providers/registry.ts";
import { chooseCalendar, chooseOwnCalendar } from "../../supabase/functions/calendar/calendars.ts";
import { CALDAV_SERVER } from "./memory-caldav.ts";
import { EMAIL } from "./provider-accounts.ts";
import type { Actor } from "./scheduler.ts";
import { uuidOf, type World } from "./world.ts";

const Disconnected = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("reconnect_needed") }),
  z.object({ kind: z.literal("draining") }),
  z.object({ kind: z.literal("removed"), refresh_token: z.string().nullable() }),
]).nullable();

/** Starts what a user asks of the Calendar API about one account; nothing while an earlier request is under way. */
export function request(
  world: World,
  account: number,
  name: string,
  run: (user_id: string) => Promise<void>,
): Actor | null {
  const story = world.accounts[account];
  if (story === undefined || story.busy) return null;
  story.busy = true;
  const user_id = uuidOf("user", story.user);
  return world.scheduler.start(`${name} ${story.grants.account_id}`, async () => {
    try {
      await run(user_id);
    } finally {
      story.busy = false;
    }
  });
}

/** Through the consent page and back, as a browser goes; or with a password. */
export async function connectAccount(world: World, account: number, user_id: string): Promise<void> {
  const story = world.accounts[account];
  if (story === undefined) return;
  const { connect } = world;
  const { provider } = story;
  if (provider === "caldav") {
    const typed = { provider, server_url: CALDAV_SERVER, username: EMAIL, password: PASSWORD } as const;
    await connectWithPassword(connect, user_id, { ...typed, access: null, calendar_id: null }, z.unknown());
    story.connection = "connected";
    return;
  }
  const redirect_to = connect.env.redirect_urls[0] ?? "";
  const { url } = await beginConnection(connect, { user_id, provider, access: "existing", redirect_to });
  const state = new URL(url).searchParams.get("state") ?? "";
  const back = await finishConsent(connect, new URLSearchParams({ state, code: story.grants.account_id }));
  const ticket = new URL(back).searchParams.get("calendar_connection");
  if (ticket === null) return;
  await confirmConnection(connect, user_id, ticket, { accept_less_access: false }, z.unknown());
  story.connection = "connected";
}

export async function disconnectAccount(
  world: World,
  account: number,
  user_id: string,
  events: "keep" | "remove",
): Promise<void> {
  const story = world.accounts[account];
  const integration = await world.scheduler.outside(() => world.integrationOf(account));
  if (story === undefined || integration === null) return;
  // Whatever becomes of the answer, it may have been done.
  story.connection = events === "keep" ? "kept" : "removing";
  story.asked_removal ||= events === "remove";
  const outcome = await world.rpc("calendar_begin_disconnect", {
    p_user_id: user_id,
    p_integration_id: integration.id,
    p_events: events,
  }, Disconnected);
  if (outcome?.kind === "removed" && outcome.refresh_token !== null) {
    await consentProvider(world.providers, story.provider).connector.revokeToken(outcome.refresh_token);
  }
}

/** The account's calendar of our own, or its main one. */
export async function moveToCalendar(
  world: World,
  account: number,
  user_id: string,
  to: "own" | "primary",
): Promise<void> {
  const integration = await world.scheduler.outside(() => world.integrationOf(account));
  if (integration === null) return;
  if (to === "own") await chooseOwnCalendar(world.connect, user_id, integration.id);
  else await chooseCalendar(world.connect, user_id, integration.id, "primary");
}
