import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { PASSWORD } from "../../local/providers/caldav/server.ts";
import type { FunctionSource } from "../../local/functions/function-source.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import type { ProviderName } from "../../supabase/functions/_shared/providers/registry.ts";
import { runTemplate } from "./database.ts";
import { LogProof } from "./log-proof.ts";
import { CalendarApi, type Integration, PATIENCE_MS, until, type User } from "./calendar-api.ts";
import { calDavSubject } from "./subjects/caldav-subject.ts";
import { googleSubject } from "./subjects/google-subject.ts";
import { outlookSubject } from "./subjects/outlook-subject.ts";
import { ADA, type ConsentProvider, type SeenEvent, type Subject } from "./subjects/subject.ts";

/** A stack of its own for one test file, with what tests do on it. */
export interface Scene<Name extends ProviderName = ConsentProvider> {
  readonly stack: Stack;
  /** The provider that the scene is about. */
  readonly provider: Subject<Name>;
  /** A superuser's. */
  readonly sql: Sql;
  readonly redirect_to: string;
  /** A new user without anything. */
  newUser(): Promise<User & { readonly api: CalendarApi }>;
  /** A new user, connected to an account of the provider. */
  connectedUser(account?: string, access?: "dedicated" | "existing"): Promise<ConnectedUser>;
  /** Connects a user, or connects one again. */
  connect(api: CalendarApi, account: string, access?: "dedicated" | "existing"): Promise<Integration>;
  /** Deletes users and waits until their events have gone, with all that was known of their calendars. */
  deleteUsers(...user_ids: readonly string[]): Promise<void>;
  /** The titles of the live events of a calendar, sorted. */
  titles(calendar_id: string): string[];
  events(calendar_id: string): readonly SeenEvent[];
  /** Waits until the calendar holds exactly these titles. */
  untilTitles(calendar_id: string, titles: readonly string[], timeout_ms?: number): Promise<void>;
  /** Waits until no worker has anything left to do. */
  untilIdle(): Promise<void>;
  /** Writes of events that reached the provider, alone or in a batch. */
  writes(): number;
  /** What the functions printed. */
  readonly output: readonly string[];
  /** Stops it, and proves that no line that the functions printed holds a secret, see {@link LogProof}. */
  close(): Promise<void>;
}

function subjectOf({ google, outlook, caldav }: Stack, name: ProviderName): Subject<ProviderName> {
  assert.ok(google && outlook);
  switch (name) {
    case "google":
      return googleSubject(google);
    case "outlook":
      return outlookSubject(outlook);
    case "caldav":
      return calDavSubject(caldav);
  }
}

export interface ConnectedUser {
  readonly id: string;
  readonly api: CalendarApi;
  readonly integration: Integration;
  readonly calendar_id: string;
}

interface SceneOptions {
  readonly page?: boolean;
  readonly demo?: boolean;
  readonly access_token_lifetime_s?: number;
  readonly project?: string;
  readonly functions?: readonly FunctionSource[];
  readonly record?: (request: Request) => void;
  readonly caldav?: CalDavServer;
}

/** A CalDAV server that the scene is about instead of the emulator, with the emulator's accounts and password. */
export interface CalDavServer {
  readonly url: string;
  readonly subject: Subject<"caldav">;
}

/**
 * Starts a stack without demo obligations, quotas and the question before many deletions, about one provider.
 *
 * @param options.page serves the Settings page too
 * @param options.demo serves the demo too
 * @param options.access_token_lifetime_s see `startStack`, like `options.project`, `options.functions` and `options.record`
 */
