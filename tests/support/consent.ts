import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine } from "./engine.ts";

/** A flow that a user has consented to. */
export async function consent({ sql }: Engine, user_id: string, account_id: string): Promise<string> {
  const [flow] = await sql<{ id: string }[]>`
    insert into calendar_sync.flows (user_id, provider, access, redirect_to, expires_at, account_id, account_email, scopes,
      token_expires_at)
    values (${user_id}, 'google', 'dedicated', '/', now() + interval '1 hour', ${account_id}, ${`${account_id}@example.com`},
      '{}', now() + interval '1 hour')
    returning id`;
  assert.ok(flow);
  return flow.id;
}

/** The user of an integration connects its account once more. */
export async function connectAgain(engine: Engine, id: string, calendar_id?: string): Promise<void> {
  const [known] = await engine.sql<{ user_id: string; account_id: string }[]>`
    select user_id, account_id from public.calendar_integrations where id = ${id}`;
  assert.ok(known);
  await activate(engine, await consent(engine, known.user_id, known.account_id), calendar_id);
}

/** Confirms a flow, with a calendar of our own. */
export async function activate(engine: Engine, flow_id: string, calendar_id = "calendar"): Promise<void> {
  await engine.rpc("calendar_activate", {
    p_flow_id: flow_id,
    p_calendar_id: calendar_id,
    p_calendar_name: "Deadlines",
    p_calendar_role: "own",
  }, z.unknown());
}
