import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { addWebhook, ALL_TYPES, ask, deliveriesOf, test, untilDelivery, webhooksOf } from "./support.ts";
import { type Received, startReceiver } from "./webhook-receiver.ts";

const never = () => new Promise<Response>(() => {});
const status = (code: number, headers: Record<string, string> = {}) => () =>
  new Response(code === 204 ? null : "ignored", { status: code, headers });

Deno.test({
  name: "receivers that fail, hang or end keep nobody else waiting, and nobody gets at another's",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const receiver = startReceiver();
  const scene = await openScene("google", { CALENDAR_WEBHOOK_HOSTS: `${receiver.origin},*` });
  const { sql, stack } = scene;
  /** Makes what waits for its schedule due. */
  const makeDue = async (id: string) => {
    await sql`
      update calendar_sync.deliveries set next_attempt_at = now()
      where endpoint_id = ${id} and ended_at is null and leased_by is null`;
    await sql`select calendar_sync.wake_up()`;
  };
  try {
    await t.step("500, and success after five seconds, with the same id and body", async () => {
      const { api } = await scene.newUser();
      const address = receiver.address(status(500));
      const { id } = await addWebhook(api, address.url);
      await test(api, id);
      const failed = await untilDelivery(api, id, ({ state }) => state === "retrying");
      assert.deepEqual(failed.attempts.map(({ status, error }) => [status, error]), [[500, "status"]]);
      assert.ok((await webhooksOf(api))[0]?.failing_since);
      address.answer = status(200);
      await until(() => Promise.resolve(address.calls.length === 2));
      const [first, second] = address.calls;
      assert.ok(first && second);
      assert.ok(second.at - first.at >= 5_000 && second.at - first.at < 9_000, `${second.at - first.at} ms`);
      assert.deepEqual([second.id, second.body], [first.id, first.body]);
      const { attempts } = await untilDelivery(api, id, ({ state }) => state === "delivered");
      assert.deepEqual(attempts.map(({ status }) => status), [500, 200]);
      assert.doesNotMatch(JSON.stringify(attempts), /ignored/);
      assert.equal((await webhooksOf(api))[0]?.failing_since, null);
    });

    await t.step("one that hangs, and one that never succeeds, delay no other", async () => {
      const poisoned = await scene.newUser();
      const hanging = receiver.address(never);
      for (let n = 0; n < 4; n++) {
        const { id } = await addWebhook(poisoned.api, n === 0 ? hanging.url : receiver.address(never).url);
        for (let times = 0; times < 5; times++) await test(poisoned.api, id);
      }
      await until(() => Promise.resolve(hanging.calls.length > 0));
      const { api } = await scene.newUser();
      const healthy = receiver.address();
      const { id } = await addWebhook(api, healthy.url);
      const delays: number[] = [];
      for (let n = 1; n <= 5; n++) {
        const asked_at = Date.now();
        await test(api, id);
        await until(() => Promise.resolve(healthy.calls.length === n));
        delays.push((healthy.calls.at(-1)?.at ?? Infinity) - asked_at);
      }
      assert.ok(Math.max(...delays) < 3_000, String(delays));
      // One at a time of a user whose receivers have not answered: the others wait until it has been given up.
      assert.ok(hanging.calls.length <= 1, String(hanging.calls.length));
      const [webhook] = await webhooksOf(poisoned.api);
      const given_up = await untilDelivery(
        poisoned.api,
        webhook?.id ?? "",
        ({ attempts }) => attempts.length > 0,
      );
      assert.deepEqual(given_up.attempts.map(({ status, error }) => [status, error]), [[null, "no_answer"]]);
      for (const { id } of await webhooksOf(poisoned.api)) {
        await ask(poisoned.api, "DELETE", `/webhooks/${id}`);
      }
    });

    await t.step(
      "410 switches it off at once, and what waited is given up; switched on again it is called",
      async () => {
        const { api } = await scene.newUser();
        const address = receiver.address(status(410));
        const { id } = await addWebhook(api, address.url);
        await test(api, id);
        await until(async () => (await webhooksOf(api))[0]?.enabled === false);
        assert.equal((await webhooksOf(api))[0]?.disabled_because, "gone");
        assert.deepEqual(
          (await deliveriesOf(api, id)).map(({ state, next_attempt_at }) => [state, next_attempt_at]),
          [
            ["failed", null],
          ],
        );
        const notices = () =>
          sql<{ kind: string; details: unknown }[]>`
          select kind, details from calendar_sync.notices where object = ${id} and ended_at is null order by kind`;
        const { host: name } = new URL(receiver.origin);
        assert.deepEqual([...await notices()].map(({ kind, details }) => ({ kind, details })), [
          { kind: "webhook_added", details: { name } },
          { kind: "webhook_disabled", details: { name, code: "gone" } },
        ]);
        address.answer = status(204);
        const on = await ask(api, "PATCH", `/webhooks/${id}`, { enabled: true });
        assert.equal(on.status, 200);
        assert.deepEqual((await notices()).map(({ kind }) => kind), ["webhook_added"]);
        assert.deepEqual(
          (await webhooksOf(api)).map((webhook) => [webhook.enabled, webhook.disabled_because]),
          [
            [true, null],
          ],
        );
        await test(api, id);
        await untilDelivery(api, id, ({ state }) => state === "delivered");
      },
    );

    await t.step("429 with Retry-After is left alone for as long", async () => {
      const { api } = await scene.newUser();
      const address = receiver.address(status(429, { "retry-after": "120" }));
      const { id } = await addWebhook(api, address.url);
      await test(api, id);
      const { next_attempt_at } = await untilDelivery(api, id, ({ state }) => state === "retrying");
      const wait_s = (Date.parse(next_attempt_at ?? "") - Date.now()) / 1000;
      assert.ok(wait_s > 110 && wait_s <= 121, String(wait_s));
    });

    await t.step("a redirect is a failure and is not followed", async () => {
      const { api } = await scene.newUser();
      const inner = receiver.address();
      const address = receiver.address(status(307, { location: inner.url }));
      const { id } = await addWebhook(api, address.url);
      await test(api, id);
      const { attempts } = await untilDelivery(api, id, ({ state }) => state === "retrying");
      assert.deepEqual(attempts.map(({ status, error }) => [status, error]), [[307, "redirect"]]);
      assert.deepEqual(inner.calls, []);
    });

    await t.step("after five days of nothing but failures it is switched off", async () => {
      const { api } = await scene.newUser();
      const address = receiver.address(status(500));
      const { id } = await addWebhook(api, address.url);
      await test(api, id);
      await untilDelivery(api, id, ({ state }) => state === "retrying");
      await sql`update calendar_sync.webhooks set failing_since = now() - interval '121 hours' where id = ${id}`;
      await makeDue(id);
      await until(async () => (await webhooksOf(api))[0]?.enabled === false);
      assert.equal((await webhooksOf(api))[0]?.disabled_because, "failing");
    });

    await t.step("a worker that is killed in the middle has it sent again with the same id", async () => {
      const { api } = await scene.newUser();
      const address = receiver.address(never);
      const { id } = await addWebhook(api, address.url);
      const { event_id } = await test(api, id);
      await until(() => Promise.resolve(address.calls.length === 1));
      const worker = stack.function("calendar-sync");
      assert.ok(worker.pid !== null);
      Deno.kill(worker.pid, "SIGKILL");
      address.answer = status(204);
      await until(() => Promise.resolve(address.calls.length === 2));
      assert.deepEqual(address.calls.map(({ id }: Received) => id), [event_id, event_id]);
      await untilDelivery(api, id, ({ state }) => state === "delivered");
    });

    await t.step("at most five a user, also side by side", async () => {
      const { api } = await scene.newUser();
      const body = { url: "https://app.example.com/hook", types: ALL_TYPES };
      const made = await Promise.all(Array.from({ length: 8 }, () => ask(api, "POST", "/webhooks", body)));
      assert.equal(made.filter(({ status }) => status === 201).length, 5);
      assert.deepEqual(
        made.filter(({ status }) => status !== 201).map(({ status, code }) => [status, code]),
        [
          [409, "too_many_webhooks"],
          [409, "too_many_webhooks"],
          [409, "too_many_webhooks"],
        ],
      );
    });

    await t.step("addresses into a network are refused at once, on POST and PATCH", async () => {
      const { api } = await scene.newUser();
      const { id } = await addWebhook(api, "https://app.example.com/hook");
      for (
        const url of [
          `${stack.apiUrl}/functions/v1/calendar`,
          "https://127.0.0.1/",
          "https://localhost/",
          "http://app.example.com/",
          "https://169.254.169.254/",
          "nonsense",
        ]
      ) {
        for (const [method, path] of [["POST", "/webhooks"], ["PATCH", `/webhooks/${id}`]] as const) {
          const body = method === "POST" ? { url, types: ALL_TYPES } : { url };
          const answer = await ask(api, method, path, body);
          assert.deepEqual([answer.status, answer.code], [422, "address_not_allowed"], `${method} ${url}`);
        }
      }
      assert.equal((await webhooksOf(api)).length, 1);
    });

    await t.step("another user's webhook and deliveries are 404, like those that do not exist", async () => {
      const [owner, stranger] = [await scene.newUser(), await scene.newUser()];
      const address = receiver.address();
      const { id } = await addWebhook(owner.api, address.url);
      const mine = await addWebhook(stranger.api, address.url);
      const delivery = await test(owner.api, id);
      const since = new Date(0).toISOString();
      for (
        const [method, path, body] of [
          ["PATCH", `/webhooks/${id}`, { enabled: false }],
          ["DELETE", `/webhooks/${id}`, undefined],
          ["POST", `/webhooks/${id}/test`, undefined],
          ["POST", `/webhooks/${id}/rotate`, undefined],
          ["POST", `/webhooks/${id}/replay`, { since }],
          ["GET", `/webhooks/${id}/deliveries`, undefined],
          ["POST", `/webhooks/${id}/deliveries/${delivery.id}/retry`, undefined],
          ["POST", `/webhooks/${mine.id}/deliveries/${delivery.id}/retry`, undefined],
        ] as const
      ) {
        const answer = await ask(stranger.api, method, path, body);
        const missing = await ask(stranger.api, method, path.replaceAll(id, crypto.randomUUID()), body);
        assert.equal(answer.status, 404, `${method} ${path}`);
        assert.deepEqual(answer, missing);
      }
      assert.deepEqual((await webhooksOf(owner.api)).map((webhook) => [webhook.id, webhook.enabled]), [[
        id,
        true,
      ]]);
    });

    await t.step("a paused one is not told, and gives up what waited", async () => {
      const { id: user_id, api, calendar_id } = await scene.connectedUser();
      const address = receiver.address(status(500));
      const { id } = await addWebhook(api, address.url);
      await test(api, id);
      await untilDelivery(api, id, ({ state }) => state === "retrying");
      assert.equal((await ask(api, "PATCH", `/webhooks/${id}`, { enabled: false })).status, 200);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Paused', '2027-01-01')`;
      await scene.untilTitles(calendar_id, ["Paused"]);
      assert.deepEqual((await deliveriesOf(api, id)).map(({ type, state }) => [type, state]), [[
        "webhook.test",
        "failed",
      ]]);
    });

    await t.step("one that is switched off while an event of it is written is not called", async () => {
      const { id: user_id, api, integration } = await scene.connectedUser();
      const address = receiver.address(status(500));
      const { id } = await addWebhook(api, address.url);
      await sql.begin(async (recording) => {
        await recording`
          insert into calendar_sync.activity (user_id, integration_id, provider, obligation_id, action)
          values (${user_id}, ${integration.id}, 'google', gen_random_uuid(), 'created')`;
        assert.equal((await ask(api, "PATCH", `/webhooks/${id}`, { enabled: false })).status, 200);
      });
      const { state, attempts } = await untilDelivery(api, id, ({ attempts }) => attempts.length > 0);
      assert.deepEqual([state, attempts.map(({ error }) => error)], ["failed", ["switched_off"]]);
      assert.deepEqual([address.calls, (await webhooksOf(api))[0]?.failing_since], [[], null]);
    });

    await t.step("to one that is off nothing is sent again until it is on; a test is", async () => {
      const { id: user_id, api } = await scene.connectedUser();
      const address = receiver.address(status(410));
      const { id } = await addWebhook(api, address.url);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, 'Gone', '2027-01-01')`;
      await until(async () => (await webhooksOf(api))[0]?.enabled === false);
      const [given_up] = await deliveriesOf(api, id);
      assert.equal(given_up?.state, "failed");
      address.answer = status(204);
      const again = (path: string) =>
        ask(api, "POST", `/webhooks/${id}/${path}`, { since: new Date(0).toISOString() });
      for (const path of ["replay", `deliveries/${given_up.id}/retry`]) {
        const { status, code } = await again(path);
        assert.deepEqual([path, status, code], [path, 409, "webhook_disabled"]);
      }
      const { id: test_id } = await test(api, id);
      for (const calls of [2, 3]) {
        await untilDelivery(api, id, (delivery) => delivery.id === test_id && delivery.state === "delivered");
        assert.equal(address.calls.length, calls);
        if (calls === 2) assert.equal((await again(`deliveries/${test_id}/retry`)).status, 202);
      }
      assert.equal((await ask(api, "PATCH", `/webhooks/${id}`, { enabled: true })).status, 200);
      assert.equal((await again("replay")).status, 202);
      await untilDelivery(
        api,
        id,
        (delivery) => delivery.id === given_up.id && delivery.state === "delivered",
      );
    });

    await t.step(
      "an address is kept as it is called, and the notice names the host that is called",
      async () => {
        const { id: user_id, api } = await scene.newUser();
        const { id, url } = await addWebhook(api, "https:\\\\called.example.com//told.example.com/hook");
        assert.equal(url, "https://called.example.com//told.example.com/hook");
        const change = (wanted: string) => ask(api, "PATCH", `/webhooks/${id}`, { url: wanted });
        assert.equal((await change("https:/\\other.example.com\\told.example.com")).status, 200);
        assert.equal((await webhooksOf(api))[0]?.url, "https://other.example.com/told.example.com");
        const told = await sql<{ name: string }[]>`
        select details ->> 'name' as name from calendar_sync.notices where user_id = ${user_id} order by created_at`;
        assert.deepEqual(told.map(({ name }) => name), ["called.example.com", "other.example.com"]);
        // Each of these characters is six as it is sent.
        const long = `https://long.example.com/${"é".repeat(400)}`;
        assert.deepEqual([(await change(long)).code, long.length < 2_000], ["invalid_request", true]);
        const added = await ask(api, "POST", "/webhooks", { url: long, types: ALL_TYPES });
        assert.deepEqual([added.status, added.code], [400, "invalid_request"]);
        const missing = await ask(api, "PATCH", `/webhooks/${crypto.randomUUID()}`, { url: long });
        assert.equal(missing.status, 404);
      },
    );

    await t.step("with the user go webhooks, deliveries and secrets, erased or deleted", async () => {
      for (const leave of ["erase", "delete"]) {
        const { id: user_id, api } = await scene.connectedUser();
        const address = receiver.address(status(500));
        const { id, secret } = await addWebhook(api, address.url);
        await ask(api, "POST", `/webhooks/${id}/rotate`);
        await test(api, id);
        const secrets = () => sql`select from vault.decrypted_secrets where decrypted_secret = ${secret}`;
        assert.equal((await secrets()).length, 1);
        if (leave === "erase") await sql`select calendar_admin.erase_user(${user_id}, 'keep')`;
        else await sql`delete from auth.users where id = ${user_id}`;
        const left = () =>
          sql`
          select from calendar_sync.webhooks where user_id = ${user_id}
          union all select from calendar_sync.deliveries where user_id = ${user_id}`;
        await until(async () => (await left()).length === 0 && (await secrets()).length === 0);
      }
      const incidents = await sql`select kind, message from calendar_sync.incidents where kind = 'webhooks'`;
      assert.deepEqual([...incidents], []);
    });
  } finally {
    await scene.close();
    await receiver.close();
  }
});
