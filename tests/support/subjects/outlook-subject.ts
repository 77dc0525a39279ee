import { Temporal } from "temporal-polyfill";
import { deleteEvent, swapCalendarId } from "../../../local/providers/outlook/mailbox.ts";
import type { OutlookEmulator } from "../../../local/providers/outlook/server.ts";
import type { OutlookCalendar, OutlookEvent, OutlookTime } from "../../../local/providers/outlook/state.ts";
import { ianaOf } from "../../../local/providers/outlook/time-zones.ts";
import type { SeenEvent, Subject } from "./subject.ts";

/** Outlook's emulator as a {@link Subject}. */
export function outlookSubject(emulator: OutlookEmulator): Subject {
  const { state } = emulator;
  const calendarOf = (calendar_id: string): OutlookCalendar | undefined =>
    [...state.accounts.values()].map(({ calendars }) => calendars.get(calendar_id)).find((one) => one);
  const setEditable = (account: string, calendar_id: string, canEdit: boolean) => {
    const calendars = state.accounts.get(account)?.calendars;
    const calendar = calendars?.get(calendar_id);
    if (calendar) calendars?.set(calendar_id, { ...calendar, canEdit });
  };
  return {
    name: "outlook",
    emulator,
    paths: { events: "/events", token: "/oauth2/v2.0/token$" },
    refusals: {
      unauthorized: { kind: "status", status: 401, reason: "InvalidAuthenticationToken" },
      rate_limit: { kind: "status", status: 429, reason: "ApplicationThrottled" },
      quota: { kind: "status", status: 403, reason: "ErrorQuotaExceeded" },
      invalid: { kind: "status", status: 400, reason: "ErrorInvalidRequest" },
      may_not_remove: { kind: "status", status: 400, reason: "ErrorCannotDeleteObject" },
      our_secret_is_wrong: { kind: "status", status: 401, reason: "invalid_client", error_codes: [7000222] },
    },
    events: (calendar_id) => [...calendarOf(calendar_id)?.events.values() ?? []].map(seenGraphEvent),
    linkOf: (calendar_id, event_id) => {
      return linkIn(calendarOf(calendar_id)?.events.get(event_id)?.body.content ?? "");
    },
    hasCalendar: (account, calendar_id) => state.accounts.get(account)?.calendars.has(calendar_id) ?? false,
    calendars: (account) =>
      [...state.accounts.get(account)?.calendars.values() ?? []].map(({ id, name }) => ({ id, name })),
    user: {
      deleteEvent: (calendar_id, event_id) => {
        const calendar = calendarOf(calendar_id);
        const event = calendar?.events.get(event_id);
        if (calendar && event) deleteEvent({ event, calendar });
        state.nextRevision();
      },
      remind: (calendar_id, event_id) => {
        const events = calendarOf(calendar_id)?.events;
        const event = events?.get(event_id);
        const changeKey = state.nextChangeKey();
        const reminder = { isReminderOn: true, reminderMinutesBeforeStart: 5 };
        if (event) events?.set(event_id, { ...event, ...reminder, changeKey });
      },
      addEvent: (calendar_id) => {
        const calendar = calendarOf(calendar_id);
        const now = new Date().toISOString();
        calendar?.events.set("own", {
          id: "own",
          mutable_id: "own",
          changeKey: state.nextChangeKey(),
          createdDateTime: now,
          lastModifiedDateTime: now,
          transactionId: null,
          subject: "Dentist",
          body: { contentType: "text", content: "" },
          isAllDay: true,
          start: { dateTime: "2027-01-01T00:00:00", timeZone: "UTC" },
          end: { dateTime: "2027-01-02T00:00:00", timeZone: "UTC" },
          showAs: "busy",
          sensitivity: "normal",
          importance: "normal",
          isReminderOn: false,
          reminderMinutesBeforeStart: 0,
          location: "",
          categories: [],
          attendees: [],
          recurrence: null,
          extendedProperties: new Map(),
        });
      },
      deleteCalendar: (account, calendar_id) => {
        state.accounts.get(account)?.calendars.delete(calendar_id);
        state.nextRevision();
      },
      withdrawWriting: (account, calendar_id) => setEditable(account, calendar_id, false),
      allowWriting: (account, calendar_id) => setEditable(account, calendar_id, true),
    },
    expireAccessTokens: () => state.accessTokens.clear(),
    revokeEverything: () => {
      state.accessTokens.clear();
      for (const token of state.refreshTokens.keys()) state.revokedTokens.add(token);
      state.refreshTokens.clear();
    },
    setQuotas: (real) => {
      state.quota_per_10_minutes = real ? 10_000 : null;
    },
    liveGrants: (account) =>
      [...state.refreshTokens.values()].filter((grant) => grant.account.email === account).length,
    refreshes: (account) => state.refreshes.get(account) ?? 0,
  };
}

/** Gives a calendar another id, as Outlook does at times. @returns the new id */
export function swapId(emulator: OutlookEmulator, account: string, calendar_id: string): string {
  const owner = emulator.state.accounts.get(account);
  const calendar = owner?.calendars.get(calendar_id);
  if (!owner || !calendar) throw new Error("There is no such calendar.");
  swapCalendarId(owner, calendar);
  emulator.state.nextRevision();
  return calendar.id;
}

/** The address that a body links to; null: none. */
export function linkIn(html: string): string | null {
  const href = /<a href="([^"]*)">/.exec(html)?.[1];
  return href === undefined ? null : unescaped(href);
}

/** What {@link seenGraphEvent} looks at. */
type ShownEvent = Pick<
  OutlookEvent,
  | "id"
  | "subject"
  | "body"
  | "isAllDay"
  | "start"
  | "end"
  | "showAs"
  | "isReminderOn"
  | "reminderMinutesBeforeStart"
  | "extendedProperties"
  | "attendees"
>;

/** An event as its user sees it. */
export function seenGraphEvent(event: ShownEvent): SeenEvent {
  const { start, end } = event;
  return {
    id: event.id,
    title: event.subject ?? "",
    text: event.body.contentType === "text" ? event.body.content : textOf(event.body.content),
    time: event.isAllDay
      ? { kind: "all_day", start_date: start.dateTime.slice(0, 10), end_date: end.dateTime.slice(0, 10) }
      : { kind: "timed", start: instantOf(start), end: instantOf(end), time_zone: start.timeZone },
    leaves_free: event.showAs === "free",
    reminders_minutes: event.isReminderOn ? [event.reminderMinutesBeforeStart] : [],
    obligation_id: [...event.extendedProperties].find(([id]) => id.endsWith("Name obligation_id"))?.[1] ??
      null,
    invites_nobody: event.attendees.length === 0,
  };
}

function instantOf({ dateTime, timeZone }: OutlookTime): string {
  const instant = Temporal.PlainDateTime.from(dateTime).toZonedDateTime(ianaOf(timeZone)).toInstant();
  return new Date(instant.epochMilliseconds).toISOString();
}

function textOf(html: string): string {
  return unescaped(html.replace(/<br>\n?/g, "\n").replace(/<[^>]*>/g, ""));
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
