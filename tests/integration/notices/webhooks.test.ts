import assert from "node:assert/strict";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import {
  addWebhook,
  ALL_TYPES,
  ask,
  deliveriesOf,
  rotate,
  test,
  untilDelivery,
  webhooksOf,
} from "./support.ts";
import { isSigned, startReceiver } from "./webhook-receiver.ts";

Deno.test({
  name: "webhooks are told of what happens to their user's calendars, signed, and of nothing else",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const receiver = startReceiver();
  const scene = await openScene("google", { CALENDAR_WEBHOOK_HOSTS: `${receiver.origin},*` });
  const { sql, stack, redirect_to } = scene;
  try {
    await t.step("a test event comes at once, with a signature that the library accepts", async () => {
      const { api } = await scene.newUser();
      const address = receiver.address();
      const { id, secret, ...webhook } = await addWebhook(api, address.url, ["deadline.shown"]);
      assert.deepEqual([webhook.enabled, webhook.types, webhook.url], [
        true,
        ["deadline.shown"],
        address.url,
      ]);
      assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
      const queued = await test(api, id);
      const asked_at = Date.now();
      await until(() => Promise.resolve(address.calls.length === 1));
      const [call] = address.calls;
      assert.ok(call);
      console.log(`From the call of test to the receiver: ${call.at - asked_at} ms`);
      assert.ok(isSigned(call, secret));
      assert.ok(!isSigned({ ...call, body: `${call.body} ` }, secret));
      assert.equal(call.id, queued.event_id);
      assert.equal(call.headers["content-type"], "application/json");
      const { timestamp: _, ...event } = call.event;
      const data = { integration_id: null, provider: null, url: redirect_to };
      assert.deepEqual(event, { type: "webhook.test", data });
      const { attempts } = await untilDelivery(api, id, ({ state }) => state === "delivered");
      assert.deepEqual(attempts.map(({ status, error }) => [status, error]), [[204, undefined]]);
      assert.deepEqual((await webhooksOf(api))[0]?.last_day, { delivered: 1, failed: 0, waiting: 0 });
    });

    await t.step("the life of a connection and of a deadline, without a title or an address", async () => {
      const { id: user_id, api } = await scene.newUser();
      const address = receiver.address();
      const { secret } = await addWebhook(api, address.url);
      const integration = await scene.connect(api, "ada@example.com");
      assert.ok(integration.calendar_id);
      const types = () => address.calls.map(({ event }) => event.type);
      const untilTypes = (...wanted: string[]) =>
        until(
          () => Promise.resolve(types().join() === wanted.join()),
          PATIENCE_MS,
          () => Promise.resolve(types()),
        );
      await untilTypes("connection.connected");
      const [row] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Annual return', '2027-01-01')
        returning id`;
      assert.ok(row);
      const written_at = Date.now();
      await untilTypes("connection.connected", "deadline.shown");
      console.log(
        `From the write of a deadline to the receiver: ${(address.calls[1]?.at ?? 0) - written_at} ms`,
      );
      await sql`update public.obligations set title = 'Annual report' where id = ${row.id}`;
      await untilTypes("connection.connected", "deadline.shown", "deadline.updated");
      await sql`delete from public.obligations where id = ${row.id}`;
      await untilTypes("connection.connected", "deadline.shown", "deadline.updated", "deadline.removed");
      await ask(api, "DELETE", `/?integration_id=${integration.id}`);
      await until(() => Promise.resolve(types().length === 5));
      assert.equal(types().at(-1), "connection.removed");
      for (const call of address.calls) {
        assert.ok(isSigned(call, secret));
        const { integration_id, provider, url } = call.event.data;
        assert.deepEqual([integration_id, provider, url], [integration.id, "google", redirect_to]);
        assert.doesNotMatch(call.body, /Annual|example\.com/);
        assert.equal(call.event.type.startsWith("deadline."), call.event.data.obligation_id === row.id);
      }
      assert.equal(new Set(address.calls.map(({ id }) => id)).size, 5);
    });

    await t.step("a lost grant, a reconnection, a pause and what follows it", async () => {
      const { api, integration } = await scene.connectedUser("grace@example.com");
      const address = receiver.address();
      await addWebhook(api, address.url);
      const seen = (type: string) => address.calls.find(({ event }) => event.type === type)?.event.data;
      const change = async (status: string, code: string | null) => {
        await sql`
          update public.calendar_integrations
          set status = ${status}, last_error = ${
          code === null ? null : sql.json({ code, message: "For a test." })
        }
          where id = ${integration.id}`;
      };
      await change("paused", "mass_deletion");
      await until(() => Promise.resolve(seen("connection.paused")?.code === "mass_deletion"));
      await change("active", null);
      await until(() => Promise.resolve(seen("connection.resumed") !== undefined));
      await change("disconnected", "invalid_grant");
      await until(() => Promise.resolve(seen("connection.disconnected")?.code === "invalid_grant"));
      await scene.connect(api, "grace@example.com");
      await until(
        () => Promise.resolve(seen("connection.connected")?.integration_id === integration.id),
      );
    });

    await t.step("types that were not chosen, and another user's calendars, are not told", async () => {
      const [one, other] = [await scene.connectedUser("ada@example.com"), await scene.newUser()];
      const [some, others] = [receiver.address(), receiver.address()];
      const { id } = await addWebhook(one.api, some.url, ["deadline.removed"]);
      await addWebhook(other.api, others.url);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${one.id}, 'One', '2027-01-01')`;
      await scene.untilTitles(one.calendar_id, ["One"]);
      await sql`delete from public.obligations where user_id = ${one.id}`;
      await untilDelivery(one.api, id, ({ state }) => state === "delivered");
      assert.deepEqual(some.calls.map(({ event }) => event.type), ["deadline.removed"]);
      assert.deepEqual(others.calls, []);
    });

    await t.step("for a user without a webhook nothing is appended", async () => {
      const { id, calendar_id } = await scene.connectedUser("ada@example.com");
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, 'Quiet', '2027-01-01')`;
      await scene.untilTitles(calendar_id, ["Quiet"]);
      assert.equal((await sql`select from calendar_sync.deliveries where user_id = ${id}`).length, 0);
    });

    await t.step(
      "after a rotation both secrets sign for a day, then the old one is gone from Vault",
      async () => {
        const { api } = await scene.newUser();
        const address = receiver.address();
        const { id, secret: first } = await addWebhook(api, address.url);
        const second = await rotate(api, id);
        assert.notEqual(first, second);
        await test(api, id);
        await until(() => Promise.resolve(address.calls.length === 1));
        const [call] = address.calls;
        assert.ok(call && isSigned(call, first) && isSigned(call, second));
        const secrets = () =>
          sql`
        select from vault.secrets where id in (
          select unnest(array[signing_secret_id, previous_secret_id]) from calendar_sync.webhooks where id = ${id})`;
        assert.equal((await secrets()).length, 2);
        const [before] =
          await sql`select previous_secret_id as id from calendar_sync.webhooks where id = ${id}`;
        await sql`update calendar_sync.webhooks set previous_until = now() - interval '1 second' where id = ${id}`;
        await sql`select calendar_sync.tick()`;
        await until(async () => (await secrets()).length === 1);
        assert.equal((await sql`select from vault.secrets where id = ${before?.["id"]}`).length, 0);
        await test(api, id);
        await until(() => Promise.resolve(address.calls.length === 2));
        const [, later] = address.calls;
        assert.ok(later && !isSigned(later, first) && isSigned(later, second));
      },
    );

    await t.step("resend one, and replay everything since a moment, with the same ids", async () => {
      const { id: user_id, api, calendar_id } = await scene.connectedUser("ada@example.com");
      const address = receiver.address();
      const { id } = await addWebhook(api, address.url);
      await sql`
        insert into public.obligations (user_id, title, deadline_date)
        select ${user_id}, 'Deadline ' || n, '2027-01-01' from generate_series(1, 3) as n`;
      await scene.untilTitles(calendar_id, ["Deadline 1", "Deadline 2", "Deadline 3"]);
      await until(() => Promise.resolve(address.calls.length === 3));
      await until(
        async () => (await deliveriesOf(api, id)).every(({ state }) => state === "delivered"),
      );
      const [first] = await deliveriesOf(api, id);
      assert.ok(first);
      const path = `/webhooks/${id}/deliveries/${first.id}/retry`;
      assert.deepEqual(await ask(api, "POST", path), { status: 202, body: { queued: 1 }, code: null });
      await until(() => Promise.resolve(address.calls.length === 4));
      assert.equal(address.calls[3]?.id, first.event_id);
      await until(
        async () => (await deliveriesOf(api, id)).every(({ state }) => state === "delivered"),
      );
      const since = new Date(Date.now() - 3_600_000).toISOString();
      const replayed = await ask(api, "POST", `/webhooks/${id}/replay`, { since });
      assert.deepEqual([replayed.status, replayed.body], [202, { queued: 3 }]);
      await until(() => Promise.resolve(address.calls.length === 7));
      assert.equal(new Set(address.calls.map(({ id }) => id)).size, 3);
      const none = await ask(api, "POST", `/webhooks/${id}/replay`, {
        since: new Date(Date.now() + 1_000).toISOString(),
      });
      assert.deepEqual(none.body, { queued: 0 });
    });

    await t.step("a webhook of the installation is told of everybody's calendars", async () => {
      const address = receiver.address();
      const [added] = await sql<{ id: string; secret: string }[]>`
        select * from calendar_admin.add_webhook(${address.url}, ${["deadline.shown"]})`;
      assert.ok(added);
      for (const account of ["ada@example.com", "grace@example.com"]) {
        const { id, calendar_id } = await scene.connectedUser(account);
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${id}, ${account}, '2027-01-01')`;
        await until(() => Promise.resolve(scene.titles(calendar_id).includes(account)));
      }
      await until(() => Promise.resolve(address.calls.length === 2));
      assert.ok(address.calls.every((call) => isSigned(call, added.secret)));
      const [other] = await sql<
        { secret: string }[]
      >`select calendar_admin.rotate_webhook(${added.id}) as secret`;
      assert.match(other?.secret ?? "", /^whsec_/);
      await assert.rejects(
        sql`select * from calendar_admin.add_webhook(${address.url}, ${["deadline.nonsense"]})`,
        /docs\/embed\/webhooks\.md/,
      );
      // A call takes a backslash for a slash: the host is what stands before it.
      await assert.rejects(
        sql`select * from calendar_admin.add_webhook(${"https://called.example\\told.example/"}, ${[
          "deadline.shown",
        ]})`,
        /Give the address of a receiver/,
      );
      const shown = () => sql`select origin, waiting from calendar_admin.webhooks where id = ${added.id}`;
      // The worker records a call after it was answered.
      await until(async () => (await shown())[0]?.waiting === "0", PATIENCE_MS, shown);
      assert.equal((await shown())[0]?.origin, receiver.origin);
      await sql`select calendar_admin.remove_webhook(${added.id})`;
      assert.equal((await sql`select from calendar_sync.webhooks where user_id is null`).length, 0);
    });

    await t.step("a deadline that is refused is told once, and once that it is shown again", async () => {
      const { id: user_id, api } = await scene.connectedUser("ada@example.com");
      const address = receiver.address();
      await addWebhook(api, address.url, ALL_TYPES.filter((type) => type.startsWith("deadline.")));
      const emulator = scene.provider.emulator;
      emulator.faults.set([{
        match: { path: scene.provider.paths.events },
        ...scene.provider.refusals.invalid,
      }]);
      const [row] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Refused', '2027-01-01')
        returning id`;
      const types = () => address.calls.map(({ event }) => event.type);
      await until(() => Promise.resolve(types().length === 1), PATIENCE_MS, () => Promise.resolve(types()));
      assert.deepEqual(types(), ["deadline.failed"]);
      assert.equal(address.calls[0]?.event.data.code, "rejected");
      await sql`update public.obligations set title = 'Refused again' where id = ${row?.id ?? null}`;
      await until(async () => {
        const [refusals] = await sql<{ count: number }[]>`
          select count(*)::int as count from calendar_sync.activity where obligation_id = ${
          row?.id ?? null
        } and action = 'rejected'`;
        return refusals?.count === 2;
      });
      emulator.faults.set([]);
      await sql`update public.obligations set title = 'Accepted' where id = ${row?.id ?? null}`;
      await until(() => Promise.resolve(types().length === 3), PATIENCE_MS, () => Promise.resolve(types()));
      assert.deepEqual(types().toSorted(), ["deadline.failed", "deadline.recovered", "deadline.shown"]);
    });

    await t.step(
      "a change that is refused and then taken back is told of, too, although nothing is written",
      async () => {
        const { id: user_id, api, calendar_id } = await scene.connectedUser("ada@example.com");
        const [row] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'As it was', '2027-01-01')
        returning id`;
        const id = row?.id ?? null;
        await scene.untilTitles(calendar_id, ["As it was"]);
        const address = receiver.address();
        await addWebhook(api, address.url, ALL_TYPES.filter((type) => type.startsWith("deadline.")));
        const types = () => address.calls.map(({ event }) => event.type);
        const untilCalls = (count: number) =>
          until(() => Promise.resolve(types().length === count), PATIENCE_MS, () => Promise.resolve(types()));
        scene.provider.emulator.faults.set([{
          match: { path: scene.provider.paths.events },
          ...scene.provider.refusals.invalid,
        }]);
        await sql`update public.obligations set title = 'Refused' where id = ${id}`;
        await untilCalls(1);
        const writes = scene.writes();
        await sql`update public.obligations set title = 'As it was' where id = ${id}`;
        await untilCalls(2);
        assert.deepEqual([types(), scene.writes()], [["deadline.failed", "deadline.recovered"], writes]);
        assert.equal(address.calls[1]?.event.data.obligation_id, id);
        const periods = await sql`
        select in_calendar, reason, began_with, title, due from calendar_sync.history
        where obligation_id = ${id} and until_at is null`;
        assert.deepEqual(periods.map((period) => ({ ...period })), [
          { in_calendar: true, reason: null, began_with: "recovered", title: "As it was", due: "2027-01-01" },
        ]);
        scene.provider.emulator.faults.set([]);
        await sql`update public.obligations set title = 'Another' where id = ${id}`;
        await untilCalls(3);
        assert.equal(types()[2], "deadline.updated");
      },
    );
    assert.equal(stack.function("calendar-sync").pid !== null, true);
  } finally {
    await scene.close();
    await receiver.close();
  }
});
