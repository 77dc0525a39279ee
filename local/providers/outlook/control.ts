import { Hono } from "hono";
import { z } from "zod";
import { type AccountView, controlRoutes, type Controls } from "../control.ts";
import { DeliverySwitches } from "../deliveries.ts";
import type { Faults } from "../faults.ts";
import { changedEvent, parseEventBody } from "./event-body.ts";
import { eventViewOf } from "./event-view.ts";
import { copyEvent, deleteEvent, moveEvent, swapCalendarId } from "./mailbox.ts";
import type { Notifier } from "./notifications.ts";
import { editAsPerson } from "./person-edit.ts";
import type { OutlookCalendar, OutlookState, OutlookSubscription } from "./state.ts";

const Limit = z.number().int().nullable().optional();
const Settings = z.strictObject({
  quota_per_10_minutes: Limit,
  concurrency: Limit,
  service_ms: z.number().min(0).optional(),
  page_size_max: z.number().int().min(1).nullable().optional(),
  listing_lag_ms: z.int().min(0).optional(),
  names_existing_event: z.boolean().optional(),
  burn_transaction_ids: z.boolean().optional(),
  duplicate_transaction_status: z.union([z.literal(400), z.literal(409)]).optional(),
  swap_new_calendar_ids: z.boolean().optional(),
  notifications: DeliverySwitches.optional(),
  channel_life_s: z.int().min(1).nullable().optional(),
  subscriptions_max: z.number().int().min(0).optional(),
  subscription_minutes_max: z.number().int().min(1).optional(),
  refuse_second_subscriptions: z.boolean().optional(),
  admin_consent_required: z.array(z.guid()).optional(),
  refresh_errors: z.record(
    z.string(),
    z.strictObject({
      error: z.string(),
      error_codes: z.array(z.number().int()).default([]),
      suberror: z.string().optional(),
      status: z.number().int().optional(),
    }).nullable(),
  ).optional(),
});
const UserEdit = z.object({
  account: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  change: z.union([
    z.literal("delete"),
    z.strictObject({ move_to: z.string() }),
    z.strictObject({ copy_to: z.string() }),
    z.record(z.string(), z.unknown()),
  ]),
});
const ForgeryBody = z.object({
  subscription_id: z.string(),
  says: z.strictObject({
    subscriptionId: z.string().exactOptional(),
    clientState: z.string().nullable().exactOptional(),
  }),
});
const LifecycleBody = z.object({
  account: z.string(),
  event: z.enum(["reauthorizationRequired", "subscriptionRemoved", "missed"]),
});
const CalendarBody = z.object({ account: z.string(), calendar_id: z.string() });

/** `/emulator`, with what only Outlook does. */
export function outlookControlRoutes(state: OutlookState, faults: Faults, notifier: Notifier): Hono {
  const app = controlRoutes(state, faults, outlookControls(state));
  app.post("/swap_calendar_id", async (c) => {
    const body = CalendarBody.parse(await c.req.json());
    const account = state.accounts.get(body.account);
    const calendar = account?.calendars.get(body.calendar_id);
    if (!account || !calendar) return c.json({ message: "no such calendar" }, 404);
    swapCalendarId(account, calendar);
    state.nextRevision();
    return c.json({ calendar_id: calendar.id });
  });
  app.post("/lifecycle", async (c) => {
    const { account, event } = LifecycleBody.parse(await c.req.json());
    const concerned = [...state.subscriptions.values()].filter((one) => one.account.email === account);
    if (event === "subscriptionRemoved") {
      for (const { id } of concerned) state.subscriptions.delete(id);
    }
    notifier.tellLifecycle(concerned, event);
    return c.json({ subscriptions: concerned.length });
  });
  // As after a change of password, of which the real one sometimes tells nobody.
  app.post("/expire_channels", (c) => {
    state.subscriptions.clear();
    return c.body(null, 204);
  });
  app.post("/forge_notification", async (c) => {
    const { subscription_id, says } = ForgeryBody.parse(await c.req.json());
    const subscription = state.subscriptions.get(subscription_id);
    if (!subscription) return c.json({ message: "no such subscription" }, 404);
    return c.json({ status: await notifier.forge(subscription, says) });
  });
  return app;
}

