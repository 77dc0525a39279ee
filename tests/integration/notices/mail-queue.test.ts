import assert from "node:assert/strict";
import type { Engine, Integration } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

testEngine("a notice becomes a mail when its user wants it, once", [
  {
    name: "without a way to send nothing is queued, and nothing is caught up on",
    async show(engine) {
      await report(engine, null);
      const { user_id } = await engine.integration();
      await tick(engine);
      await engine.pass(20 * MINUTE_S);
      await tick(engine);
      await report(engine, "http");
      await engine.pass(MINUTE_S);
      await tick(engine);
      assert.deepEqual(await mails(engine, user_id), []);
    },
  },
  {
    name: "a function that reports a moment after the first notice is in time",
    async show(engine) {
      await report(engine, null);
      const { user_id } = await engine.integration();
      await tick(engine);
      await report(engine, "smtp");
      await tick(engine);
      assert.deepEqual(await mails(engine, user_id), ["connection_added"]);
    },
  },
  {
    name: "a lost connection is mailed after the delay, again after three and ten days, and then no more",
    async show(engine) {
      const integration = await quiet(engine);
      await lose(engine, integration);
      await engine.pass(9 * MINUTE_S);
      await tick(engine);
      assert.deepEqual(await mails(engine, integration.user_id), []);
      await engine.pass(2 * MINUTE_S);
      for (const _ of [1, 2, 3]) await tick(engine);
      assert.deepEqual(await mails(engine, integration.user_id), ["connection_lost"]);
      await engine.pass(2 * DAY_S);
      await tick(engine);
      assert.equal((await mails(engine, integration.user_id)).length, 1);
      await engine.pass(DAY_S);
      await tick(engine);
      assert.equal((await mails(engine, integration.user_id)).length, 2);
      await engine.pass(7 * DAY_S);
      await tick(engine);
      assert.equal((await mails(engine, integration.user_id)).length, 3);
      await engine.pass(90 * DAY_S);
      await tick(engine);
      assert.equal((await mails(engine, integration.user_id)).length, 3);
    },
  },
  {
    name: "what heals, is dismissed or is removed is not mailed any more",
    async show(engine) {
      const [healed, dismissed, removed] = [await quiet(engine), await quiet(engine), await quiet(engine)];
      for (const integration of [healed, dismissed, removed]) await lose(engine, integration);
      await engine.sql`
        update public.calendar_integrations set status = 'active', last_error = null where id = ${healed.id}`;
      await engine
        .sql`update calendar_sync.notices set dismissed_at = now() where user_id = ${dismissed.user_id}`;
      await engine.sql`select calendar_sync.remove_integration(${removed.id})`;
      await engine.pass(4 * DAY_S);
      await tick(engine);
      for (const { user_id } of [healed, dismissed, removed]) {
        assert.deepEqual(await mails(engine, user_id), []);
      }
    },
  },
  {
    name: "a notice whose dismissal is taken back is mailed like any other",
    async show(engine) {
      const integration = await quiet(engine);
      await lose(engine, integration);
      await takeDismissalBack(engine, integration);
      await engine.pass(11 * MINUTE_S);
      await tick(engine);
      assert.deepEqual(await mails(engine, integration.user_id), ["connection_lost"]);
      await takeDismissalBack(engine, integration);
      for (const days of [4, 7, 90]) {
        await engine.pass(days * DAY_S);
        await tick(engine);
      }
      assert.deepEqual(await mails(engine, integration.user_id), Array(3).fill("connection_lost"));
      await takeDismissalBack(engine, integration);
      await engine.pass(DAY_S);
      await tick(engine);
      assert.equal((await mails(engine, integration.user_id)).length, 3);
    },
  },
  {
    name: "what was queued and healed before it was sent is not needed any more",
    async show(engine) {
      const integration = await quiet(engine);
      await lose(engine, integration);
      await engine.pass(11 * MINUTE_S);
      await tick(engine);
      assert.equal(await needed(engine, integration.user_id), true);
      await engine
        .sql`update public.calendar_integrations set status = 'active', last_error = null where id = ${integration.id}`;
      assert.equal(await needed(engine, integration.user_id), false);
    },
  },
  {
    name: "dismissing what a stranger did does not keep its user from being told",
    async show(engine) {
      await report(engine, "http");
      const integration = await engine.integration();
      await engine.sql`
        update calendar_sync.notices set dismissed_at = now(), ended_at = now() where user_id = ${integration.user_id}`;
      await engine.sql`select calendar_sync.remove_integration(${integration.id})`;
      await tick(engine);
      assert.deepEqual(await mails(engine, integration.user_id), ["connection_added"]);
      assert.equal(await needed(engine, integration.user_id), true);
    },
  },
  {
    name: "an account that was taken over from another program is not mailed",
    async show(engine) {
      await report(engine, "http");
      const user_id = await engine.user();
      await engine.sql`
        select calendar_sync.import_integration(${user_id}, 'google', 'account', 'a@example.org', '{}', 'refresh', 'calendar',
          'Calendar')`;
      await tick(engine);
      assert.deepEqual(await mails(engine, user_id), []);
    },
  },
  {
    name: "a calendar that is retried every night and refused again is not told every night",
    async show(engine) {
      const integration = await quiet(engine);
      const pause = async () => {
        await engine.sql`
          update public.calendar_integrations
          set status = 'paused', last_error = '{"code": "blocked_by_policy", "message": "No."}' where id = ${integration.id}`;
      };
      await pause();
      await engine.pass(11 * MINUTE_S);
      await tick(engine);
      for (let night = 1; night <= 5; night++) {
        await engine
          .sql`update public.calendar_integrations set status = 'active' where id = ${integration.id}`;
        await pause();
        await engine.pass(DAY_S);
        await tick(engine);
      }
      assert.deepEqual(await mails(engine, integration.user_id), ["connection_paused", "connection_paused"]);
    },
  },
  {
    name: "what is off is not mailed; daily ones come together, at seven where their user lives",
    async show(engine) {
      const integration = await quiet(engine);
      const { user_id } = integration;
      await choose(engine, user_id, { connection_paused: "off", connection_lost: "daily" });
      await engine.sql`
        insert into calendar_sync.preferences (user_id, time_zone, all_day_reminder_time) values (${user_id}, 'Asia/Tokyo', '09:00')
        on conflict (user_id) do update set time_zone = excluded.time_zone`;
      await lose(engine, integration);
      for (const object of ["one", "two", "three"]) {
        await engine.sql`
          select calendar_sync.write_notice(${user_id}, 'deadline_failed', ${integration.id}, gen_random_uuid(), ${object},
            '{"code": "too_long"}')`;
      }
      await engine.sql`
        select calendar_sync.write_notice(${user_id}, 'deadline_failed', ${integration.id}, gen_random_uuid(), 'four',
          '{"code": "changed_again"}')`;
      const planned = await engine.sql<{ here: string; ahead_s: number }[]>`
        select distinct to_char(mail_at at time zone 'Asia/Tokyo', 'HH24:MI') as here,
          extract(epoch from mail_at - now())::int as ahead_s
        from calendar_sync.notices where user_id = ${user_id} and mail_at is not null`;
      assert.ok(
        planned.every(({ here, ahead_s }) => here === "07:00" && ahead_s > 0 && ahead_s <= 2 * DAY_S),
      );
      await tick(engine);
      assert.deepEqual(await mails(engine, user_id), []);
      await engine.pass(Math.max(...planned.map(({ ahead_s }) => ahead_s)) + 1);
      for (const _ of [1, 2]) await tick(engine);
      assert.deepEqual(await mails(engine, user_id), ["digest"]);
      const [digest] = await engine.sql<{ items: unknown }[]>`
        select payload -> 'items' as items from calendar_sync.deliveries where user_id = ${user_id}`;
      assert.deepEqual(digest?.items, [
        { kind: "connection_lost", integration_id: integration.id, code: "invalid_grant", count: 1 },
        { kind: "deadline_failed", integration_id: integration.id, code: "changed_again", count: 1 },
        { kind: "deadline_failed", integration_id: integration.id, count: 3 },
      ]);
      // What was told once is not told every morning; what lasts keeps its rhythm.
      for (let day = 1; day <= 20; day++) {
        await engine.pass(DAY_S);
        await tick(engine);
      }
      const later = await engine.sql<{ items: unknown; after_days: number }[]>`
        select payload -> 'items' as items,
          round(extract(epoch from created_at - min(created_at) over ()) / ${DAY_S})::int as after_days
        from calendar_sync.deliveries where user_id = ${user_id} order by created_at`;
      const still_lost = [{
        kind: "connection_lost",
        integration_id: integration.id,
        code: "invalid_grant",
        count: 1,
      }];
      assert.deepEqual(later.slice(1).map(({ items }) => items), [still_lost, still_lost]);
      const [, second = 0, third = 0] = later.map(({ after_days }) => after_days);
      assert.ok(second >= 2 && second <= 4 && third >= 9 && third <= 11, `${second}, ${third}`);
    },
  },
  {
    name: "a choice holds for what is waiting already",
    async show(engine) {
      const integration = await quiet(engine);
      await lose(engine, integration);
      await choose(engine, integration.user_id, { connection_lost: "off" });
      await engine.pass(11 * MINUTE_S);
      await tick(engine);
      assert.deepEqual(await mails(engine, integration.user_id), []);
      await choose(engine, integration.user_id, { connection_lost: "immediately" });
      await tick(engine);
      assert.deepEqual(await mails(engine, integration.user_id), ["connection_lost"]);
    },
  },
  {
    name:
      "what must be mailed is mailed five times within an hour; the rest comes in one mail, with how many",
    async show(engine) {
      const { user_id } = await quiet(engine);
      const other = await engine.user();
      await addKeys(engine, user_id, 8);
      await addKeys(engine, other, 2);
      for (const _ of [1, 2, 3]) await tick(engine);
      assert.deepEqual(await mails(engine, user_id), Array(5).fill("key_added"));
      assert.deepEqual(await mails(engine, other), Array(2).fill("key_added"));
      await engine.pass(HOUR_S);
      for (const _ of [1, 2, 3]) await tick(engine);
      assert.deepEqual(await mails(engine, user_id), ["digest", ...Array(5).fill("key_added")]);
      const [digest] = await engine.sql<{ items: unknown; told: number }[]>`
        select payload -> 'items' as items, jsonb_array_length(payload -> 'notices') as told
        from calendar_sync.deliveries where user_id = ${user_id} and type = 'digest'`;
      assert.deepEqual({ ...digest }, { items: [{ kind: "key_added", count: 3 }], told: 3 });
      const [left] = await engine.sql<{ shown: number; to_mail: number }[]>`
        select count(*)::int as shown, count(mail_at)::int as to_mail from calendar_sync.notices
        where user_id = ${user_id} and dismissed_at is null`;
      assert.deepEqual({ ...left }, { shown: 8, to_mail: 0 });
      await addKeys(engine, user_id, 1);
      await engine.pass(HOUR_S);
      await tick(engine);
      assert.equal((await mails(engine, user_id)).length, 7);
    },
  },
  {
    name: "another address of a webhook is told like a new webhook, the same one is not",
    async show(engine) {
      const { user_id } = await quiet(engine);
      const [webhook] = await engine.sql<{ id: string }[]>`
        select public.calendar_create_webhook(${user_id}, 'https://one.example/', '{deadline.shown}') ->> 'id' as id`;
      assert.ok(webhook);
      for (const host of ["other", "other", "one"]) {
        await engine.sql`
          select public.calendar_update_webhook(${user_id}, ${webhook.id}, ${`https://${host}.example/`}, null, null)`;
      }
      const told = await engine.sql<{ name: string }[]>`
        select details ->> 'name' as name from calendar_sync.notices where user_id = ${user_id} order by created_at`;
      assert.deepEqual(told.map(({ name }) => name), ["one.example", "other.example", "one.example"]);
      await tick(engine);
      assert.deepEqual(await mails(engine, user_id), Array(3).fill("webhook_added"));
    },
  },
  {
    name: "where mails are paced users take turns: one user's many keep no other user's waiting",
    own_database: true,
    async show(engine) {
      const { user_id } = await quiet(engine);
      await engine.sql`update calendar_sync.options set mails_per_minute = 12`;
      await addKeys(engine, user_id, 4);
      const other = await engine.user();
      await addKeys(engine, other, 1);
      await tick(engine);
      assert.deepEqual(await mails(engine, user_id), ["key_added"]);
      assert.deepEqual(await mails(engine, other), ["key_added"]);
      await tick(engine);
      assert.equal((await mails(engine, user_id)).length, 3);
    },
  },
  {
    name: "another delay holds for what is waiting already",
    async show(engine) {
      const integration = await quiet(engine);
      await lose(engine, integration);
      await report(engine, "http", { delay_s: 30 });
      await engine.pass(31);
      await tick(engine);
      assert.deepEqual(await mails(engine, integration.user_id), ["connection_lost"]);
    },
  },
]);