export function openScene(
  provider_name?: ConsentProvider,
  env?: Readonly<Record<string, string>>,
  options?: SceneOptions,
): Promise<Scene>;
export function openScene<Name extends ProviderName>(
  provider_name: Name,
  env?: Readonly<Record<string, string>>,
  options?: SceneOptions,
): Promise<Scene<Name>>;
export async function openScene(
  provider_name: ProviderName = "google",
  env: Readonly<Record<string, string>> = {},
  options: SceneOptions = {},
): Promise<Scene<ProviderName>> {
  const output: string[] = [];
  const proof = new LogProof();
  const stack = await startStack({
    ...(options.project === undefined ? runTemplate() : {}),
    ...options,
    seed: false,
    env: {
      // Tests poll.
      CALENDAR_RATE_LIMIT_PER_MINUTE: "1000000",
      CALENDAR_LOG_LEVEL: "debug",
      // Tests count calls and changes. Those about channels switch them on.
      GOOGLE_PUSH: "off",
      MICROSOFT_PUSH: "off",
      ...(options.caldav && { CALENDAR_CALDAV_SERVERS: options.caldav.url }),
      ...env,
    },
    watch: (request, answer) => proof.watch(request, answer),
    log: (line) => {
      output.push(line);
      if (Deno.env.has("STACK_LOG")) console.error(line);
    },
  });
  const provider = options.caldav?.subject ?? subjectOf(stack, provider_name);
  provider.setQuotas(false);
  const sql = postgres(stack.databaseUrl, { max: 4, onnotice: () => {} });
  await sql`
    update calendar_sync.providers set account_calls = 100000000,
      project_calls = case when project_calls is not null then 100000000 end`;
  await sql`update calendar_sync.options set deletions_free = 100000000`;
  const redirect_to = `${stack.apiUrl}/settings`;
  const { events } = provider;
  const titles = (calendar_id: string) => events(calendar_id).map(({ title }) => title).sort();

  const scene: Scene<ProviderName> = {
    stack,
    provider,
    sql,
    redirect_to,
    events,
    titles,
    output,
    async newUser() {
      const [email, password] = [`${crypto.randomUUID()}@example.com`, crypto.randomUUID()];
      const [row] = await sql<{ id: string }[]>`
        insert into auth.users (email, encrypted_password)
        values (${email}, extensions.crypt(${password}, extensions.gen_salt('bf', 4))) returning id`;
      assert.ok(row);
      proof.know("user's password", password);
      proof.know("user's e-mail address", email);
      const user = { id: row.id, email, password };
      return { ...user, api: await CalendarApi.signIn(stack, user) };
    },
    async connectedUser(account = ADA, access) {
      const { id, api } = await scene.newUser();
      const integration = await scene.connect(api, account, access);
      assert.ok(integration.calendar_id);
      return { id, api, integration, calendar_id: integration.calendar_id };
    },
    async connect(api, account, access) {
      if (provider_name !== "caldav") {
        return await api.connect({ provider: provider_name, redirect_to, account, access });
      }
      // As its user makes one in the settings of the service.
      stack.caldav.state.accounts.get(account)?.passwords.add(PASSWORD);
      const server_url = options.caldav?.url ?? stack.caldavUrl;
      return await api.connectWithPassword({ server_url, username: account, password: PASSWORD, access });
    },
    async deleteUsers(...user_ids) {
      await sql`delete from auth.users where id in ${sql(user_ids)}`;
      const left = () =>
        sql`
        select status, last_error from public.calendar_integrations where deleted_user_id in ${
          sql(user_ids)
        }`;
      await until(async () => (await left()).length === 0, PATIENCE_MS, left);
    },
    async untilIdle() {
      const left = () =>
        sql`select kind, obligation_id from calendar_sync.jobs where failed_at is null
          union all select kind, obligation_id from calendar_sync.changes
          union all select 'lane', integration_id from calendar_sync.lanes where leased_by is not null`;
      await until(async () => (await left()).length === 0, undefined, async () => ({
        left: [...await left()],
        incidents: [...await sql`select message from calendar_sync.incidents limit 3`],
        output: output.filter((line) => /"level":"(warn|error)"/.test(line)).slice(-5),
      }));
    },
    async untilTitles(calendar_id, wanted, timeout_ms = PATIENCE_MS) {
      const expected = JSON.stringify([...wanted].sort());
      await until(
        () => Promise.resolve(JSON.stringify(titles(calendar_id)) === expected),
        timeout_ms,
        () => Promise.resolve({ titles: titles(calendar_id).slice(0, 20), output: output.slice(-20) }),
      );
    },
    writes: () =>
      provider.emulator.state.requests.filter(({ method, path }) =>
        method !== "GET" && /\/events|\.ics$/.test(path)
      )
        .length,
    async close() {
      await proof.learnFrom(stack, sql);
      await sql.end({ timeout: 1 });
      await stack.stop();
      proof.check(output);
    },
  };
  return scene;
}
