import assert from "node:assert/strict";
import { z } from "zod";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const Answer = z.object({ kind: z.string(), limit: z.number().optional() });

testEngine("a user connects as many accounts as the operator allows", [
  {
    name: "the eleventh account is refused before consent, and after it where two were begun",
    async show(engine) {
      const user_id = await engine.user();
      for (let n = 0; n < 9; n++) await engine.integration({ user_id });
      const [first, second] = [await consented(engine, user_id), await consented(engine, user_id)];
      assert.equal((await take(engine, user_id, first)).kind, "taken");
      await engine.integration({ user_id });
      assert.deepEqual(await take(engine, user_id, second), { kind: "too_many", limit: 10 });
      assert.deepEqual(await begin(engine, user_id), { kind: "too_many", limit: 10 });
      assert.deepEqual(await begin(engine, user_id, "outlook"), { kind: "too_many", limit: 10 });
    },
  },
  {
    name: "where one was disconnected the same ticket is good",
    async show(engine) {
      const user_id = await engine.user();
      const ticket = await consented(engine, user_id);
      const ids: string[] = [];
      for (let n = 0; n < 10; n++) ids.push((await engine.integration({ user_id })).id);
      assert.equal((await take(engine, user_id, ticket)).kind, "too_many");
      await engine.rpc("calendar_begin_disconnect", {
        p_user_id: user_id,
        p_integration_id: ids[0] ?? "",
        p_events: "keep",
      }, z.unknown());
      assert.equal((await take(engine, user_id, ticket)).kind, "taken");
    },
  },
  {
    name: "an account that is there can be connected again at the limit",
    async show(engine) {
      const user_id = await engine.user();
      const [lost] = [await engine.integration({ user_id })];
      for (let n = 0; n < 9; n++) await engine.integration({ user_id, provider: "outlook" });
      assert.equal((await begin(engine, user_id)).kind, "too_many");
      assert.equal((await begin(engine, user_id, "google", "existing")).kind, "begun", "it gets more access");
      await engine.sql`update public.calendar_integrations set status = 'disconnected' where id = ${lost.id}`;
      assert.equal((await begin(engine, user_id, "outlook")).kind, "too_many");
      assert.equal((await begin(engine, user_id)).kind, "begun");
      const ticket = await consented(engine, user_id, `account of ${lost.id}`);
      assert.equal((await take(engine, user_id, ticket)).kind, "taken");
      assert.equal((await take(engine, user_id, await consented(engine, user_id))).kind, "too_many");
    },
  },
  {
    name: "the operator's number counts, and what is above it already stays",
    async show(engine) {
      const user_id = await engine.user();
      const { id } = await engine.integration({ user_id });
      await engine.integration({ user_id });
      await engine.sql`update calendar_sync.options set integrations_per_user = 1`;
      assert.deepEqual(await begin(engine, user_id), { kind: "too_many", limit: 1 });
      assert.equal((await begin(engine, await engine.user())).kind, "begun");
      assert.equal((await engine.statusOf(id)).status, "active");
      await engine.sql`update calendar_sync.options set integrations_per_user = default`;
      assert.equal((await begin(engine, user_id)).kind, "begun");
    },
  },
]);

function begin({ rpc }: Engine, p_user_id: string, p_provider = "google", p_access: string | null = null) {
  return rpc("calendar_begin_connection", {
    p_user_id,
    p_provider,
    p_access,
    p_redirect_to: "https://app.example.com",
    p_expires_s: 600,
  }, Answer);
}

/** A flow whose user has consented; the hash of its ticket. */
async function consented(
  { sql }: Engine,
  user_id: string,
  account_id: string = crypto.randomUUID(),
): Promise<string> {
  const ticket = crypto.randomUUID();
  await sql`
    insert into calendar_sync.flows (user_id, provider, access, redirect_to, expires_at, ticket_hash, account_id)
    values (${user_id}, 'google', 'dedicated', 'https://app.example.com', now() + interval '10 minutes', ${ticket},
      ${account_id})`;
  return ticket;
}

function take({ rpc }: Engine, p_user_id: string, p_ticket_hash: string) {
  return rpc("calendar_take_connection", { p_user_id, p_ticket_hash }, Answer);
}
