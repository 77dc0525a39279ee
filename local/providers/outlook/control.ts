import { Hono } from "hono";
import { z } from "zod";
import { controlRoutes, type Controls } from "../control.ts";
import type { Faults } from "../faults.ts";
import { changedEvent, parseEventBody } from "./event-body.ts";
import { moveEvent, swapCalendarId } from "./mailbox.ts";
import type { OutlookCalendar, OutlookEvent, OutlookState } from "./state.ts";

const Limit = z.number().int().nullable().optional();
const Settings = z.strictObject({
  quota_per_10_minutes: Limit,
  concurrency: Limit,
  service_ms: z.number().min(0).optional(),
  page_size_max: z.number().int().min(1).nullable().optional(),
  names_existing_event: z.boolean().optional(),
  burn_transaction_ids: z.boolean().optional(),
  duplicate_transaction_status: z.union([z.literal(400), z.literal(409)]).optional(),
  swap_new_calendar_ids: z.boolean().optional(),
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
    z.record(z.string(), z.unknown()),
  ]),
});
const CalendarBody = z.object({ account: z.string(), calendar_id: z.string() });

/** `/emulator`, with what only Outlook does. */
export function outlookControlRoutes(state: OutlookState, faults: Faults): Hono {
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
  return app;
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
      refreshes: Object.fromEntries(state.refreshes),
      admin_consent_required: [...state.admin_consent_required],
    }),
    view: () =>
      [...state.accounts.values()].map(({ email, name, calendars }) => ({
        email,
        name,
        calendars: [...calendars.values()].map((calendar) => ({
          id: calendar.id,
          name: calendar.name,
          color: calendar.hexColor || "#0078d4",
          events: [...calendar.events.values()].map(eventViewOf),
        })),
      })),
    changeSettings: (body) => {
      const { admin_consent_required, refresh_errors, ...switches } = Settings.parse(body);
      Object.assign(state, switches);
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
        calendar.events.delete(event.id);
        state.nextRevision();
      } else if ("move_to" in change) {
        const to = calendars?.get(z.string().parse(change["move_to"]));
        if (!to) return false;
        moveEvent({ event, calendar }, to, state.nextChangeKey());
      } else {
        calendar.events.set(event.id, changedEvent(event, parseEventBody(change), state.nextChangeKey()));
      }
      return true;
    },
    deleteCalendar: (email, calendar_id) => {
      state.accounts.get(email)?.calendars.delete(calendar_id);
      state.nextRevision();
    },
  };
}

function plainCalendar({ events, extendedProperties, ...calendar }: OutlookCalendar) {
  return {
    ...calendar,
    extendedProperties: Object.fromEntries(extendedProperties),
    events: [...events.values()].map((event) => ({
      ...event,
      extendedProperties: Object.fromEntries(event.extendedProperties),
    })),
  };
}

function eventViewOf({ id, changeKey, subject, start, isAllDay }: OutlookEvent) {
  return {
    id,
    version: changeKey,
    title: subject ?? "(no title)",
    day: start.dateTime.slice(0, 10),
    time: isAllDay ? null : start.dateTime.slice(11, 16),
  };
}
