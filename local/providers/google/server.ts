import { Hono } from "hono";
import { type Emulator, startEmulator } from "../emulator.ts";
import { answerEventPage } from "../event-page.ts";
import { Faults } from "../faults.ts";
import type { OAuthClient } from "../oauth-client.ts";
import { calendarPage } from "../page.ts";
import { createTraffic, type Traffic } from "../traffic.ts";
import { type ApiEnv, requireToken } from "./access.ts";
import { batchRoutes } from "./batch.ts";
import { calendarRoutes } from "./calendars.ts";
import { channelRoutes } from "./channel-routes.ts";
import { googleControlRoutes, googleView } from "./control.ts";
import { eidOf, EVENT_PAGES } from "./event-page.ts";
import { answerFault, GoogleError, notFound } from "./errors.ts";
import { eventRoutes } from "./events.ts";
import { oauthRoutes } from "./oauth.ts";
import { EmulatorState } from "./state.ts";

/** Of projects since May 2026 (Google Calendar API guide, "Manage quotas"). */
const QUOTA_PER_MINUTE_PER_USER = 600;
const ACCOUNTS = [
  { email: "ada@example.com", name: "Ada Lovelace", sub: "101815120000000000001" },
  { email: "grace@example.com", name: "Grace Hopper", sub: "101906120000000000002" },
];

/** A running stand-in for Google: authority and API under one address. */
export type GoogleEmulator = Emulator<EmulatorState>;

/**
 * Starts a stateful stand-in for Google's OAuth and Calendar API on 127.0.0.1, as strict as the real one is
 * documented to be.
 *
 * @param options.client the one OAuth client that it knows
 * @param options.quota_per_minute_per_user null: no quota
 */
export async function startGoogleEmulator(options: {
  readonly client: OAuthClient;
  readonly quota_per_minute_per_user?: number | null;
}): Promise<GoogleEmulator> {
  const quota = options.quota_per_minute_per_user;
  const state = new EmulatorState(ACCOUNTS, quota === undefined ? QUOTA_PER_MINUTE_PER_USER : quota);
  const faults = new Faults(answerFault);

  const app = new Hono();
  const traffic: Traffic = createTraffic({
    state,
    faults,
    fetch: (request, bindings) => app.fetch(request, bindings),
  });
  app.onError((error) => {
    if (error instanceof GoogleError) return error.toResponse();
    console.error(error);
    return new GoogleError(500, "backendError", "Backend Error").toResponse();
  });
  app.notFound(() => notFound().toResponse());
  app.get("/", (c) => c.html(calendarPage("Google Calendar")));
  app.get(EVENT_PAGES, (c) => {
    const { eid, authuser } = c.req.query();
    return answerEventPage(
      c,
      googleView(state),
      ({ account, calendar, event }) =>
        eidOf(event.id, calendar.id) === eid && (authuser ?? account.email) === account.email,
    );
  });
  app.route("/emulator", googleControlRoutes(state, faults));
  app.route("/", await oauthRoutes(state, options.client));
  app.route("/batch/calendar/v3", batchRoutes(traffic));
  const api = new Hono<ApiEnv>();
  api.use(requireToken(state));
  api.route("/calendars/:calendarId/events", eventRoutes(state));
  api.route("/channels", channelRoutes(state));
  api.route("/", calendarRoutes(state));
  app.route("/calendar/v3", api);
  const emulator = await startEmulator({ state, faults, app, traffic, event_pages: EVENT_PAGES });
  return {
    ...emulator,
    close: async () => {
      state.deliveries.close();
      await emulator.close();
    },
  };
}
