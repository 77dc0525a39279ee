import assert from "node:assert/strict";
import { z } from "zod";
import { confirmConnection } from "../../../../supabase/functions/_shared/oauth/confirm.ts";
import {
  beginConnection,
  type ConnectContext,
  finishConsent,
} from "../../../../supabase/functions/_shared/oauth/connect.ts";
import { readEnv } from "../../../../supabase/functions/_shared/platform/env.ts";
import { readProviders } from "../../../../supabase/functions/_shared/providers/registry.ts";
import { createWorker } from "../../../../supabase/functions/_shared/sync/worker.ts";
import { providerAccess } from "../../../../supabase/functions/calendar-sync/provider-access.ts";
import { redirectOf } from "../../../support/calendar-api.ts";
import { startDatabases } from "../../../support/database.ts";
import { openEngine } from "../../../support/engine.ts";
import { ADA } from "../../../support/subjects/subject.ts";
import { NAME, TOY } from "./provider.ts";
import { startToy } from "./server.ts";
import { CLIENT_SECRET, toySubject } from "./subject.ts";

const REDIRECT_TO = "https://app.example/settings";
const Shown = z.object({
  id: z.string(),
  provider: z.string(),
  account_email: z.string(),
  status: z.string(),
  calendar_id: z.string(),
});

/** Consents as a person would, and comes back with the ticket. */
async function consent(context: ConnectContext, user_id: string): Promise<string> {
  const flow = { user_id, provider: NAME, access: "dedicated", redirect_to: REDIRECT_TO } as const;
  const page = new URL((await beginConnection(context, flow)).url);
  page.searchParams.set("emulator_account", ADA);
  const next = new URL(await finishConsent(context, (await redirectOf(page)).searchParams));
  return next.searchParams.get("calendar_connection") ?? assert.fail(next.toString());
}

Deno.test({
  name: "a provider of its own folder, one row and one definition is connected, synced and disconnected",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const toy = await startToy(CLIENT_SECRET);
  const databases = await startDatabases();
  const engine = openEngine(await databases.create("toy"));
  try {
    const { sql, rpc } = engine;
    await sql`
      insert into calendar_sync.providers (name, label, credential, account_calls, account_window)
      values (${NAME}, 'Toy', 'oauth', 1000, '1 minute')`;
    const variables: Readonly<Record<string, string>> = {
      SUPABASE_URL: "https://project.example",
      TOY_CLIENT_SECRET: CLIENT_SECRET,
      TOY_URL: toy.url,
      CALENDAR_STATE_SECRET: "s".repeat(32),
      CALENDAR_SYNC_SECRET: "t".repeat(32),
      CALENDAR_REDIRECT_URLS: REDIRECT_TO,
    };
    const get = (name: string) => variables[name];
    const { value: providers, problems } = readProviders(get, [TOY]);
    const env = readEnv(get, problems);
    const context = { env, rpc, providers };
    const worker = createWorker({
      rpc,
      lanes_at_once: 1,
      accept_edits: false,
      senders: {},
      ...providerAccess(context),
    });

    const user_id = await engine.user();
    const [obligation_id] = await engine.insert(user_id, 2, "Deadline");
    const ticket = await consent(context, user_id);
    const options = { accept_less_access: false };
    const integration = await confirmConnection(context, user_id, ticket, options, Shown);
    const { id: integration_id, calendar_id, ...shown } = integration;
    assert.deepEqual(shown, { provider: NAME, account_email: ADA, status: "active" });
    const { events, hasCalendar } = toySubject(toy);
    const titles = () => events(calendar_id).map(({ title }) => title).sort();

    await worker.wakeUp();
    assert.deepEqual(titles(), ["Deadline 1", "Deadline 2"]);
    await sql`update public.obligations set title = 'Renamed' where id = ${obligation_id ?? null}`;
    toy.state.access_tokens.clear();
    await worker.wakeUp();
    assert.deepEqual(titles(), ["Deadline 2", "Renamed"]);

    await rpc("calendar_begin_disconnect", {
      p_user_id: user_id,
      p_integration_id: integration_id,
      p_events: "remove",
    }, z.object({ kind: z.literal("draining"), provider: z.literal(NAME) }));
    await worker.wakeUp();
    assert.deepEqual([hasCalendar(ADA, calendar_id), toy.state.refresh_tokens.size], [false, 0]);
  } finally {
    await engine.close();
    await databases.stop();
    await toy.close();
  }
});
