import type { ConsentProvider } from "../../support/subjects/subject.ts";
import type { Sql } from "postgres";
import { eventId } from "../../../local/providers/outlook/ids.ts";
import type { Stack } from "../../../local/stack.ts";

/** What another program left in an account: a grant, and events of its own making in the calendar of the account. */
export interface OldAccount {
  readonly provider: ConsentProvider;
  readonly email: string;
  readonly account_id: string;
  readonly refresh_token: string;
  readonly calendar_id: string;
  /** By title; of Outlook the immutable ones. */
  readonly event_ids: ReadonlyMap<string, string>;
}

const DAY = { date: "2026-12-01" };
const REMINDER_MINUTES = 45;

/**
 * Makes an account at an emulator into one that another program was connected to.
 *
 * @param titles of the events that it made
 */
export function leaveOldAccount(
  stack: Stack,
  provider: ConsentProvider,
  email: string,
  titles: readonly string[],
): OldAccount {
  return provider === "google"
    ? oldGoogleAccount(stack, email, titles)
    : oldOutlookAccount(stack, email, titles);
}

function oldGoogleAccount({ google }: Stack, email: string, titles: readonly string[]): OldAccount {
  const account = google?.state.accounts.get(email);
  const calendar = account?.calendars.get(email);
  const client_id = [...google?.state.refreshTokens.values() ?? []][0]?.client_id;
  if (!google || !account || !calendar || client_id === undefined) throw new Error("No such account.");
  const refresh_token = `1//old-${crypto.randomUUID()}`;
  const scopes = ["openid", "email", "https://www.googleapis.com/auth/calendar.events"];
  google.state.refreshTokens.set(refresh_token, { account, scopes, client_id, expires_at: Infinity });
  const created = new Date().toISOString();
  const event_ids = new Map(titles.map((title, index) => {
    const id = `madebysomebodyelse${index}`;
    calendar.events.set(id, {
      id,
      status: "confirmed",
      etag: google.state.nextEtag(),
      created,
      updated: created,
      sequence: 0,
      start: DAY,
      end: { date: "2026-12-02" },
      summary: title,
      description: "Written by another program.",
      reminders: { useDefault: false, overrides: [{ method: "popup", minutes: REMINDER_MINUTES }] },
    });
    return [title, id];
  }));
  return { provider: "google", email, account_id: account.sub, refresh_token, calendar_id: email, event_ids };
}

function oldOutlookAccount({ outlook }: Stack, email: string, titles: readonly string[]): OldAccount {
  const account = outlook?.state.accounts.get(email);
  const calendar = [...account?.calendars.values() ?? []].find(({ isDefault }) => isDefault);
  if (!outlook || !account || !calendar) throw new Error("No such account.");
  const refresh_token = `1.AX0B.old-${crypto.randomUUID()}`;
  const scopes = ["openid", "email", "profile", "offline_access", "Calendars.ReadWrite"];
  outlook.state.refreshTokens.set(refresh_token, { account, scopes, expires_at: Infinity });
  const created = new Date(Date.now() - 3_600_000).toISOString();
  const event_ids = new Map(titles.map((title) => {
    const id = eventId("immutable");
    calendar.events.set(id, {
      id,
      mutable_id: eventId("mutable"),
      changeKey: outlook.state.nextChangeKey(),
      createdDateTime: created,
      lastModifiedDateTime: created,
      transactionId: null,
      subject: title,
      body: { contentType: "text", content: "Written by another program." },
      isAllDay: true,
      start: { dateTime: `${DAY.date}T00:00:00`, timeZone: "UTC" },
      end: { dateTime: "2026-12-02T00:00:00", timeZone: "UTC" },
      showAs: "busy",
      sensitivity: "normal",
      importance: "normal",
      isReminderOn: true,
      reminderMinutesBeforeStart: REMINDER_MINUTES,
      location: "",
      categories: [],
      attendees: [],
      recurrence: null,
      extendedProperties: new Map(),
    });
    return [title, id];
  }));
  const account_id = `${account.tid}.${account.oid}`;
  return { provider: "outlook", email, account_id, refresh_token, calendar_id: calendar.id, event_ids };
}

/** The tables of docs/deploy/deploy.md, as another program might have them. */
export async function createOldTables(sql: Sql): Promise<void> {
  await sql`
    create table public.calendar_tokens (
      id bigint generated always as identity primary key, user_id uuid, provider text not null, account_id text, email text,
      scope text, refresh_token text, access_token text, calendar_id text, calendar_name text, is_primary boolean not null
    )`;
  await sql`
    create table public.calendar_events (
      token_id bigint not null references public.calendar_tokens (id), obligation_id uuid not null, event_id text not null
    )`;
  await sql`alter table public.calendar_tokens owner to postgres`;
  await sql`alter table public.calendar_events owner to postgres`;
}

/**
 * A row of the old table.
 *
 * @param events ids of events by the id of the obligation
 */
export async function insertOldRow(
  sql: Sql,
  user_id: string,
  old: Pick<OldAccount, "provider" | "email" | "refresh_token" | "calendar_id"> & {
    readonly account_id: string | null;
  },
  events: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const [row] = await sql<{ id: string }[]>`
    insert into public.calendar_tokens (user_id, provider, account_id, email, scope, refresh_token, access_token,
      calendar_id, calendar_name, is_primary)
    values (${user_id}, ${old.provider}, ${old.account_id}, ${old.email}, 'openid email', ${old.refresh_token},
      'an access token', ${old.calendar_id}, 'Calendar', true) returning id`;
  for (const [obligation_id, event_id] of events) {
    await sql`insert into public.calendar_events values (${row?.id ?? ""}, ${obligation_id}, ${event_id})`;
  }
}