testEngine("a fault of ours is told to administrators, and to no user", [
  {
    name: "when more than a fifth of all connections are lost within an hour users are not mailed",
    async show(engine) {
      const all = await many(engine, 40);
      await loseMany(engine, all.slice(0, 9));
      await engine.pass(11 * MINUTE_S);
      for (const _ of [1, 2, 3]) await plan(engine);
      assert.deepEqual(await queued(engine), { admin_many_lost: 1 });
      // More of them follow.
      await loseMany(engine, all.slice(9, 20));
      await engine.pass(11 * MINUTE_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { admin_many_lost: 1 });
      // It is over, and who is still without a connection after three days is told.
      await engine.sql`
        update public.calendar_integrations set status = 'active', last_error = null where id = any (${
        all.slice(0, 18)
      })`;
      await engine.pass(2 * HOUR_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { admin_many_lost: 1 });
      await engine.pass(3 * DAY_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { admin_many_lost: 1, connection_lost: 2 });
      // Nobody told them before. What follows repeats that.
      await engine.pass(7 * DAY_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { admin_many_lost: 1, connection_lost: 4 });
      const before = await engine.sql<{ mails: number }[]>`
        select (payload ->> 'mails')::int as mails from calendar_sync.deliveries
        where type = 'connection_lost' order by created_at`;
      assert.deepEqual(before.map(({ mails }) => mails), [0, 0, 1, 1]);
      await engine.pass(90 * DAY_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { admin_many_lost: 1, connection_lost: 4 });
    },
  },
  {
    name: "users are mailed when no administrator's address is set",
    async show(engine) {
      const all = await many(engine, 40);
      await report(engine, "http", { tells_admin: false });
      await loseMany(engine, all.slice(0, 9));
      await engine.pass(11 * MINUTE_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { connection_lost: 9 });
      const [noted] = await engine.sql`select kind from calendar_admin.notices where ended_at is null`;
      assert.equal(noted?.["kind"], "many_lost");
    },
  },
  {
    name:
      "calendars that users and administrators stopped do not count as our fault, and users are mailed about them during one",
    async show(engine) {
      const all = await many(engine, 40);
      await stopOnPurpose(engine, all.slice(0, 10));
      await loseMany(engine, all.slice(10, 12));
      await engine.pass(11 * MINUTE_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { connection_paused: 10, connection_lost: 2 });
      await loseMany(engine, all.slice(12, 22));
      await stopOnPurpose(engine, all.slice(30));
      await engine.pass(11 * MINUTE_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), {
        admin_many_lost: 1,
        connection_paused: 20,
        connection_lost: 2,
      });
    },
  },
  {
    name: "what is well again is not lost any more",
    async show(engine) {
      const all = await many(engine, 10);
      await loseMany(engine, all.slice(0, 6));
      await engine.sql`
        update public.calendar_integrations set status = 'active', last_error = null where id = any (${
        all.slice(0, 3)
      })`;
      await engine.pass(11 * MINUTE_S);
      await plan(engine);
      assert.deepEqual(await queued(engine), { connection_lost: 3 });
    },
  },
  {
    name: "however many connections one user loses, others are told of theirs",
    async show(engine) {
      const [other] = await many(engine, 1);
      const user_id = await engine.user();
      const own: string[] = [];
      while (own.length < 5) own.push((await engine.integration({ user_id })).id);
      await engine.sql`delete from calendar_sync.notices`;
      await loseMany(engine, [...own, other ?? ""]);
      await engine.pass(11 * MINUTE_S);
      await tick(engine);
      assert.deepEqual(await queued(engine), { connection_lost: 6 });
    },
  },
  {
    name: "a few lost connections are their users' own, in a small installation too",
    async show(engine) {
      const all = await many(engine, 4);
      await loseMany(engine, all);
      await engine.pass(11 * MINUTE_S);
      await tick(engine);
      assert.deepEqual(await queued(engine), { connection_lost: 4 });
    },
  },
  {
    name:
      "a client secret of ours that is refused is told once, and again only after it was right for an hour",
    async show(engine) {
      const [id = ""] = await many(engine, 1);
      const refuse = (is_refused: boolean) =>
        engine.sql`
          update public.calendar_integrations
          set last_error = ${
          is_refused ? engine.sql.json({ code: "configuration", message: "Refused." }) : null
        }
          where id = ${id}`;
      await refuse(true);
      for (const _ of [1, 2, 3]) await tick(engine);
      assert.deepEqual(await queued(engine), { admin_configuration: 1 });
      await refuse(false);
      await tick(engine);
      await refuse(true);
      await tick(engine);
      assert.deepEqual(await queued(engine), { admin_configuration: 1 });
      await refuse(false);
      await tick(engine);
      await engine.pass(2 * HOUR_S);
      await refuse(true);
      await tick(engine);
      assert.deepEqual(await queued(engine), { admin_configuration: 2 });
    },
  },
  {
    name: "an erasure that fails and a worker that does not come are told",
    async show(engine) {
      await many(engine, 1);
      await engine
        .sql`select calendar_sync.note_incident(kind, '00000', 'It failed.') from unnest(array['erasure', 'stalled', 'wake_up']) as kind`;
      for (const _ of [1, 2]) await tick(engine);
      assert.deepEqual(await queued(engine), { admin_erasure: 1, admin_stalled: 1 });
    },
  },
  {
    name:
      "a webhook of the installation that is switched off after failures is told once, until it is on again",
    async show(engine) {
      await many(engine, 1);
      const [webhook] = await engine.sql<{ id: string }[]>`
        select calendar_sync.add_webhook(null, 'https://receiver.example/', '{deadline.shown}') ->> 'id' as id`;
      assert.ok(webhook);
      const open = () =>
        engine.sql<{ about: string; details: unknown }[]>`
          select about, details from calendar_admin.notices where kind = 'webhook' and ended_at is null`;
      await engine.sql`select calendar_sync.switch_webhook_off(${webhook.id}, 'gone')`;
      for (const _ of [1, 2]) await tick(engine);
      assert.deepEqual(await queued(engine), { admin_webhook: 1 });
      assert.deepEqual((await open()).map((row) => ({ ...row })), [
        { about: webhook.id, details: { webhook_id: webhook.id, code: "gone" } },
      ]);
      await engine.sql`select calendar_admin.enable_webhook(${webhook.id})`;
      await tick(engine);
      assert.deepEqual([...await open()], []);
      const [row] = await engine
        .sql`select enabled, disabled_because, failing_since from calendar_sync.webhooks`;
      assert.deepEqual({ ...row }, { enabled: true, disabled_because: null, failing_since: null });
      await assert.rejects(
        engine.sql`select calendar_admin.enable_webhook(gen_random_uuid())`,
        /no such webhook/,
      );
    },
  },
  {
    name: "a tick that pg_cron does not run is told by a worker",
    async show(engine) {
      await many(engine, 1);
      await engine.sql`update cron.job set active = false where jobname = 'calendar_sync_tick'`;
      await engine.retire(crypto.randomUUID());
      await engine.sql`update cron.job set active = true where jobname = 'calendar_sync_tick'`;
      assert.deepEqual(await queued(engine), { admin_tick: 1 });
    },
    own_database: true,
  },
  {
    name: "without an address for administrators none is mailed, and the row is there to be read",
    async show(engine) {
      await report(engine, "http", { tells_admin: false });
      await engine.sql`select calendar_sync.note_incident('erasure', '00000', 'It failed.')`;
      await tick(engine);
      assert.deepEqual(await queued(engine), {});
      const rows = await engine.sql`select kind from calendar_admin.notices where ended_at is null`;
      assert.deepEqual(rows.map(({ kind }) => kind), ["erasure"]);
    },
  },
]);