/** Every account as the page shows it. */
export function outlookView(state: OutlookState): readonly AccountView[] {
  return [...state.accounts.values()].map(({ email, name, calendars }) => ({
    email,
    name,
    calendars: [...calendars.values()].map((calendar) => ({
      id: calendar.id,
      name: calendar.name,
      color: calendar.hexColor || "#0078d4",
      events: [...calendar.events.values()].map(eventViewOf),
      deleted: [...calendar.deleted.values()].map(eventViewOf),
    })),
  }));
}

function outlookControls(state: OutlookState): Controls {
  return {
    snapshot: () => ({
      accounts: [...state.accounts.values()].map(({ email, name, oid, tid, has_mailbox, calendars }) => ({
        email,
        name,
        oid,
        tid,
        has_mailbox,
        calendars: [...calendars.values()].map(plainCalendar),
      })),
      subscriptions: [...state.subscriptions.values()].map(plainSubscription),
      notifications: state.deliveries.sent,
      refreshes: Object.fromEntries(state.refreshes),
      admin_consent_required: [...state.admin_consent_required],
    }),
    view: () => outlookView(state),
    changeSettings: (body) => {
      const { admin_consent_required, refresh_errors, notifications, ...switches } = Settings.parse(body);
      Object.assign(state, switches);
      if (notifications !== undefined) state.deliveries.switch(notifications);
      if (admin_consent_required) {
        state.admin_consent_required.clear();
        for (const tid of admin_consent_required) state.admin_consent_required.add(tid);
      }
      for (const [email, error] of Object.entries(refresh_errors ?? {})) {
        if (error === null) state.refresh_errors.delete(email);
        else state.refresh_errors.set(email, error);
      }
    },
    expireTokens: (email) => {
      for (const [token, grant] of state.accessTokens) {
        if (grant.account.email === email) state.accessTokens.delete(token);
      }
      return state.accounts.has(email);
    },
    revoke: (email) => {
      for (const [token, grant] of state.refreshTokens) {
        if (grant.account.email !== email) continue;
        state.refreshTokens.delete(token);
        state.revokedTokens.add(token);
      }
      for (const [token, grant] of state.accessTokens) {
        if (grant.account.email === email) state.accessTokens.delete(token);
      }
      return state.accounts.has(email);
    },
    editEvent: (body) => {
      const { account, calendar_id, event_id, change } = UserEdit.parse(body);
      const calendars = state.accounts.get(account)?.calendars;
      const calendar = calendars?.get(calendar_id);
      const event = calendar?.events.get(event_id);
      if (!calendar || !event) return false;
      if (change === "delete") {
        deleteEvent({ event, calendar });
        state.nextRevision();
      } else if ("move_to" in change) {
        const to = calendars?.get(z.string().parse(change["move_to"]));
        if (!to) return false;
        moveEvent({ event, calendar }, to, state.nextChangeKey());
      } else if ("copy_to" in change) {
        const to = calendars?.get(z.string().parse(change["copy_to"]));
        if (!to) return false;
        copyEvent({ event, calendar }, to, state.nextChangeKey());
      } else {
        calendar.events.set(event.id, changedEvent(event, parseEventBody(change), state.nextChangeKey()));
      }
      return true;
    },
    editAsPerson: ({ account, calendar_id, event_id, edit }) => {
      const calendar = state.accounts.get(account)?.calendars.get(calendar_id);
      return calendar !== undefined && editAsPerson(state, calendar, event_id, edit);
    },
    deleteCalendar: (email, calendar_id) => {
      state.accounts.get(email)?.calendars.delete(calendar_id);
      state.nextRevision();
    },
  };
}

/** Without its `clientState`. */
function plainSubscription({ id, account, resource, notification_url, expires_at }: OutlookSubscription) {
  return {
    id,
    account: account.email,
    resource,
    notification_url,
    expires_at: new Date(expires_at).toISOString(),
  };
}

function plainCalendar({ events, deleted: _, extendedProperties, ...calendar }: OutlookCalendar) {
  return {
    ...calendar,
    extendedProperties: Object.fromEntries(extendedProperties),
    events: [...events.values()].map((event) => ({
      ...event,
      extendedProperties: Object.fromEntries(event.extendedProperties),
    })),
  };
}
