import { OBLIGATION_PROPERTY } from "../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import {
  type ApiEnv as GoogleEnv,
  requireToken as requireGoogleToken,
} from "../../local/providers/google/access.ts";
import { calendarRoutes as googleCalendars } from "../../local/providers/google/calendars.ts";
import { GoogleError } from "../../local/providers/google/errors.ts";
import { eventRoutes as googleEvents } from "../../local/providers/google/events.ts";
import { editedEvent } from "../../local/providers/google/person-edit.ts";
import { EmulatorState, type EventResource } from "../../local/providers/google/state.ts";
import type { PersonEdit } from "../../local/providers/person-edit.ts";
import {
  type GraphEnv,
  identifyRequest,
  requireToken as requireGraphToken,
} from "../../local/providers/outlook/access.ts";
import { calendarRoutes as outlookCalendars } from "../../local/providers/outlook/calendars.ts";
import { GraphError } from "../../local/providers/outlook/errors.ts";
import { eventRoutes as outlookEvents } from "../../local/providers/outlook/events.ts";
import { editAsPerson } from "../../local/providers/outlook/person-edit.ts";
import { parsePrefer } from "../../local/providers/outlook/prefer.ts";
import { OutlookState } from "../../local/providers/outlook/state.ts";
import { OBLIGATION_PROPERTY as GOOGLE_TAG } from "../../supabase/functions/_shared/providers/google/event-body.ts";

/** An event of ours as the account's owner sees it. */
export interface ShownEvent {
  readonly calendar_id: string;
  readonly event_id: string;
  readonly obligation_id: string;
  readonly title: string;
  /** A calendar date, or an instant in milliseconds. */
  readonly start: string | number;
}

/** One account at a provider, in memory, with the rules of the emulators that `npm start` serves. */
export interface ProviderAccount {
  /** Answers a request to the calendar API. */
  handle(request: Request): Promise<Response>;
  /** Access tokens of a grant; they end after an hour. */
  allow(access_token: string): void;
  /** What was allowed ends. */
  forget(): void;
  readonly calendar_ids: readonly string[];
  readonly primary_id: string;
  readonly events: readonly ShownEvent[];
  /** Events that the account's owner made of ours. */
  readonly copies: readonly ShownEvent[];
  /** The account's owner does something to an event in the provider's own application. */
  edit(event: Pick<ShownEvent, "calendar_id" | "event_id">, edit: PersonEdit): void;
  /** Listings leave out what was written in the last so many milliseconds. */
  lag(ms: number): void;
  /** What was listed before is not known any more. */
  expireCursors(): void;
  /** The version before our last write, as a late page shows it; undefined: the owner wrote last, or there is none. */
  versionBefore(event_id: string): unknown;
  /** The account's owner deletes an event. */
  removeEvent(event: ShownEvent): void;
  removeCalendar(calendar_id: string): void;
  shift(seconds: number): void;
}

export const TOKEN_LIFETIME_S = 3600;
export const EMAIL = "ada@example.com";
const GOOGLE_ACCOUNT = { email: EMAIL, name: "Ada", sub: "1" };

/** A Google account, with everything granted. */
export function createGoogleAccount(restore_allowed: boolean): ProviderAccount {
  const state = new EmulatorState([GOOGLE_ACCOUNT], null);
  state.project_quota_per_minute = null;
  state.restore_allowed = restore_allowed;
  const found = state.accounts.get(EMAIL);
  if (found === undefined) throw new Error("The emulator lost its account.");
  const account = found;
  const copies = new Set<string>();
  const before = new Map<string, EventResource>();
  const storeEvent = state.storeEvent.bind(state);
  state.storeEvent = (calendar, event) => {
    const earlier = calendar.events.get(event.id);
    if (earlier === undefined || earlier.status === "cancelled" || event.status === "cancelled") {
      before.delete(event.id);
    } else before.set(event.id, earlier);
    return storeEvent(calendar, event);
  };
  const shown = () =>
    [...account.calendars.values()].flatMap((calendar) =>
      [...calendar.events.values()].flatMap((event) => {
        const tags = new Map(Object.entries(Object(Object(event["extendedProperties"]).private)));
        return event.status === "cancelled" ? [] : [{
          calendar_id: calendar.id,
          event_id: event.id,
          obligation_id: String(tags.get(GOOGLE_TAG)),
          title: String(event["summary"]),
          start: event.start.date ?? Date.parse(event.start.dateTime ?? ""),
        }];
      })
    );
  const app = new Hono<GoogleEnv>();
  app.onError((error) => {
    if (error instanceof GoogleError) return error.toResponse();
    throw error;
  });
  app.use(requireGoogleToken(state));
  app.route("/calendar/v3/calendars/:calendarId/events", googleEvents(state));
  app.route("/calendar/v3", googleCalendars(state));
  return {
    handle: async (request) => await app.fetch(request, {}),
    allow: (token) =>
      state.accessTokens.set(token, {
        account,
        scopes: ["https://www.googleapis.com/auth/calendar"],
        client_id: "simulation",
        expires_at: Date.now() + TOKEN_LIFETIME_S * 1000,
      }),
    forget: () => state.accessTokens.clear(),
    get calendar_ids() {
      return [...account.calendars.keys()];
    },
    primary_id: EMAIL,
    get events() {
      return shown().filter(({ event_id }) => !copies.has(event_id));
    },
    get copies() {
      return shown().filter(({ event_id }) => copies.has(event_id));
    },
    edit({ calendar_id, event_id }, edit) {
      const calendar = account.calendars.get(calendar_id);
      const event = calendar?.events.get(event_id);
      if (!calendar || !event) return;
      const { id } = state.storeEvent(calendar, editedEvent(event, edit, calendar));
      before.delete(id);
      if (edit.kind === "copy") copies.add(id);
    },
    lag: (ms) => state.listing_lag_ms = ms,
    expireCursors: () => state.expireSyncTokens(),
    versionBefore: (event_id) => before.get(event_id),
    removeEvent({ calendar_id, event_id }) {
      const event = account.calendars.get(calendar_id)?.events.get(event_id);
      if (event !== undefined) event.status = "cancelled";
    },
    removeCalendar: (calendar_id) => account.calendars.delete(calendar_id),
    shift(seconds) {
      for (const [token, grant] of [...state.accessTokens]) {
        state.accessTokens.set(token, { ...grant, expires_at: grant.expires_at - seconds * 1000 });
      }
      for (const { events } of account.calendars.values()) {
        for (const event of events.values()) {
          event.updated = new Date(Date.parse(event.updated) - seconds * 1000).toISOString();
        }
      }
    },
  };
}