/** Of an installation; NOTICES_LOST=10000 is the case that this stands for. */
const LOST = Number(Deno.env.get("NOTICES_LOST") ?? 1_000);
/** Few enough are lost to be their users' own fault. */
const CONNECTIONS = LOST * 5.5;

testEngine("very many users lose their grant at once", [{
  name: "each is mailed once, some fifty with every tick",
  own_database: true,
  options: { lock_timeout_ms: 10_000 },
  async show(engine) {
    const all = await many(engine, CONNECTIONS);
    const started_at = performance.now();
    await loseMany(engine, all.slice(0, LOST));
    const lost_ms = performance.now() - started_at;
    await engine.pass(11 * MINUTE_S);
    const slowest = { ms: 0 };
    let ticks = 0;
    for (let before = -1, now = 0; before !== now; ticks++) {
      before = now;
      const begun_at = performance.now();
      await engine.sql`select calendar_sync.queue_mails()`;
      slowest.ms = Math.max(slowest.ms, performance.now() - begun_at);
      now = (await queued(engine))["connection_lost"] ?? 0;
      assert.ok(now - before <= 51, `${now - before} in one tick`);
    }
    assert.deepEqual(await queued(engine), { connection_lost: LOST });
    const [users] = await engine
      .sql`select count(distinct user_id)::int as count from calendar_sync.deliveries`;
    assert.equal(users?.["count"], LOST);
    console.log(
      `${LOST} of ${CONNECTIONS} lost in ${Math.round(lost_ms)} ms; queued in ${ticks} ticks, the slowest ${
        Math.round(slowest.ms)
      } ms`,
    );
  },
}]);

