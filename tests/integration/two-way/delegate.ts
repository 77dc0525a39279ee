import assert from "node:assert/strict";
import { editedFile } from "../../../local/providers/caldav/person-edit.ts";
import { calendarPath } from "../../../local/providers/caldav/resources.ts";
import { PASSWORD } from "../../../local/providers/caldav/server.ts";
import { calendarAt } from "../../../local/providers/caldav/state.ts";
import type { Stack } from "../../../local/stack.ts";
import type { ProviderName } from "../../../supabase/functions/_shared/providers/registry.ts";
import type { Scene } from "../../support/scene.ts";

const TOKEN = "of-an-application-of-the-delegate";
const LIVES_FOR_MS = 3_600_000;

/** Somebody who may write to another person's calendar, with an application of their own. */
export interface Delegate {
  /** Moves an event to a whole day. */
  move(event_id: string, day: string, end_day: string): Promise<void>;
  remove(event_id: string): Promise<void>;
}

/** Shares a calendar with another account of the provider, which then writes through the provider's own API. */
export function shareCalendar(
  { provider, stack }: Scene<ProviderName>,
  calendar_id: string,
  owner: string,
  delegate: string,
): Delegate {
  return DELEGATES[provider.name](stack, calendar_id, owner, delegate);
}

type Share = (stack: Stack, calendar_id: string, owner: string, delegate: string) => Delegate;

const DELEGATES: Readonly<Record<ProviderName, Share>> = {
  /** A rule of access control with the role `writer` (https://developers.google.com/workspace/calendar/api/concepts/sharing). */
  google({ google }, calendar_id, owner, delegate) {
    assert.ok(google);
    const { accounts, accessTokens } = google.state;
    const [calendar, account] = [accounts.get(owner)?.calendars.get(calendar_id), accounts.get(delegate)];
    assert.ok(calendar && account);
    account.calendars.set(calendar_id, { ...calendar, accessRole: "writer" });
    accessTokens.set(TOKEN, {
      account,
      scopes: ["https://www.googleapis.com/auth/calendar"],
      client_id: "another application",
      expires_at: Date.now() + LIVES_FOR_MS,
    });
    const path = `/calendar/v3/calendars/${encodeURIComponent(calendar_id)}/events`;
    const call = callerOf(google.url, { authorization: `Bearer ${TOKEN}` });
    return {
      move: (event_id, date, end_day) =>
        call("PATCH", `${path}/${event_id}`, { start: { date }, end: { date: end_day } }),
      remove: (event_id) => call("DELETE", `${path}/${event_id}`),
    };
  },

  /** A share with the role `write` (https://learn.microsoft.com/graph/api/resources/calendarpermission). */
  outlook({ outlook }, calendar_id, owner, delegate) {
    assert.ok(outlook);
    const { accounts, accessTokens } = outlook.state;
    const [calendar, account] = [accounts.get(owner)?.calendars.get(calendar_id), accounts.get(delegate)];
    assert.ok(calendar && account);
    account.calendars.set(calendar_id, calendar);
    accessTokens.set(TOKEN, {
      account,
      scopes: ["Calendars.ReadWrite", "Calendars.ReadWrite.Shared"],
      expires_at: Date.now() + LIVES_FOR_MS,
    });
    const headers = { authorization: `Bearer ${TOKEN}`, prefer: 'IdType="ImmutableId"' };
    const call = callerOf(outlook.graph_url, headers);
    const midnight = (day: string) => ({ dateTime: `${day}T00:00:00`, timeZone: "UTC" });
    return {
      move: (event_id, day, end_day) =>
        call("PATCH", `/me/events/${encodeURIComponent(event_id)}`, {
          start: midnight(day),
          end: midnight(end_day),
        }),
      remove: (event_id) => call("DELETE", `/me/events/${encodeURIComponent(event_id)}`),
    };
  },

  /** Shared, as Nextcloud does it: the collection stands among those of the other account, too. */
  caldav({ caldav }, calendar_id, _owner, delegate) {
    const calendar = calendarAt(caldav.state, calendar_id)?.calendar;
    const account = caldav.state.accounts.get(delegate);
    assert.ok(calendar && account);
    account.calendars.set(calendar.slug, calendar);
    const path = calendarPath(account, calendar.slug);
    const headers = {
      authorization: `Basic ${btoa(`${delegate}:${PASSWORD}`)}`,
      "content-type": "text/calendar",
    };
    const call = callerOf(caldav.url, headers);
    return {
      async move(event_id, day) {
        const file = calendar.files.get(`${event_id}.ics`);
        assert.ok(file);
        const moved = editedFile(file.text, { kind: "move", day, time: null }, file.uid, calendar.time_zone);
        await call("PUT", `${path}${event_id}.ics`, moved);
      },
      remove: (event_id) => call("DELETE", `${path}${event_id}.ics`),
    };
  },
};

function callerOf(url: string, headers: Readonly<Record<string, string>>) {
  return async (method: string, path: string, body?: unknown): Promise<void> => {
    const is_text = body === undefined || typeof body === "string";
    const response = await fetch(`${url}${path}`, {
      method,
      headers: is_text ? headers : { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: is_text ? String(body) : JSON.stringify(body) }),
    });
    assert.ok(response.ok, `${response.status} ${await response.text()}`);
  };
}
