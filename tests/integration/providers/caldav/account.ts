import assert from "node:assert/strict";
import {
  type CalDavEmulator,
  PASSWORD,
  startCalDavEmulator,
} from "../../../../local/providers/caldav/server.ts";
import { calendarAt, type Oddities } from "../../../../local/providers/caldav/state.ts";
import {
  type CallBudget,
  createCallBudget,
} from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type {
  CalendarChoice,
  CalendarClient,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { createCalDavProvider } from "../../../../supabase/functions/_shared/providers/caldav/provider.ts";
import type { CredentialsOf } from "../../../../supabase/functions/_shared/providers/credentials.ts";
import type { PasswordProvider } from "../../../../supabase/functions/_shared/providers/provider.ts";
import {
  createOutbound,
  parseHostPolicy,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { beOdd, calDavSubject } from "../../../support/subjects/caldav-subject.ts";
import { ADA } from "../../../support/subjects/subject.ts";

/** An account on an emulator of its own, connected, with a calendar of ours. */
export interface Account {
  readonly emulator: CalDavEmulator;
  readonly provider: PasswordProvider;
  readonly credentials: CredentialsOf<"password">;
  readonly owner: string;
  readonly calendar_id: string;
  readonly client: CalendarClient;
  readonly subject: ReturnType<typeof calDavSubject>;
  clientFor(options?: {
    readonly owner?: string;
    readonly calendar?: CalendarChoice | null;
    readonly budget?: CallBudget;
  }): CalendarClient;
  /** The file of an event as it is stored. */
  fileOf(event_id: string): string;
  /** Stores a file as another application would. */
  store(event_id: string, change: (text: string) => string): void;
  /** Requests since the log was cleared: method and path below the home. */
  requests(): readonly string[];
}

export const typed = (server: string, username = ADA, password = PASSWORD) =>
  ({ kind: "password", server, username, password }) as const;

/** A provider that may call these origins, by the transport that is deployed. */
export function providerFor(...origins: readonly string[]): PasswordProvider & { close(): void } {
  const policy = parseHostPolicy(origins.join(","));
  const outbound = createOutbound({ policy, keep_alive: true });
  return { ...createCalDavProvider({ outbound, policy }), close: () => outbound.close() };
}

/** Registers a test with an {@link Account}. */
export function testAccount(
  name: string,
  use: (account: Account) => Promise<void>,
  options: { readonly shards?: boolean; readonly odd?: Partial<Oddities> } = {},
): void {
  Deno.test({
    name: `CalDAV: ${name}`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const emulator = await startCalDavEmulator(options);
      const provider = providerFor(emulator.url, ...emulator.shard_url === null ? [] : [emulator.shard_url]);
      try {
        await use(await openAccount(emulator, provider, options.odd));
      } finally {
        provider.close();
        await emulator.close();
      }
    },
  });
}

async function openAccount(
  emulator: CalDavEmulator,
  provider: PasswordProvider,
  odd?: Partial<Oddities>,
): Promise<Account> {
  const { state } = emulator;
  const checked = await provider.connector.check(typed(emulator.url));
  assert.ok(checked.kind === "connected", JSON.stringify(checked));
  const { credentials } = checked;
  const owner = crypto.randomUUID();
  const clientFor: Account["clientFor"] = (given = {}) =>
    provider.createClient({
      credentials,
      owner: given.owner ?? owner,
      calendar: given.calendar ?? null,
      budget: given.budget ?? createCallBudget(Infinity),
    });
  const made = await clientFor().createCalendar({
    name: "Deadlines",
    description: "",
    time_zone: "Europe/Madrid",
  });
  assert.ok(made.kind === "done", JSON.stringify(made));
  const calendar_id = made.value.id;
  beOdd(emulator, odd);
  state.requests = [];
  const filesOf = () => calendarAt(state, calendar_id)?.calendar ?? assert.fail("There is no calendar.");
  const fileOf = (event_id: string) =>
    filesOf().files.get(`${event_id}.ics`)?.text ?? assert.fail("There is no file.");
  return {
    emulator,
    provider,
    credentials,
    owner,
    calendar_id,
    client: clientFor({ calendar: { id: calendar_id, role: "own" } }),
    subject: calDavSubject(emulator),
    clientFor,
    fileOf,
    store: (event_id, change) => {
      const [name, calendar] = [`${event_id}.ics`, filesOf()];
      const uid = calendar.files.get(name)?.uid ?? assert.fail("There is no file.");
      state.store(calendar, name, { uid, text: change(fileOf(event_id)) });
    },
    requests: () =>
      state.requests.map(({ method, path }) => `${method} ${path.replace(/^\/dav\/calendars\/[^/]+\//, "")}`),
  };
}