async function report(
  { sql }: Engine,
  transport: "http" | "smtp" | null,
  { delay_s = 600, tells_admin = true }: { delay_s?: number; tells_admin?: boolean } = {},
): Promise<void> {
  await sql`delete from calendar_sync.deliveries`;
  await sql`delete from calendar_sync.admin_notices`;
  await sql`select public.calendar_report_mail(${transport}, ${tells_admin}, ${delay_s})`;
}

/** A connection whose user was told of it already. */
async function quiet(engine: Engine): Promise<Integration> {
  await report(engine, "http");
  const integration = await engine.integration();
  await engine.sql`delete from calendar_sync.notices where user_id = ${integration.user_id}`;
  return integration;
}

/** So many connections, of a user each, who were told of them already. */
async function many({ sql, ...engine }: Engine, count: number): Promise<string[]> {
  await report({ sql, ...engine }, "http");
  const rows = await sql<{ id: string }[]>`
    with owner as (
      insert into auth.users (email) select n || '@example.com' from generate_series(1, ${count}::int) as n returning id
    )
    insert into public.calendar_integrations (user_id, provider, account_id, status, calendar_id)
    select id, 'google', id::text, 'active', 'calendar' from owner returning id`;
  await sql`delete from calendar_sync.notices`;
  await sql`delete from calendar_sync.changes`;
  return rows.map(({ id }) => id);
}

