import { z } from "zod";
import type { GoogleEmulator } from "../../../local/providers/google/server.ts";
import type { CalendarEntry, EventResource } from "../../../local/providers/google/state.ts";
import type { SeenEvent, Subject } from "./subject.ts";

const Shown = z.object({
  id: z.string(),
  summary: z.string(),
  description: z.string().default(""),
  transparency: z.string().optional(),
  attendees: z.unknown().optional(),
  reminders: z.object({ overrides: z.array(z.object({ minutes: z.number() })).optional() }),
  extendedProperties: z.object({ private: z.object({ obligation_id: z.string().optional() }) }).optional(),
});

const Link = z.object({ url: z.string() });

/** Google's emulator as a {@link Subject}. */
export function googleSubject(emulator: GoogleEmulator): Subject {
  const { state } = emulator;
  const calendarOf = (calendar_id: string): CalendarEntry | undefined =>
    [...state.accounts.values()].map(({ calendars }) => calendars.get(calendar_id)).find((one) => one);
  const change = (calendar_id: string, event_id: string, fields: Partial<EventResource>) => {
    const calendar = calendarOf(calendar_id);
    const event = calendar?.events.get(event_id);
    if (calendar && event) state.storeEvent(calendar, { ...event, ...fields });
  };
  const setRole = (account: string, calendar_id: string, accessRole: CalendarEntry["accessRole"]) => {
    const calendars = state.accounts.get(account)?.calendars;
    const calendar = calendars?.get(calendar_id);
    if (calendar) calendars?.set(calendar_id, { ...calendar, accessRole });
  };
  return {
    name: "google",
    emulator,
    paths: { events: "/events", token: "^/token$" },
    refusals: {
      unauthorized: { kind: "status", status: 401, reason: "authError" },
      rate_limit: { kind: "status", status: 403, reason: "userRateLimitExceeded" },
      quota: { kind: "status", status: 403, reason: "quotaExceeded" },
      invalid: { kind: "status", status: 400, reason: "invalid" },
      may_not_remove: { kind: "status", status: 403, reason: "forbidden" },
      our_secret_is_wrong: { kind: "status", status: 401, reason: "invalid_client" },
    },
    events: (calendar_id) =>
      [...calendarOf(calendar_id)?.events.values() ?? []].filter(({ status }) => status !== "cancelled").map(
        seenResource,
      ),
    linkOf: (calendar_id, event_id) =>
      Link.safeParse(calendarOf(calendar_id)?.events.get(event_id)?.["source"]).data?.url ?? null,
    hasCalendar: (account, calendar_id) => state.accounts.get(account)?.calendars.has(calendar_id) ?? false,
    calendars: (account) =>
      [...state.accounts.get(account)?.calendars.values() ?? []].map(({ id, summary }) => ({
        id,
        name: summary,
      })),
    user: {
      deleteEvent: (calendar_id, event_id) => change(calendar_id, event_id, { status: "cancelled" }),
      remind: (calendar_id, event_id) =>
        change(calendar_id, event_id, {
          reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 5 }] },
        }),
      addEvent: (calendar_id) => {
        const day = { date: "2027-01-01" };
        const created = new Date().toISOString();
        const calendar = calendarOf(calendar_id);
        if (!calendar) return;
        state.storeEvent(calendar, {
          id: "own",
          status: "confirmed",
          etag: "",
          created,
          updated: created,
          sequence: 0,
          start: day,
          end: day,
          summary: "Dentist",
          reminders: {},
        });
      },
      deleteCalendar: (account, calendar_id) => {
        state.accounts.get(account)?.calendars.delete(calendar_id);
        state.nextEtag();
      },
      withdrawWriting: (account, calendar_id) => setRole(account, calendar_id, "reader"),
      allowWriting: (account, calendar_id) => setRole(account, calendar_id, "owner"),
    },
    expireAccessTokens: () => state.accessTokens.clear(),
    revokeEverything: () => {
      state.accessTokens.clear();
      state.refreshTokens.clear();
    },
    setQuotas: (real) => {
      state.quota_per_minute = real ? 600 : null;
      state.project_quota_per_minute = real ? 10_000 : null;
    },
    liveGrants: (account) =>
      [...state.refreshTokens.values()].filter((grant) => grant.account.email === account).length,
    refreshes: (account) => state.token_calls.get(account) ?? 0,
  };
}

/** An event of the API as its user sees it. */
export function seenResource(event: EventResource): SeenEvent {
  const { id, summary, description, transparency, attendees, reminders, extendedProperties } = Shown.parse(
    event,
  );
  const { start, end } = event;
  return {
    id,
    title: summary,
    text: description.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
    time: start.date !== undefined ? { kind: "all_day", start_date: start.date, end_date: end.date ?? "" } : {
      kind: "timed",
      start: new Date(start.dateTime ?? "").toISOString(),
      end: new Date(end.dateTime ?? "").toISOString(),
      time_zone: start.timeZone ?? "",
    },
    leaves_free: transparency === "transparent",
    reminders_minutes: reminders.overrides?.map(({ minutes }) => minutes) ?? [],
    obligation_id: extendedProperties?.private.obligation_id ?? null,
    invites_nobody: attendees === undefined,
  };
}
