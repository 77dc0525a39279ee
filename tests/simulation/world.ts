import type { Sql } from "postgres";
import { z } from "zod";
import { createDirectRpc } from "../support/direct-rpc.ts";
import { readEnv } from "../../supabase/functions/_shared/platform/env.ts";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";
import type { CalendarClient } from "../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Provider } from "../../supabase/functions/_shared/providers/provider.ts";
import type { ProviderName, Providers } from "../../supabase/functions/_shared/providers/registry.ts";
import type { ConnectContext } from "../../supabase/functions/_shared/oauth/connect.ts";
import { createFaultInjector, withFaults } from "./faults.ts";
import { createGrants, createMemoryProvider, type Grants, type MemoryWiring } from "./memory-provider.ts";
import { Model } from "./model.ts";
import { createCalDavAccount, createMemoryCalDav } from "./memory-caldav.ts";
import type { PlayedAccount } from "./operations.ts";
import { createGoogleAccount, createOutlookAccount, type ProviderAccount } from "./provider-accounts.ts";
import { Scheduler } from "./scheduler.ts";
import type { Tally } from "./tally.ts";

export const env = readEnv((name) => ({
  SUPABASE_URL: "https://project.example",
  GOOGLE_CLIENT_ID: "simulation",
  GOOGLE_CLIENT_SECRET: "simulation",
  CALENDAR_STATE_SECRET: "of-a-simulation-".repeat(2),
  CALENDAR_SYNC_SECRET: "of-a-simulation-".repeat(2),
  CALENDAR_REDIRECT_URLS: "https://app.example/settings",
}[name]));

/** An integration as its row shows it. */
export const IntegrationRow = z.object({
  id: z.string(),
  user_id: z.string(),
  provider: z.string(),
  account_id: z.string().nullable(),
  status: z.string(),
  calendar_id: z.string().nullable(),
  sync_enabled: z.boolean(),
  completed_events: z.enum(["keep", "remove"]),
});
export type IntegrationRow = z.infer<typeof IntegrationRow>;

/** What a user did with one account, as far as it decides what may be in its calendars. */
export interface AccountStory extends PlayedAccount {
  readonly grants: Grants;
  /** The last of connecting and disconnecting that was told to have succeeded. */
  connection: "never" | "connected" | "kept" | "removing";
  /** One request of a user at a time. */
  busy: boolean;
  /** Disconnecting with `events=remove` was asked for at some time. */
  asked_removal: boolean;
}

/** Everything that a history happens to. */
export interface World {
  readonly sql: Sql;
  readonly scheduler: Scheduler;
  readonly tally: Tally;
  readonly model: Model;
  readonly accounts: readonly AccountStory[];
  readonly providers: Providers;
  /** The database as an edge function reaches it, with faults. */
  readonly rpc: Rpc;
  readonly connect: ConnectContext;
  /** What the users chose for integrations, by id. */
  readonly choices: Map<string, { sync_enabled: boolean; completed_events: "keep" | "remove" }>;
  integrations(): Promise<readonly IntegrationRow[]>;
  integrationOf(account: number): Promise<IntegrationRow | null>;
  /** As a signed-in user, without faults. */
  asUser(user: number, call: (rpc: Rpc) => Promise<unknown>): Promise<void>;
  shift(seconds: number): Promise<void>;
}

/** @returns the same id for the same number, so that a seed repeats a history */
export function uuidOf(kind: "user" | "obligation" | "worker", number: number): string {
  const prefix = { user: "1", obligation: "2", worker: "3" }[kind];
  return `${prefix}0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

const MAKERS: Readonly<Record<ProviderName, (lenient: boolean) => ProviderAccount>> = {
  google: createGoogleAccount,
  outlook: createOutlookAccount,
  caldav: createCalDavAccount,
};

/** A world in which nothing has happened yet. */
export async function createWorld(options: {
  readonly sql: Sql;
  /** Time goes by in the database. */
  readonly shift: (seconds: number) => Promise<void>;
  readonly tally: Tally;
  readonly accounts: readonly PlayedAccount[];
  readonly lenient: boolean;
  /** Breaks what it is given; for planted bugs. */
  readonly distort: (rpc: Rpc) => Rpc;
  readonly distortClient: (client: CalendarClient) => CalendarClient;
  /** Watches the calls that the database carries out, also those whose answers get lost. */
  readonly follow?: (rpc: Rpc) => Rpc;
  /** See `createMemoryProvider`. */
  readonly disturb?: MemoryWiring["disturb"];
}): Promise<World> {
  const { sql, tally, lenient } = options;
  const scheduler = new Scheduler();
  const injector = createFaultInjector(scheduler, tally);
  const accounts = options.accounts.map(({ user, provider }, index): AccountStory => ({
    user,
    provider,
    grants: createGrants(`account${index}`, MAKERS[provider](lenient)),
    connection: "never",
    busy: false,
    asked_removal: false,
  }));
  const grants = new Map(accounts.map((account) => [account.grants.account_id, account.grants]));
  const wiring = { injector, tally, disturb: options.disturb ?? null, distort: options.distortClient };
  const caldav = accounts.find(({ provider }) => provider === "caldav");
  const providers = new Map<string, Provider>([
    ["google", createMemoryProvider("google", { grants, ...wiring })],
    ["outlook", createMemoryProvider("outlook", { grants, ...wiring })],
    ...(caldav ? [["caldav", createMemoryCalDav({ grants: caldav.grants, ...wiring })] as const] : []),
  ]);
  const database = createDirectRpc(sql);
  const rpc = options.distort(withFaults(options.follow?.(database) ?? database, injector));
  await sql`insert into auth.users (id) values (${uuidOf("user", 0)}), (${uuidOf("user", 1)})`;
  const integrations = async () =>
    z.array(IntegrationRow).parse(
      await sql`select id, user_id, provider, account_id, status, calendar_id, sync_enabled,
        settings ->> 'completed_events' as completed_events from public.calendar_integrations where removed_at is null order by created_at`,
    );
  return {
    sql,
    scheduler,
    tally,
    model: new Model(),
    accounts,
    providers,
    rpc,
    connect: { env, rpc, providers },
    choices: new Map(),
    integrations,
    async integrationOf(account) {
      const id = accounts[account]?.grants.account_id;
      const provider = accounts[account]?.provider;
      return (await integrations()).find((row) =>
        provider === "caldav" ? row.provider === provider : row.account_id === id
      ) ?? null;
    },
    async asUser(user, call) {
      const claims = JSON.stringify({ sub: uuidOf("user", user), role: "authenticated" });
      // One connection, and one statement at a time on it.
      await sql`select set_config('role', 'authenticated', false), set_config('request.jwt.claims', ${claims}, false)`;
      try {
        await call(createDirectRpc(sql));
      } finally {
        await sql`reset role`;
      }
    },
    async shift(seconds) {
      await options.shift(seconds);
      for (const { grants } of accounts) grants.account.shift(seconds);
      scheduler.virtual_ms += seconds * 1000;
    },
  };
}
