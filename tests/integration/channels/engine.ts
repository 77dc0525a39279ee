import assert from "node:assert/strict";
import { z } from "zod";
import { hashChannelToken } from "../../../supabase/functions/_shared/platform/channel-token.ts";
import { keepChannel } from "../../../supabase/functions/_shared/sync/keep-channel.ts";
import type { Lane } from "../../../supabase/functions/_shared/sync/lane.ts";
import type {
  CalendarAnswer,
  Channel,
} from "../../../supabase/functions/_shared/providers/calendar-client.ts";
import { NOOP_CLIENT } from "../../../bench/support/noop-client.ts";
import type { Engine, Integration, Provider } from "../../support/engine.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const PUBLIC_URL = "https://project.example.com";
const LIFE_MS = 7 * 86_400_000;

/** As the worker reports it. */
export async function switchPushOn(
  { rpc }: Engine,
  providers: readonly Provider[] = ["google", "outlook"],
  public_url = PUBLIC_URL,
): Promise<void> {
  await rpc("calendar_report_push", {
    p_providers: [...providers],
    p_any_calendar: false,
    p_public_url: public_url,
  }, z.unknown());
}

/** An integration with a calendar of our own, and nothing to do. */
export async function ownCalendar(engine: Engine, provider: Provider = "google"): Promise<Integration> {
  const integration = await engine.integration({ provider });
  await engine
    .sql`update public.calendar_integrations set calendar_role = 'own' where id = ${integration.id}`;
  await engine.settle();
  return integration;
}

/** A channel of an integration, as it is once the provider has answered and called. */
export async function addChannel(
  { sql }: Engine,
  { id, provider, calendar_id }: Integration,
  facts: { readonly state?: string; readonly is_verified?: boolean } = {},
): Promise<{ readonly id: string; readonly token: string }> {
  const channel_id = crypto.randomUUID();
  const token = `${channel_id}.${crypto.randomUUID()}`;
  const { state = "active", is_verified = true } = facts;
  await sql`
    insert into calendar_sync.channels
      (id, integration_id, provider, calendar_id, token_hash, resource_id, state, expires_at, renew_at, verified_at, notified_at)
    values (${channel_id}, ${id}, ${provider}, ${calendar_id}, ${await hashChannelToken(token)},
      ${state === "registering" ? null : `resource of ${channel_id}`}, ${state}, now() + interval '7 days',
      case when ${state} <> 'registering' then now() + interval '5 days' end,
      case when ${is_verified} then now() end, case when ${is_verified} then now() end)`;
  return { id: channel_id, token };
}

/** What a provider says of a channel. */
export async function push(
  { rpc }: Engine,
  channel: { readonly id: string; readonly token: string },
  said: {
    readonly provider?: Provider;
    readonly kind?: string;
    readonly resource_id?: string | null;
    readonly token?: string;
  } = {},
): Promise<number> {
  const { provider = "google", kind = "changed", token = channel.token } = said;
  const resource_id = said.resource_id === undefined ? `resource of ${channel.id}` : said.resource_id;
  return await rpc("calendar_note_push", {
    p_provider: provider,
    p_items: [{ channel_id: channel.id, token_hash: await hashChannelToken(token), resource_id, kind }],
  }, z.int());
}

/** Changes and jobs of a kind, of an integration. */
export async function queued({ sql }: Engine, { id }: Integration, kind: string): Promise<number> {
  const [row] = await sql<{ queued: number }[]>`
    select (select count(*) from calendar_sync.changes where integration_id = ${id} and kind = ${kind})::int
      + (select count(*) from calendar_sync.jobs where integration_id = ${id} and kind = ${kind})::int as queued`;
  assert.ok(row);
  return row.queued;
}

export interface ChannelRow {
  readonly id: string;
  readonly calendar_id: string;
  readonly resource_id: string | null;
  readonly state: string;
  readonly is_verified: boolean;
  /** The share of its life that is left when it is renewed. */
  readonly renewed_with: number | null;
}

export async function channelsOf({ sql }: Engine, { id }: Integration): Promise<readonly ChannelRow[]> {
  const rows = await sql<ChannelRow[]>`
    select id, calendar_id, resource_id, state, verified_at is not null as is_verified,
      (extract(epoch from expires_at - renew_at) / extract(epoch from interval '7 days'))::float8 as renewed_with
    from calendar_sync.channels where integration_id = ${id} order by created_at, id`;
  return rows.map((row) => ({ ...row }));
}

export async function pollInterval({ sql }: Engine, { id }: Integration): Promise<number> {
  const [row] = await sql<{ seconds: number }[]>`
    select extract(epoch from calendar_sync.poll_interval(${id}))::int as seconds`;
  return row?.seconds ?? 0;
}

/** A provider that notes what it is asked for. */
export interface ScriptedProvider {
  readonly asked: string[];
  /** The answer to the next creations. */
  created: CalendarAnswer<Channel> | null;
}

/** Claims what is due and sees to the channels, against a provider that grants seven days. */
export async function workChannels(engine: Engine, provider: ScriptedProvider): Promise<readonly Lane[]> {
  const lanes = (await engine.claim(WORKER, 8)).filter(({ kind }) => kind === "channel");
  for (const lane of lanes) {
    await keepChannel(lane, {
      rpc: engine.rpc,
      worker_id: WORKER,
      getValidAccessToken: () => Promise.resolve({ kind: "valid", access_token: "a token" }),
      newChannel: () => {
        const channel_id = crypto.randomUUID();
        const token = `${channel_id}.${crypto.randomUUID()}`;
        return Promise.resolve({ channel_id, url: `${PUBLIC_URL}/push`, token });
      },
      clientFor: (_, __, budget) => ({
        ...NOOP_CLIENT,
        createChannel(calendar_id, { channel_id }) {
          budget.spend(1);
          provider.asked.push(`create on ${calendar_id}`);
          return Promise.resolve(
            provider.created ?? {
              kind: "done",
              value: {
                resource_id: `resource of ${channel_id}`,
                expires_at: new Date(Date.now() + LIFE_MS).toISOString(),
              },
            },
          );
        },
        stopChannel(channel_id, resource_id) {
          budget.spend(1);
          provider.asked.push(`stop ${channel_id} ${resource_id}`);
          return Promise.resolve({ kind: "done", value: null });
        },
      }),
    });
  }
  return lanes;
}