/** What making so many keys tells their user. */
async function addKeys({ sql }: Engine, user_id: string, count: number): Promise<void> {
  for (let key = 0; key < count; key++) {
    await sql`select calendar_sync.write_notice(${user_id}, 'key_added', null, null, ${crypto.randomUUID()})`;
  }
}

async function lose(engine: Engine, { id }: Integration): Promise<void> {
  await loseMany(engine, [id]);
}

async function loseMany({ sql }: Engine, ids: readonly string[]): Promise<void> {
  await sql`
    update public.calendar_integrations
    set status = 'disconnected', last_error = '{"code": "invalid_grant", "message": "Connect it again."}'
    where id = any (${[...ids]})`;
}

/** For what a user did in a calendar, or an administrator. */
async function stopOnPurpose({ sql }: Engine, ids: readonly string[]): Promise<void> {
  const codes = ["mass_edit", "mass_deletion", "calendar_missing", "mailbox_unavailable"];
  const [by_admin = "", ...others] = ids;
  await sql`update public.calendar_integrations set paused_by_admin = 'migration' where id = ${by_admin}`;
  for (const [n, id] of others.entries()) {
    const last_error = { code: codes[n % codes.length] ?? "", message: "Look at it." };
    await sql`
      update public.calendar_integrations set status = 'paused', last_error = ${
      sql.json(last_error)
    } where id = ${id}`;
  }
}

