import assert from "node:assert/strict";
import { z } from "zod";
import { Delivery } from "../../../supabase/functions/_shared/notices/delivery.ts";
import { Claimed } from "../../../supabase/functions/_shared/sync/lane.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const OTHER = "b0000000-0000-0000-0000-000000000000";
const ANY_NUMBER = 16;

/** A webhook without a secret that anybody needs to know. */
async function webhook(engine: Engine, user_id: string | null = null): Promise<string> {
  const [row] = await engine.sql<{ id: string }[]>`
    insert into calendar_sync.webhooks (user_id, url, types, doubted, signing_secret_id)
    values (${user_id ?? await engine.user()}, 'https://receiver.example/', '{deadline.shown}', false,
      calendar_sync.store_secret(null, 'whsec_c2VjcmV0', 'calendar_sync: webhook'))
    returning id`;
  assert.ok(row);
  return row.id;
}

async function append(engine: Engine, endpoint_id: string, count = 1): Promise<void> {
  await engine.sql`
    select calendar_sync.append_delivery('webhook', user_id, 'evt_' || gen_random_uuid(), 'deadline.shown', '{}', id)
    from calendar_sync.webhooks, generate_series(1, ${count}::int) where id = ${endpoint_id}`;
}

async function mail(engine: Engine, count: number): Promise<void> {
  await engine.sql`
    with added as (
      insert into auth.users (email) select 'mail-' || gen_random_uuid() || '@example.com' from generate_series(1, ${count}::int)
      returning id
    )
    select calendar_sync.append_delivery('mail', id, 'mail of ' || id, 'connection_lost', '{}') from added`;
}

function claim(engine: Engine, worker = WORKER, limit = ANY_NUMBER): Promise<Delivery[]> {
  return engine.rpc(
    "calendar_claim_deliveries",
    { p_worker: worker, p_limit: limit, p_lease_s: 20 },
    z.array(Delivery),
  );
}

async function record(
  engine: Engine,
  deliveries: readonly Delivery[],
  result: object,
  worker = WORKER,
): Promise<void> {
  const p_results = deliveries.map(({ id }) => ({ id, took_ms: 5, ...result }));
  await engine.rpc("calendar_record_deliveries", { p_worker: worker, p_results }, z.unknown());
}

async function stateOf({ sql }: Engine, id: string) {
  const [row] = await sql<{ enabled: boolean; failing: boolean; doubted: boolean }[]>`
    select enabled, failing_since is not null as failing, doubted from calendar_sync.webhooks where id = ${id}`;
  return row && { ...row };
}

const recipients = (deliveries: readonly Delivery[]) => deliveries.map(({ endpoint_id }) => endpoint_id);

