import type { Hono } from "hono";
import { z } from "zod";
import { type AccountView, controlRoutes, type Controls } from "../control.ts";
import { DeliverySwitches } from "../deliveries.ts";
import type { Faults } from "../faults.ts";
import { eventViewOf } from "./event-view.ts";
import { editedEvent } from "./person-edit.ts";
import { revokeAll } from "./oauth.ts";
import type { CalendarEntry, EmulatorState } from "./state.ts";

const Quota = z.number().int().nullable().optional();
const Settings = z.strictObject({
  quota_per_minute: Quota,
  project_quota_per_minute: Quota,
  restore_allowed: z.boolean().optional(),
  page_size_max: z.number().int().min(1).nullable().optional(),
  listing_lag_ms: z.int().min(0).optional(),
  notifications: DeliverySwitches.optional(),
  channel_life_s: z.int().min(1).optional(),
});
/** What a forged notification says instead of what is true. */
const Forgery = z.strictObject({
  channel_id: z.string(),
  says: z.strictObject({
    id: z.string().exactOptional(),
    resource_id: z.string().exactOptional(),
    token: z.string().nullable().exactOptional(),
  }),
});
const UserEdit = z.object({
  account: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  change: z.union([
    z.literal("delete"),
    z.strictObject({ move_to: z.string() }),
    z.record(z.string(), z.unknown()),
  ]),
});

/** `/emulator`, with what only Google does. */
export function googleControlRoutes(state: EmulatorState, faults: Faults): Hono {
  const app = controlRoutes(state, faults, googleControls(state));
  app.post("/expire_sync_tokens", (c) => {
    state.expireSyncTokens();
    return c.body(null, 204);
  });
  app.post("/expire_channels", (c) => {
    state.channels.expire();
    return c.body(null, 204);
  });
  app.post("/forge_notification", async (c) => {
    const { channel_id, says } = Forgery.parse(await c.req.json());
    const status = await state.channels.forge(channel_id, says);
    return status === null ? c.json({ message: "no such channel" }, 404) : c.json({ status });
  });
  return app;
}

/** What is Google's behind the controls. */
function googleControls(state: EmulatorState): Controls {
  return {
    snapshot: () => ({
      accounts: [...state.accounts.values()].map(({ email, name, calendars }) => ({
        email,
        name,
        calendars: [...calendars.values()].map(({ events, changed_at: _, ...calendar }) => ({
          ...calendar,
          events: [...events.values()],
        })),
      })),
      channels: state.channels.list(),
      notifications: state.deliveries.sent,
      token_calls: Object.fromEntries(state.token_calls),
    }),
    view: () => googleView(state),
    changeSettings: (body) => {
      const settings = Settings.parse(body);
      if (settings.quota_per_minute !== undefined) state.quota_per_minute = settings.quota_per_minute;
      if (settings.project_quota_per_minute !== undefined) {
        state.project_quota_per_minute = settings.project_quota_per_minute;
      }
      if (settings.restore_allowed !== undefined) state.restore_allowed = settings.restore_allowed;
      if (settings.notifications !== undefined) state.deliveries.switch(settings.notifications);
      if (settings.channel_life_s !== undefined) state.channels.life_s = settings.channel_life_s;
      if (settings.listing_lag_ms !== undefined) state.listing_lag_ms = settings.listing_lag_ms;
      if (settings.page_size_max !== undefined) state.page_size_max = settings.page_size_max;
    },
    expireTokens: (email) => {
      for (const [token, grant] of state.accessTokens) {
        if (grant.account.email === email) state.accessTokens.delete(token);
      }
      return state.accounts.has(email);
    },
    revoke: (email) => {
      const account = state.accounts.get(email);
      if (account) revokeAll(state, account);
      return account !== undefined;
    },
    editEvent: (body) => {
      const { account, calendar_id, event_id, change } = UserEdit.parse(body);
      const calendars = state.accounts.get(account)?.calendars;
      const calendar = calendars?.get(calendar_id);
      const event = calendar?.events.get(event_id);
      if (!calendar || !event) return false;
      if (change === "delete") {
        state.storeEvent(calendar, { ...event, status: "cancelled" });
      } else if ("move_to" in change) {
        // It keeps its id, and is cancelled where it was.
        const to = calendars?.get(z.string().parse(change["move_to"]));
        if (!to) return false;
        state.storeEvent(to, event);
        state.storeEvent(calendar, { ...event, status: "cancelled" });
      } else {
        state.storeEvent(calendar, { ...event, ...change });
      }
      return true;
    },
    editAsPerson: ({ account, calendar_id, event_id, edit }) => {
      const calendar = state.accounts.get(account)?.calendars.get(calendar_id);
      const event = calendar?.events.get(event_id);
      if (!calendar || !event) return false;
      state.storeEvent(calendar, editedEvent(event, edit, calendar));
      return true;
    },
    deleteCalendar: (email, calendar_id) => {
      state.accounts.get(email)?.calendars.delete(calendar_id);
      state.nextEtag();
    },
  };
}

/** Every account as the page shows it. */
export function googleView(state: EmulatorState): readonly AccountView[] {
  return [...state.accounts.values()].map(({ email, name, calendars }) => ({
    email,
    name,
    calendars: [...calendars.values()].map(viewOf),
  }));
}

function viewOf({ id, summary, backgroundColor, events }: CalendarEntry) {
  return {
    id,
    name: summary,
    color: backgroundColor,
    events: [...events.values()].filter(({ status }) => status !== "cancelled").map(eventViewOf),
    deleted: [...events.values()].filter(({ status }) => status === "cancelled").map(eventViewOf),
  };
}
