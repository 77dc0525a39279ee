import assert from "node:assert/strict";
import { consent, PATIENCE_MS, until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { outlookSubject } from "../support/subjects/outlook-subject.ts";
import { ADA, type SeenEvent } from "../support/subjects/subject.ts";
import { userState } from "./database-state.ts";
import { createRecorder, type RecordedCall, replay } from "./recorder.ts";
import { SEED } from "./runs.ts";

const ROWS = 12;
const WAKE_UP_CALLS = 100;
/** Replays at a time. */
const ABREAST = 8;

Deno.test({
  name: "whoever makes a worker's calls again, with its key, changes nothing in the end",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const recorder = createRecorder();
  const scene = await openScene("google", {}, { record: recorder.record });
  const { stack, sql, provider } = scene;
  assert.ok(stack.outlook);
  const outlook = outlookSubject(stack.outlook);
  outlook.setQuotas(false);
  console.log(`    FUZZ_SEED=${SEED}`);
  try {
    const { id: user_id, api, integration } = await scene.connectedUser(ADA);
    const other = await api.connect({ provider: "outlook", redirect_to: scene.redirect_to, account: ADA });
    const integrations = [integration, other];

    const untilSettled = () =>
      until(
        async () => {
          // What a claim leased whose answer nobody read is free again in 15 s: here in 6. A worker that lives renews.
          await sql`update calendar_sync.lanes set leased_until = now(), ready_at = now()
            where leased_until < now() + interval '9 seconds'`;
          if (performance.now() > call_at) await call();
          const [open] = await sql<{ count: number }[]>`
          select ((select count(*) from calendar_sync.jobs) + (select count(*) from calendar_sync.changes)
            + (select count(*) from calendar_sync.lanes where leased_by is not null))::integer as count`;
          return open?.count === 0;
        },
        PATIENCE_MS,
        async () => ({
          jobs: await sql`select * from calendar_sync.jobs limit 3`,
          lanes: await sql`select * from calendar_sync.lanes`,
          output: scene.output.slice(-10),
        }),
      );
    let call_at = 0;
    const call = async () => {
      call_at = performance.now() + 1_000;
      const response = await fetch(`${stack.apiUrl}/functions/v1/calendar-sync`, {
        method: "POST",
        headers: { "x-calendar-sync-secret": stack.syncSecret, "x-replayed": "1" },
      });
      assert.equal(response.status, 202);
      await response.body?.cancel();
    };
    const shown = (events: readonly SeenEvent[]) =>
      events.map(({ id, title, time, obligation_id }) => JSON.stringify({ id, title, time, obligation_id }))
        .sort();
    const state = async () => ({
      google: shown(provider.events(integration.calendar_id ?? "")),
      outlook: shown(outlook.events(other.calendar_id ?? "")),
      mappings: (await sql`
        select integration_id, obligation_id, calendar_id, external_event_id, content_hash, deadline_hash
        from public.calendar_event_mappings order by 1, 2`).map((row) => JSON.stringify(row)),
      integrations: (await sql`
        select id, status, calendar_id, sync_enabled, settings, refresh_token_secret_id, access_token_secret_id
        from public.calendar_integrations order by 1`).map((row) => JSON.stringify(row)),
      secrets: (await sql`select id from vault.secrets order by 1`).length,
    });
    const writes = () =>
      [provider, outlook].reduce(
        (sum, { emulator }) =>
          sum +
          emulator.state.requests.filter(({ method, path }) => method !== "GET" && path.includes("/events"))
            .length,
        0,
      );
    const replayAll = async (calls: readonly RecordedCall[]) => {
      for (let from = 0; from < calls.length; from += ABREAST) {
        const statuses = await Promise.all(calls.slice(from, from + ABREAST).map(replay));
        assert.ok(statuses.every((status) => status < 500), statuses.join());
      }
    };
    const rename = (title: string) =>
      sql`update public.obligations set title = ${title} || ' ' || right(title, 2) where user_id = ${user_id}`;

    await t.step("something happens to replay", async () => {
      await sql`insert into public.obligations (user_id, title, deadline_date)
        select ${user_id}, 'Row ' || to_char(n, 'FM00'), date '2027-01-01' + n from generate_series(1, ${ROWS}) as n`;
      await untilSettled();
      provider.expireAccessTokens();
      outlook.expireAccessTokens();
      await rename("Renamed");
      await untilSettled();
      await sql`delete from public.obligations where user_id = ${user_id} and title like '% 01'`;
      await untilSettled();
      const names = new Set((await recorder.calls()).map(({ url }) => url.split("/").at(-1)));
      for (const name of ["calendar-sync", "calendar_claim", "calendar_record", "calendar_save_tokens"]) {
        assert.ok(names.has(name), `no ${name} was recorded`);
      }
    });

    await t.step("all of it in order, in another order, and twice", async () => {
      const before = await state();
      const calls = await recorder.calls();
      const random = seededRandom(SEED);
      const orders = [
        calls,
        [...calls].map((call) => ({ call, at: random.next() })).sort((a, b) => a.at - b.at).map(({ call }) =>
          call
        ),
        calls.flatMap((call) => [call, call]),
      ];
      const written = writes();
      for (const order of orders) {
        await replayAll(order);
      }
      await untilSettled();
      assert.deepEqual(await state(), before);
      console.log(
        `    ${calls.length} calls replayed four times: ${writes() - written} writes to look again`,
      );
    });

    await t.step(`a wake-up call ${WAKE_UP_CALLS} times at once`, async () => {
      const wake_up = (await recorder.calls()).find(({ url }) => url.endsWith("/calendar-sync"));
      assert.ok(wake_up);
      const written = writes();
      const statuses = await Promise.all(Array.from({ length: WAKE_UP_CALLS }, () => replay(wake_up)));
      assert.deepEqual([...new Set(statuses)], [202]);
      await untilSettled();
      assert.equal(writes(), written);
    });

    await t.step("every call arrives twice while it is made", async () => {
      const echoes: Promise<number>[] = [];
      recorder.echo((call) => echoes.push(replay(call)));
      await rename("Last");
      await sql`delete from public.obligations where user_id = ${user_id} and title like '% 02'`;
      await untilSettled();
      recorder.echo(null);
      await Promise.all(echoes);
      await untilSettled();
      assert.ok(echoes.length > 0);
      const wanted = Array.from({ length: ROWS - 2 }, (_, n) => `Last ${String(n + 3).padStart(2, "0")}`);
      assert.deepEqual(scene.titles(integration.calendar_id ?? ""), wanted);
      assert.deepEqual(outlook.events(other.calendar_id ?? "").map(({ title }) => title).sort(), wanted);
    });

    await t.step("states and tickets that were used", async () => {
      const stranger = await scene.newUser();
      const page = new URL(await api.authorizeUrl({ redirect_to: scene.redirect_to }));
      page.searchParams.set("emulator_account", ADA);
      page.searchParams.set("emulator_consent", "allow");
      const consented = await fetch(page, { redirect: "manual" });
      await consented.body?.cancel();
      const callback = consented.headers.get("location") ?? "";
      const landed = await Promise.all(Array.from({ length: 5 }, async () => {
        const response = await fetch(callback, { redirect: "manual" });
        await response.body?.cancel();
        return new URL(response.headers.get("location") ?? "");
      }));
      const tickets = landed.flatMap((url) => url.searchParams.get("calendar_connection") ?? []);
      assert.equal(tickets.length, 1);
      assert.deepEqual(
        landed.flatMap((url) => url.searchParams.get("calendar_error") ?? []),
        Array(4).fill("invalid_state"),
      );
      const confirm = async (who: typeof api) => {
        const response = await who.request("POST", "/confirm", { connection: tickets[0] });
        await response.body?.cancel();
        return response.status;
      };
      const confirmed = await Promise.all(Array.from({ length: 5 }, () => confirm(api)));
      assert.deepEqual(confirmed.sort(), [200, 400, 400, 400, 400]);
      const unchanged = await userState(sql, user_id);
      for (const who of [api, stranger.api]) assert.equal(await confirm(who), 400);
      const again = await consent(page.toString(), ADA);
      assert.equal(again.searchParams.get("calendar_error"), "invalid_state");
      assert.equal(await userState(sql, user_id), unchanged);
      await untilSettled();
    });

    await t.step("all of it, once its calendars are disconnected", async () => {
      for (const { id } of integrations) {
        const response = await api.request("DELETE", `/?integration_id=${id}&events=remove`);
        assert.equal(response.status, 202);
      }
      await until(async () => (await api.status()).length === 0);
      await untilSettled();
      const before = await state();
      assert.deepEqual([before.google, before.outlook, before.mappings, before.secrets > 0], [
        [],
        [],
        [],
        true,
      ]);
      const written = writes();
      await replayAll(await recorder.calls());
      await untilSettled();
      assert.deepEqual(await state(), before);
      assert.equal(writes(), written);
    });
  } finally {
    await scene.close();
  }
});
