import assert from "node:assert/strict";
import { join } from "node:path";
import { ROOT } from "../../../local/paths.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { countEvents, fullCalendar } from "../../support/full-calendar.ts";

const DAY_S = 86_400;
const CALL = "select calendar_admin.erase_user('<id>', 'remove');";

Deno.test("where people look it says what becomes of a deleted user, and the call that does all", async () => {
  for (const page of ["docs/deploy/deploy.md", "docs/embed/adapt.md", "docs/understand/how-it-works.md"]) {
    const text = await Deno.readTextFile(join(ROOT, page));
    assert.ok(text.includes(CALL), page);
    assert.match(text, /seven days/, page);
  }
});

testEngine("a user who is deleted in Supabase leaves nothing behind", [
  {
    name: "the events are removed with the grant that lives, and then the integration and its tokens go",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 3);
      await remove(engine, integration.user_id);
      assert.deepEqual(await left(engine, integration.id), {
        user_id: null,
        status: "disconnecting",
        days: 7,
        secrets: 1,
      });
      await engine.drain();
      assert.equal(await countEvents(engine, integration), 0);
      assert.equal(await left(engine, integration.id), null);
      assert.equal(await secrets(engine), 0);
    },
  },
  {
    name: "what cannot be removed is given up after seven days, and not before",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 2);
      await remove(engine, integration.user_id);
      await engine.pass(7 * DAY_S - 60);
      await engine.sql`select calendar_sync.tick()`;
      assert.equal((await left(engine, integration.id))?.status, "disconnecting");
      await engine.pass(120);
      await engine.sql`select calendar_sync.tick()`;
      assert.equal(await left(engine, integration.id), null);
      assert.equal(await secrets(engine), 0);
    },
  },
  {
    name: "where the grant is lost already it goes at the next tick",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 2);
      await engine.sql`
        update public.calendar_integrations set status = 'disconnected' where id = ${integration.id}`;
      await remove(engine, integration.user_id);
      await engine.sql`select calendar_sync.tick()`;
      assert.equal(await left(engine, integration.id), null);
      assert.equal(await secrets(engine), 0);
    },
  },
  {
    name: "a calendar that was paused, switched off or of a banned user is emptied too",
    async show(engine) {
      const calendars = [
        await fullCalendar(engine, 1),
        await fullCalendar(engine, 1),
        await fullCalendar(engine, 1),
      ];
      const [paused, off, banned] = calendars.map(({ integration }) => integration);
      assert.ok(paused && off && banned);
      await engine.sql`
        update public.calendar_integrations set status = 'paused', paused_by_admin = 'We look into it'
        where id = ${paused.id}`;
      await engine.sql`update public.calendar_integrations set sync_enabled = false where id = ${off.id}`;
      await engine.sql`update auth.users set banned_until = 'infinity' where id = ${banned.user_id}`;
      await engine.insert(banned.user_id, 1);
      await engine.claim(crypto.randomUUID());
      await engine.sql`select calendar_sync.tick()`;
      for (const { user_id } of [paused, off, banned]) await remove(engine, user_id);
      await engine.sql`select calendar_sync.tick()`;
      await engine.drain();
      for (const { id } of [paused, off, banned]) assert.equal(await left(engine, id), null);
    },
  },
  {
    name: "the one call may come after the user is gone, and blanks the activity",
    async show(engine) {
      const { integration } = await fullCalendar(engine, 1);
      await remove(engine, integration.user_id);
      await engine.sql.unsafe(CALL.replace("<id>", integration.user_id));
      await engine.drain();
      await engine.sql`select calendar_sync.tick()`;
      assert.equal(await left(engine, integration.id), null);
      const [known] = await engine.sql`
        select count(*)::int as rows from calendar_sync.activity
        where user_id = ${integration.user_id} and (title, details) is distinct from (null, null)`;
      assert.equal(known?.["rows"], 0);
    },
  },
]);

async function remove({ sql }: Engine, user_id: string): Promise<void> {
  await sql`delete from auth.users where id = ${user_id}`;
}

async function left({ sql }: Engine, id: string) {
  const [row] = await sql<{ user_id: string | null; status: string; days: number; secrets: number }[]>`
    select user_id, status, round(extract(epoch from remove_by - now()) / 86400)::int as days,
      num_nonnulls(access_token_secret_id, refresh_token_secret_id) as secrets
    from public.calendar_integrations where id = ${id}`;
  return row === undefined ? null : { ...row };
}

async function secrets({ sql }: Engine): Promise<number> {
  const [row] = await sql`select count(*)::int as count from vault.secrets`;
  return row?.["count"];
}
