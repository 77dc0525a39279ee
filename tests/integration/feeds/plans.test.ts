import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { hashSecretToken } from "../../../supabase/functions/_shared/platform/secret-token.ts";
import { testEngine } from "../../support/engine-test.ts";

const OWNERS = 2_000;
const OBLIGATIONS_EACH = 20;
const TOKEN = "1";

testEngine(
  "a poll finds everything by index",
  (["after", "before"] as const).map((analysed) => ({
    name: analysed === "after" ? "whoever else has feeds" : "as it is right after an import",
    options: { connections: 1 },
    own_database: true,
    async show(engine) {
      const { sql } = engine;
      await populate(sql);
      if (analysed === "after") await sql`analyze`;
      const poll = async () =>
        z.object({ kind: z.literal("feed"), feed_id: z.string(), day: z.string() }).parse(
          await engine.rpc("calendar_poll_feed", {
            p_token_hash: await hashSecretToken(TOKEN),
            p_address: crypto.randomUUID(),
            p_client: "other",
            p_feed_limit: 60,
            p_address_limit: 300,
          }, z.unknown()),
        );
      const before = await wholeScans(sql);
      // The first compares, the second finds nothing to do.
      await poll();
      const { feed_id, day } = await poll();
      const { items } = z.object({ items: z.array(z.unknown()) }).parse(
        await engine.rpc("calendar_feed_page", {
          p_feed_id: feed_id,
          p_day: day,
          p_after: null,
          p_limit: 500,
        }, z.unknown()),
      );
      assert.equal(items.length, OBLIGATIONS_EACH);
      assert.deepEqual(await wholeScans(sql), before);
    },
  })),
);

/** Many users with a feed each, and for each a change. */
async function populate(sql: Sql): Promise<void> {
  await sql`insert into auth.users (email) select n || '@example.com' from generate_series(1, ${OWNERS}::int) as n`;
  await sql`insert into calendar_sync.feed_owners (user_id) select id from auth.users`;
  await sql`
    insert into calendar_sync.feeds (user_id, name, settings, token_hash)
    select id, 'Deadlines', calendar_sync.default_feed_settings(),
      encode(sha256(split_part(email, '@', 1)::bytea), 'hex')
    from auth.users`;
  await sql`
    insert into public.obligations (user_id, title, deadline_date)
    select id, 'Obligation ' || n, current_date from auth.users cross join generate_series(1, ${OBLIGATIONS_EACH}::int) as n`;
  await sql`
    insert into calendar_sync.feed_items (user_id, obligation_id, title, status, deadline_date, modified_at, created_at)
    select user_id, id, title, 'open', deadline_date, now(), now() from public.obligations`;
  await sql`insert into calendar_sync.calls (caller, scope) select id, 'feed' from auth.users`;
}

/** How often each table was read as a whole. */
async function wholeScans(sql: Sql): Promise<Record<string, number>> {
  await sql`select pg_stat_force_next_flush()`;
  await sql`select pg_stat_clear_snapshot()`;
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, seq_scan::int as scans from pg_stat_user_tables
    where relname in ('feeds', 'feed_owners', 'feed_items', 'feed_changes', 'calls', 'obligations') order by 1`;
  assert.equal(rows.length, 6);
  return Object.fromEntries(rows.map(({ name, scans }) => [name, scans]));
}
