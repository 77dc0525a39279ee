import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import type { EventResource } from "../../local/providers/google/state.ts";
import { type GoogleEmulator } from "../../local/providers/google/server.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { CalendarApi, type Integration, until } from "./calendar-api.ts";

/** Google accounts of the emulator; who connects which is up to a test. */
export const ADA = "ada@example.com";
export const GRACE = "grace@example.com";

/** A stack of its own for one test file, with what tests do on it. */
export interface Scene {
  readonly stack: Stack;
  readonly google: GoogleEmulator;
  /** A superuser's. */
  readonly sql: Sql;
  readonly redirect_to: string;
  /** A new user without anything. */
  newUser(): Promise<{ readonly id: string; readonly api: CalendarApi }>;
  /** A new user, connected to a Google account. */
  connectedUser(account?: string): Promise<ConnectedUser>;
  /** The live events of a calendar by the title. */
  titles(calendar_id: string): string[];
  events(calendar_id: string): EventResource[];
  /** Waits until the calendar holds exactly these titles. */
  untilTitles(calendar_id: string, titles: readonly string[], timeout_ms?: number): Promise<void>;
  /** Provider calls that write events. */
  writes(): number;
  close(): Promise<void>;
}

export interface ConnectedUser {
  readonly id: string;
  readonly api: CalendarApi;
  readonly integration: Integration;
  readonly calendar_id: string;
}

/** Starts a stack without demo obligations and without the emulator's quota. */
export async function openScene(env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const lines: string[] = [];
  const stack = await startStack({
    seed: false,
    env,
    log: (line) => {
      lines.push(line);
      if (Deno.env.has("STACK_LOG")) console.error(line);
    },
  });
  const { google } = stack;
  assert.ok(google);
  google.state.quota_per_minute = null;
  const sql = postgres(stack.databaseUrl, { max: 4, onnotice: () => {} });
  const redirect_to = `${stack.apiUrl}/settings`;

  const events = (calendar_id: string) =>
    [...google.state.accounts.values()].flatMap((
      { calendars },
    ) => [...calendars.get(calendar_id)?.events.values() ?? []])
      .filter(({ status }) => status !== "cancelled");
  const titles = (calendar_id: string) => events(calendar_id).map((event) => String(event["summary"])).sort();

  const scene: Scene = {
    stack,
    google,
    sql,
    redirect_to,
    events,
    titles,
    async newUser() {
      const [email, password] = [`${crypto.randomUUID()}@example.com`, crypto.randomUUID()];
      const [row] = await sql<{ id: string }[]>`
        insert into auth.users (email, encrypted_password)
        values (${email}, extensions.crypt(${password}, extensions.gen_salt('bf', 4))) returning id`;
      assert.ok(row);
      return { id: row.id, api: await CalendarApi.signIn(stack, { id: row.id, email, password }) };
    },
    async connectedUser(account = ADA) {
      const { id, api } = await scene.newUser();
      const integration = await api.connect(redirect_to, account);
      assert.ok(integration.calendar_id);
      return { id, api, integration, calendar_id: integration.calendar_id };
    },
    async untilTitles(calendar_id, wanted, timeout_ms = 20_000) {
      const expected = JSON.stringify([...wanted].sort());
      await until(
        () => Promise.resolve(JSON.stringify(titles(calendar_id)) === expected),
        timeout_ms,
        () => Promise.resolve({ titles: titles(calendar_id).slice(0, 20), output: lines.slice(-20) }),
      );
    },
    writes: () =>
      google.state.requests.filter(({ method, path }) => method !== "GET" && path.includes("/events")).length,
    async close() {
      await sql.end({ timeout: 1 });
      await stack.stop();
    },
  };
  return scene;
}
