import { Hono } from "hono";
import { type Emulator, startEmulator } from "../emulator.ts";
import { answerEventPage } from "../event-page.ts";
import { Faults } from "../faults.ts";
import type { OAuthClient } from "../oauth-client.ts";
import { calendarPage } from "../page.ts";
import { createTraffic, type Traffic } from "../traffic.ts";
import { authorizeRoutes } from "./authorize.ts";
import { outlookControlRoutes, outlookView } from "./control.ts";
import { discoveryRoutes } from "./discovery.ts";
import { answerFault, EntraError } from "./errors.ts";
import { graphRoutes } from "./graph.ts";
import { startNotifier } from "./notifications.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { OutlookState } from "./state.ts";
import { mailboxLimits } from "./throttle.ts";
import { tokenRoutes } from "./token.ts";

/** Per application and mailbox (Microsoft Graph, "Throttling limits", Outlook). */
const QUOTA_PER_10_MINUTES = 10_000;
const CONCURRENCY = 4;

/** A running stand-in for Microsoft: authority and Graph under one address. */
export interface OutlookEmulator extends Emulator<OutlookState> {
  /** What `MICROSOFT_AUTHORITY_URL` is to be. */
  readonly authority_url: string;
  /** What `MICROSOFT_GRAPH_URL` is to be. */
  readonly graph_url: string;
}

/** Where Outlook on the web shows a single event. */
const EVENT_PAGES = "/calendar/item/";

/**
 * Starts a stateful stand-in for Microsoft Entra and the calendars of Microsoft Graph on 127.0.0.1, as strict as the
 * real ones are documented to be.
 *
 * @param options.client the one application that it knows, its redirect URIs of the platform Web
 * @param options.quota_per_10_minutes requests of a mailbox; null: no quota
 * @param options.concurrency requests of a mailbox at once; null: any number
 */
export async function startOutlookEmulator(options: {
  readonly client: OAuthClient;
  readonly quota_per_10_minutes?: number | null;
  readonly concurrency?: number | null;
}): Promise<OutlookEmulator> {
  const { client, quota_per_10_minutes = QUOTA_PER_10_MINUTES, concurrency = CONCURRENCY } = options;
  const state = new OutlookState({ quota_per_10_minutes, concurrency });
  const faults = new Faults(answerFault);
  const keys = await createSigningKeys();

  const notifier = startNotifier(state);

  const app = new Hono();
  const traffic: Traffic = createTraffic({
    state,
    faults,
    fetch: (request, bindings) => app.fetch(request, bindings),
    admit: mailboxLimits(state),
  });
  app.onError((error) => {
    if (error instanceof EntraError) return error.toResponse();
    console.error(error);
    return new EntraError(500, "server_error", [50000], "There was an error issuing a token.").toResponse();
  });
  app.get("/", (c) => c.html(calendarPage("Outlook Calendar")));
  app.get(`${EVENT_PAGES}:id`, (c) => {
    const id = c.req.param("id");
    return answerEventPage(c, outlookView(state), ({ event }) => event.id === id);
  });
  app.route("/emulator", outlookControlRoutes(state, faults, notifier));
  app.route("/v1.0", graphRoutes(state, traffic));
  app.route("/", discoveryRoutes(keys));
  app.route("/", authorizeRoutes(state, client));
  app.route("/", tokenRoutes(state, client, keys));
  const emulator = await startEmulator({ state, faults, app, traffic, event_pages: EVENT_PAGES });
  return {
    ...emulator,
    authority_url: `${emulator.url}/common/v2.0`,
    graph_url: `${emulator.url}/v1.0`,
    close: () => {
      notifier.close();
      return emulator.close();
    },
  };
}
