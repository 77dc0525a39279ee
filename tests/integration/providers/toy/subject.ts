import type { SeenEvent, Subject } from "../../../support/subjects/subject.ts";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import { oauthClients } from "../sign-in.ts";
import type { Answer, ProviderSubject, RunningOAuthProvider } from "../subject.ts";
import { CALLS_AT_ONCE } from "./client.ts";
import { createToyProvider, NAME, scopesOf } from "./provider.ts";
import { startToy, type ToyEmulator, type ToyEvent } from "./server.ts";

/** Of the toy's one OAuth client. */
export const CLIENT_SECRET = "no real secret";
const PAGE_SIZE = 250;

const refused = (status: number, reason: string): Answer => ({ kind: "status", status, reason });

/** The toy's emulator as a {@link Subject}. */
export function toySubject(emulator: ToyEmulator): Subject<string> {
  const { state } = emulator;
  const eventsOf = (calendar_id: string) =>
    state.calendars.get(calendar_id)?.events ?? new Map<string, ToyEvent>();
  const letWrite = (calendar_id: string, writable: boolean) => {
    const calendar = state.calendars.get(calendar_id);
    if (calendar) calendar.writable = writable;
  };
  return {
    name: NAME,
    emulator,
    paths: { events: "/events", token: "^/token$" },
    refusals: {
      unauthorized: refused(401, "token"),
      rate_limit: refused(429, "slow_down"),
      quota: refused(403, "quota"),
      invalid: refused(400, "invalid"),
      may_not_remove: refused(400, "invalid"),
      our_secret_is_wrong: refused(401, "wrong_secret"),
    },
    events: (calendar_id) => [...eventsOf(calendar_id)].map(([id, event]) => seen(id, event)),
    linkOf: (calendar_id, event_id) => eventsOf(calendar_id).get(event_id)?.url ?? null,
    hasCalendar: (account, calendar_id) => state.calendars.get(calendar_id)?.account === account,
    calendars: (account) => [...state.calendars.values()].filter((calendar) => calendar.account === account),
    user: {
      deleteEvent: (calendar_id, event_id) => eventsOf(calendar_id).delete(event_id),
      remind(calendar_id, event_id) {
        const event = eventsOf(calendar_id).get(event_id);
        if (event) eventsOf(calendar_id).set(event_id, { ...event, reminders_minutes: [5] });
      },
      addEvent(calendar_id) {
        const day = { start: "2027-03-15", end: "2027-03-16", time_zone: null };
        const own = {
          owner: null,
          obligation_id: null,
          text: "",
          url: null,
          reminders_minutes: [],
          reminders_note: "",
          repeats: false,
          guests: [],
          version: 0,
        };
        eventsOf(calendar_id).set(crypto.randomUUID(), { title: "Dentist", ...day, ...own });
      },
      deleteCalendar: (_account, calendar_id) => state.calendars.delete(calendar_id),
      withdrawWriting: (_account, calendar_id) => letWrite(calendar_id, false),
      allowWriting: (_account, calendar_id) => letWrite(calendar_id, true),
    },
    expireAccessTokens: () => state.access_tokens.clear(),
    revokeEverything() {
      state.access_tokens.clear();
      state.refresh_tokens.clear();
    },
    // It has none.
    setQuotas: () => {},
    liveGrants: (account) => [...state.refresh_tokens.values()].filter((one) => one === account).length,
    refreshes: (account) => state.refreshes.get(account) ?? 0,
  };
}

function seen(id: string, event: ToyEvent): SeenEvent {
  const { title, text, start, end, time_zone, reminders_minutes, obligation_id } = event;
  return {
    id,
    title,
    text,
    time: time_zone === null ? { kind: "all_day", start_date: start, end_date: end } : {
      kind: "timed",
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
      time_zone,
    },
    leaves_free: true,
    reminders_minutes,
    obligation_id,
    invites_nobody: event.guests.length === 0,
  };
}

/** The toy: no batches, no quotas, no organisations. */
export const TOY_SUBJECT: ProviderSubject<RunningOAuthProvider> = {
  name: "Toy",
  async start() {
    const emulator = await startToy(CLIENT_SECRET);
    const { url, state } = emulator;
    const provider = createToyProvider({ client_secret: CLIENT_SECRET, url });
    return {
      provider,
      openClient: oauthClients(provider),
      misconfigured: createToyProvider({ client_secret: "mistyped", url }),
      subject: toySubject(emulator),
      traits: {
        paths: { api: "^/api/", batch: null, calendars: "^/api/calendars$" },
        answers: {
          conflict: refused(409, "conflict"),
          changed_meanwhile: refused(412, "changed"),
          scope_missing: refused(403, "scope_missing"),
          no_calendar: refused(403, "no_calendar"),
        },
        answers_for_old_ids: [],
        refresh_answers: [
          { name: "invalid_grant", answer: refused(400, "invalid_grant"), means: "invalid_grant" },
          { name: "wrong_secret", answer: refused(401, "wrong_secret"), means: "configuration" },
          { name: "a word that nobody knows", answer: refused(400, "something_new"), means: "unavailable" },
        ],
        accounts: [ADA, GRACE],
        account_without_calendar: null,
        scopes: { dedicated: scopesOf("dedicated"), existing: scopesOf("existing") },
        ticked: null,
        can_revoke: true,
        renews_refresh_tokens: false,
        organisation: null,
        limitPages: (items) => state.page_size = items ?? PAGE_SIZE,
        is_fast: true,
        checks_times: true,
        calls_per_request: 1,
        calls_under_way: CALLS_AT_ONCE,
        takes_over_in_one_call: true,
        finds_own_calendar: false,
        has_default_calendar: true,
        has_event_pages: false,
        pathEndOf: (event_id) => `/${encodeURIComponent(event_id)}`,
        rings_after_start: false,
        quota_pause_s: 3600,
        changing_ids: null,
        remindersOf: (minutes) => minutes,
        zone_names: {
          "Europe/Madrid": "Europe/Madrid",
          "America/Toronto": "America/Toronto",
          "Asia/Kolkata": "Asia/Kolkata",
        },
        forgetTimeZone: null,
        changes: {
          has_cursor: false,
          forgetCursors: () => {},
          refuses_other_versions: false,
          channels: null,
        },
        ways: { "there is one way": () => {} },
      },
    };
  },
};