/** Its user dismisses the notice of a lost connection, and undoes that. */
async function takeDismissalBack(engine: Engine, { user_id }: Integration): Promise<void> {
  const [notice] = await engine.sql<{ id: string }[]>`
    select id from calendar_sync.notices where user_id = ${user_id} and kind = 'connection_lost'`;
  assert.ok(notice);
  await engine.asUser(user_id, async (sql) => {
    await sql`select public.calendar_dismiss_notice(${notice.id})`;
    await sql`select public.calendar_restore_notice(${notice.id})`;
  });
}

async function choose(
  { sql }: Engine,
  user_id: string,
  kinds: Readonly<Record<string, string>>,
): Promise<void> {
  await sql`select calendar_sync.change_notifications(${user_id}, ${sql.json(kinds)})`;
}

async function tick({ sql }: Engine): Promise<void> {
  await sql`select calendar_sync.tick()`;
}

/** What the tick does of it: in these tests no worker comes, which the rest of the tick would tell administrators. */
async function plan({ sql }: Engine): Promise<void> {
  await sql`select calendar_sync.tell_admins()`;
  await sql`select calendar_sync.queue_mails()`;
}

/** The kinds that were queued for a user, sorted. */
async function mails({ sql }: Engine, user_id: string): Promise<string[]> {
  const rows = await sql<{ type: string }[]>`
    select type from calendar_sync.deliveries where channel = 'mail' and user_id = ${user_id} order by type`;
  return rows.map(({ type }) => type);
}

async function needed({ sql }: Engine, user_id: string): Promise<boolean> {
  const [row] = await sql<{ needed: boolean }[]>`
    select (calendar_sync.mail_target(delivery) ->> 'is_needed')::boolean as needed
    from calendar_sync.deliveries as delivery where user_id = ${user_id}`;
  assert.ok(row);
  return row.needed;
}

/** How many mails of each kind there are. */
async function queued({ sql }: Engine): Promise<Record<string, number>> {
  const rows = await sql<{ type: string; count: number }[]>`
    select type, count(*)::int from calendar_sync.deliveries where channel = 'mail' group by type order by type`;
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]));
}