/** A mailbox, with everything granted. */
export function createOutlookAccount(names_existing_event: boolean): ProviderAccount {
  const state = new OutlookState({ quota_per_10_minutes: null, concurrency: null });
  state.names_existing_event = names_existing_event;
  const found = state.accounts.get(EMAIL);
  if (found === undefined) throw new Error("The emulator lost its account.");
  const account = found;
  const app = new Hono<GraphEnv>();
  app.onError((error, c) => {
    if (error instanceof GraphError) return error.toResponse(undefined, c.var.request_id);
    throw error;
  });
  app.use(identifyRequest);
  app.use(requireGraphToken(state));
  app.use(createMiddleware<GraphEnv>(async (c, next) => {
    c.set("prefer", parsePrefer(c.req.header("prefer") ?? ""));
    await next();
  }));
  app.route("/v1.0/me", outlookCalendars(state));
  app.route("/v1.0/me", outlookEvents(state));
  const copies = new Set<string>();
  const shown = () =>
    [...account.calendars.values()].flatMap((calendar) =>
      [...calendar.events.values()].map((event) => ({
        calendar_id: calendar.id,
        event_id: event.id,
        obligation_id: event.extendedProperties.get(OBLIGATION_PROPERTY) ?? "",
        title: event.subject ?? "",
        start: event.isAllDay
          ? event.start.dateTime.slice(0, 10)
          : Date.parse(`${event.start.dateTime.replace(/Z$/, "")}Z`),
      }))
    );
  const primary = [...account.calendars.values()].find(({ isDefault }) => isDefault);
  return {
    handle: async (request) => await app.fetch(request),
    allow: (token) =>
      state.accessTokens.set(token, {
        account,
        scopes: ["Calendars.ReadWrite"],
        expires_at: Date.now() + TOKEN_LIFETIME_S * 1000,
      }),
    forget: () => state.accessTokens.clear(),
    get calendar_ids() {
      return [...account.calendars.keys()];
    },
    primary_id: primary?.id ?? "",
    get events() {
      return shown().filter(({ event_id }) => !copies.has(event_id));
    },
    get copies() {
      return shown().filter(({ event_id }) => copies.has(event_id));
    },
    edit({ calendar_id, event_id }, edit) {
      const calendar = account.calendars.get(calendar_id);
      const known = new Set(calendar?.events.keys());
      if (!calendar || !editAsPerson(state, calendar, event_id, edit)) return;
      if (edit.kind !== "copy") return;
      for (const id of calendar.events.keys()) if (!known.has(id)) copies.add(id);
    },
    lag: (ms) => state.listing_lag_ms = ms,
    expireCursors() {},
    versionBefore: () => undefined,
    removeEvent({ calendar_id, event_id }) {
      account.calendars.get(calendar_id)?.events.delete(event_id);
    },
    removeCalendar: (calendar_id) => account.calendars.delete(calendar_id),
    shift(seconds) {
      const earlier = (instant: string) => new Date(Date.parse(instant) - seconds * 1000).toISOString();
      for (const [token, grant] of [...state.accessTokens]) {
        state.accessTokens.set(token, { ...grant, expires_at: grant.expires_at - seconds * 1000 });
      }
      for (const { events } of account.calendars.values()) {
        for (const [id, event] of [...events]) {
          events.set(id, {
            ...event,
            createdDateTime: earlier(event.createdDateTime),
            lastModifiedDateTime: earlier(event.lastModifiedDateTime),
          });
        }
      }
    },
  };
}