testEngine("deliveries are sent once each, tried again alone, and nobody waits for another's", [
  {
    name: "the claim of lanes and the wait for work tell when one is due, and nothing else asks",
    async show(engine) {
      const due = async () =>
        (await engine.rpc("calendar_claim", { p_worker: WORKER, p_lanes: 1, p_lease_s: 15 }, Claimed))
          .deliveries_are_due;
      const next = () => engine.rpc("calendar_next_work", { p_within_s: 15 }, z.number().nullable());
      assert.equal(await due(), false);
      assert.equal(await next(), null);
      await append(engine, await webhook(engine));
      assert.equal(await due(), true);
      assert.equal(await next(), 0);
      const sent = await claim(engine);
      assert.equal(await due(), false);
      assert.equal(await next(), null);
      await record(engine, sent, { outcome: "retry", status: 500, error: "status" });
      assert.equal(await due(), false);
      const wait_ms = await next();
      assert.ok(wait_ms !== null && wait_ms > 4_000 && wait_ms < 6_000, String(wait_ms));
    },
  },
  {
    name: "an event is appended once for each recipient",
    async show(engine) {
      const [one, other] = [await webhook(engine), await webhook(engine)];
      for (const id of [one, other, one]) {
        await engine
          .sql`select calendar_sync.append_delivery('webhook', null, 'evt_1', 'deadline.shown', '{}', ${id})`;
      }
      for (let times = 0; times < 2; times++) {
        await engine
          .sql`select calendar_sync.append_delivery('mail', null, 'mail_1', 'connection_lost', '{}')`;
      }
      assert.deepEqual(recipients(await claim(engine)).sort(), [null, one, other].sort());
    },
  },
  {
    name: "each backs off alone, by the schedule, and is given up after the tenth attempt",
    async show(engine) {
      await append(engine, await webhook(engine), 2);
      const [poison, fine, ...none] = await claim(engine);
      assert.ok(poison && fine && none.length === 0);
      await record(engine, [fine], { outcome: "delivered", status: 204 });
      const waits: number[] = [];
      for (let attempt = 1; attempt <= 10; attempt++) {
        const before = Date.now();
        await record(engine, [poison], { outcome: "retry", status: 500, error: "status" });
        const [row]: { state: string; next_attempt_at: Date | null; attempts: unknown[] }[] = await engine
          .sql`
          select state, next_attempt_at, attempts from calendar_sync.deliveries where id = ${poison.id}`;
        assert.equal(row?.attempts.length, attempt);
        assert.equal(row?.state, attempt === 10 ? "failed" : "retrying");
        if (!row?.next_attempt_at) break;
        const wait_s = (row.next_attempt_at.getTime() - before) / 1000;
        waits.push(wait_s);
        assert.deepEqual(await claim(engine), []);
        await engine.pass(Math.ceil(wait_s) + 1);
        assert.deepEqual((await claim(engine)).map(({ event_id }) => event_id), [poison.event_id]);
      }
      const schedule_s = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
      assert.equal(waits.length, schedule_s.length);
      for (const [at, wait_s] of waits.entries()) {
        const planned = schedule_s[at] ?? 0;
        assert.ok(wait_s >= planned - 1 && wait_s <= planned * 1.1 + 2, `${at}: ${wait_s}`);
      }
    },
  },
  {
    name: "a mail is tried again after five seconds, doubling, for a day",
    async show(engine) {
      await mail(engine, 1);
      let waited_s = 0;
      let attempts = 0;
      for (let sent = await claim(engine); sent.length > 0; sent = await claim(engine)) {
        await record(engine, sent, { outcome: "retry", error: "network" });
        attempts++;
        const [row] = await engine.sql<{ wait_s: number | null }[]>`
          select extract(epoch from next_attempt_at - now())::float as wait_s from calendar_sync.deliveries`;
        if (!row?.wait_s) break;
        waited_s += row.wait_s;
        await engine.pass(row.wait_s + 1);
      }
      assert.ok(attempts >= 13 && Math.abs(waited_s - 86_400) < 60, `${attempts}, ${waited_s}`);
      assert.equal((await engine.sql`select from calendar_sync.deliveries where state = 'failed'`).length, 1);
    },
  },
  {
    name: "Retry-After is waited for, at most a day",
    async show(engine) {
      await append(engine, await webhook(engine), 2);
      const [one, other] = await claim(engine);
      assert.ok(one && other);
      await record(engine, [one], { outcome: "retry", status: 429, error: "status", retry_after_s: 120 });
      await record(engine, [other], {
        outcome: "retry",
        status: 503,
        error: "status",
        retry_after_s: 10_000_000_000_000,
      });
      const rows = await engine.sql<{ wait_s: number }[]>`
        select extract(epoch from next_attempt_at - now())::int as wait_s from calendar_sync.deliveries order by 1`;
      const [short, long] = rows.map(({ wait_s }) => wait_s);
      assert.ok(short !== undefined && Math.abs(short - 120) <= 2, String(short));
      assert.ok(long !== undefined && Math.abs(long - 86_400) <= 2, String(long));
    },
  },
  {
    name:
      "a worker that died leaves its deliveries to the next one, with the same id, and what it says later counts no more",
    async show(engine) {
      await append(engine, await webhook(engine));
      const [first] = await claim(engine);
      assert.ok(first);
      assert.deepEqual(await claim(engine, OTHER), []);
      await engine.pass(21);
      const [again] = await claim(engine, OTHER);
      assert.equal(again?.event_id, first.event_id);
      await record(engine, [first], { outcome: "failed", status: 400, error: "status" });
      assert.equal((await engine.sql`select from calendar_sync.deliveries where ended_at is null`).length, 1);
      // Unless it arrived.
      await record(engine, [first], { outcome: "delivered", status: 200 });
      await record(engine, [again], { outcome: "retry", status: 500 }, OTHER);
      const [row] = await engine.sql`select state, attempt_count from calendar_sync.deliveries`;
      assert.deepEqual({ ...row }, { state: "delivered", attempt_count: 1 });
    },
  },
  {
    name: "a worker that leaves gives back what it has not sent",
    async show(engine) {
      await append(engine, await webhook(engine));
      assert.equal((await claim(engine)).length, 1);
      await engine.retire(WORKER);
      assert.equal((await claim(engine, OTHER)).length, 1);
    },
  },
  {
    name: "who has a thousand due gets two at a time, and everybody else is served with the same claim",
    async show(engine) {
      const [flooded, ...others] = await Promise.all(Array.from({ length: 6 }, () => webhook(engine)));
      assert.ok(flooded);
      await append(engine, flooded, 1000);
      for (const id of others) await append(engine, id);
      const sent = recipients(await claim(engine));
      assert.equal(sent.filter((id) => id === flooded).length, 2);
      assert.deepEqual(sent.filter((id) => id !== flooded).sort(), others.toSorted());
      assert.deepEqual(await claim(engine, OTHER), []);
    },
  },
  {
    name:
      "webhooks that are late or fail share half of the places, one each, and mails have places of their own",
    async show(engine) {
      const hanging = await Promise.all(Array.from({ length: 20 }, () => webhook(engine)));
      for (const id of hanging) await append(engine, id, 5);
      await mail(engine, 20);
      const first = await claim(engine);
      assert.equal(first.filter(({ channel }) => channel === "webhook").length, 12);
      assert.equal(first.filter(({ channel }) => channel === "mail").length, 4);
      await record(engine, first, { outcome: "retry", error: "timeout", took_ms: 10_000 });
      await engine.sql`update calendar_sync.webhooks set doubted = true`;
      await engine.sql`update calendar_sync.deliveries set next_attempt_at = now()`;
      const doubted = recipients(await claim(engine)).filter((id) => id !== null);
      assert.equal(doubted.length, 6);
      assert.equal(new Set(doubted).size, 6);
      const healthy = await webhook(engine);
      await append(engine, healthy, 3);
      assert.deepEqual(recipients(await claim(engine)), [healthy, healthy]);
    },
  },
  {
    name: "a new webhook gets the first place that six busy ones leave",
    async show(engine) {
      for (let n = 0; n < 6; n++) await append(engine, await webhook(engine), 200);
      const busy = await claim(engine);
      assert.equal(busy.length, 12);
      const seventh = await webhook(engine);
      await append(engine, seventh);
      await record(engine, busy.slice(0, 1), { outcome: "delivered", status: 200 });
      assert.deepEqual(recipients(await claim(engine)), [seventh]);
    },
  },
  {
    name:
      "a webhook without an answer yet, or with none for a while, gets the first place that six silent ones leave",
    async show(engine) {
      const doubt = () => engine.sql`update calendar_sync.webhooks set doubted = true`;
      const recovering = await webhook(engine);
      await engine.pass(3600);
      for (let n = 0; n < 6; n++) await append(engine, await webhook(engine), 10);
      await doubt();
      const silent = await claim(engine);
      assert.equal(silent.length, 6);
      await engine.pass(5);
      const fresh = await webhook(engine);
      await doubt();
      for (const id of [recovering, fresh]) await append(engine, id);
      await engine.pass(6);
      const calls: (string | null)[] = [];
      for (const ended of silent) {
        await record(engine, [ended], { outcome: "retry", error: "no_answer", took_ms: 10_200 });
        calls.push(...recipients(await claim(engine)));
      }
      assert.deepEqual(calls.slice(0, 2), [recovering, fresh]);
      assert.equal(new Set(calls).size, 6);
    },
  },
  {
    name: "of a user whose webhooks have not answered one is called at a time",
    async show(engine) {
      const user_id = await engine.user();
      for (let n = 0; n < 5; n++) await append(engine, await webhook(engine, user_id), 3);
      await engine.sql`update calendar_sync.webhooks set doubted = true`;
      const first = await claim(engine);
      assert.equal(first.length, 1);
      assert.deepEqual(await claim(engine, OTHER), []);
      await record(engine, first, { outcome: "delivered", status: 200 });
      // The one that answered has two now, one of the others its own.
      assert.equal((await claim(engine)).length, 3);
    },
  },
  {
    name: "a late answer doubts a webhook, a quick one ends the doubt",
    async show(engine) {
      await append(engine, await webhook(engine), 2);
      const [slow, quick] = await claim(engine);
      assert.ok(slow && quick);
      const doubted = async () => (await engine.sql`select from calendar_sync.webhooks where doubted`).length;
      await record(engine, [slow], { outcome: "delivered", status: 200, took_ms: 9_000 });
      assert.equal(await doubted(), 1);
      await record(engine, [quick], { outcome: "delivered", status: 200 });
      assert.equal(await doubted(), 0);
    },
  },
  {
    name: "what its receiver did wrong counts against a webhook, and after five days it is switched off",
    async show(engine) {
      for (const error of ["status", "redirect", "no_answer", "unreachable", "timeout"]) {
        const id = await webhook(engine);
        await append(engine, id);
        await record(engine, await claim(engine), { outcome: "retry", error });
        assert.deepEqual([error, await stateOf(engine, id)], [error, {
          enabled: true,
          failing: true,
          doubted: true,
        }]);
        await engine.pass(5 * 86_400);
        await record(engine, await claim(engine), { outcome: "retry", error });
        assert.deepEqual([error, (await stateOf(engine, id))?.enabled], [error, false]);
      }
    },
  },
  {
    name: "what we did wrong does not count against a webhook",
    async show(engine) {
      const ours = [
        "switched_off",
        "secret_unreadable",
        "address_not_allowed",
        "not_configured",
        "internal",
        "aborted",
      ];
      for (const error of ours) {
        const id = await webhook(engine);
        await append(engine, id);
        for (const _ of [1, 2]) {
          await record(engine, await claim(engine), { outcome: "retry", error });
          assert.deepEqual([error, await stateOf(engine, id)], [error, {
            enabled: true,
            failing: false,
            doubted: false,
          }]);
          await engine.pass(6 * 86_400);
        }
        await engine.sql`delete from calendar_sync.webhooks where id = ${id}`;
      }
    },
  },
  {
    name: "what ended a month ago goes, what is waiting stays",
    async show(engine) {
      await append(engine, await webhook(engine), 2);
      const [sent] = await claim(engine);
      assert.ok(sent);
      await record(engine, [sent], { outcome: "delivered", status: 200 });
      await engine.pass(31 * 86_400);
      await engine.sql`select calendar_sync.nightly()`;
      const left = await engine.sql<{ state: string }[]>`select state from calendar_sync.deliveries`;
      assert.deepEqual(left.map(({ state }) => state), ["pending"]);
    },
  },
]);
