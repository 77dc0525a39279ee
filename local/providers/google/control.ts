import { z } from "zod";
import type { Controls } from "../control.ts";
import { revokeAll } from "./oauth.ts";
import type { CalendarEntry, EmulatorState, EventResource } from "./state.ts";

const Quota = z.number().int().nullable().optional();
const Settings = z.strictObject({
  quota_per_minute: Quota,
  project_quota_per_minute: Quota,
  restore_allowed: z.boolean().optional(),
  page_size_max: z.number().int().min(1).nullable().optional(),
});
const UserEdit = z.object({
  account: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  change: z.union([z.literal("delete"), z.record(z.string(), z.unknown())]),
});

/** What is Google's behind the controls. */
export function googleControls(state: EmulatorState): Controls {
  return {
    snapshot: () => ({
      accounts: [...state.accounts.values()].map(({ email, name, calendars }) => ({
        email,
        name,
        calendars: [...calendars.values()].map(({ events, ...calendar }) => ({
          ...calendar,
          events: [...events.values()],
        })),
      })),
      token_calls: Object.fromEntries(state.token_calls),
    }),
    view: () =>
      [...state.accounts.values()].map(({ email, name, calendars }) => ({
        email,
        name,
        calendars: [...calendars.values()].map(viewOf),
      })),
    changeSettings: (body) => {
      const settings = Settings.parse(body);
      if (settings.quota_per_minute !== undefined) state.quota_per_minute = settings.quota_per_minute;
      if (settings.project_quota_per_minute !== undefined) {
        state.project_quota_per_minute = settings.project_quota_per_minute;
      }
      if (settings.restore_allowed !== undefined) state.restore_allowed = settings.restore_allowed;
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
      const edit = UserEdit.parse(body);
      const events = state.accounts.get(edit.account)?.calendars.get(edit.calendar_id)?.events;
      const event = events?.get(edit.event_id);
      if (!events || !event) return false;
      const change = edit.change === "delete" ? { status: "cancelled" } : edit.change;
      events.set(event.id, { ...event, ...change, etag: state.nextEtag() });
      return true;
    },
    deleteCalendar: (email, calendar_id) => {
      state.accounts.get(email)?.calendars.delete(calendar_id);
      state.nextEtag();
    },
  };
}

function viewOf({ id, summary, backgroundColor, events }: CalendarEntry) {
  return {
    id,
    name: summary,
    color: backgroundColor,
    events: [...events.values()].filter(({ status }) => status !== "cancelled").map(eventViewOf),
  };
}

function eventViewOf({ id, etag, summary, start }: EventResource) {
  return {
    id,
    version: etag,
    title: typeof summary === "string" ? summary : "(no title)",
    day: (start.date ?? start.dateTime ?? "").slice(0, 10),
    time: start.dateTime?.slice(11, 16) ?? null,
  };
}
