import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

const ANSWERED_WITHIN_MS = 3_000;

Deno.test({
  name: "calendar-webhook answers providers, and tells nobody else anything",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google", { GOOGLE_PUSH: "on" });
  const { stack, sql } = scene;
  assert.ok(stack.google);
  const { channels } = stack.google.state;
  const address = `${stack.apiUrl}/functions/v1/calendar-webhook`;

  const channelOf = async (calendar_id: string, integration_id: string) => {
    await until(async () => {
      const rows = await sql`
        select from calendar_sync.channels
        where integration_id = ${integration_id} and state = 'active' and verified_at is not null`;
      return rows.length === 1;
    });
    const channel = channels.list().find((one) => one.calendar_id === calendar_id);
    assert.ok(channel);
    return channel;
  };
  type Channel = Awaited<ReturnType<typeof channelOf>>;
  /** As Google calls, with what a test says instead. */
  const call = async (channel: Channel, says: Readonly<Record<string, string>> = {}) => {
    const began_at = performance.now();
    const response = await fetch(`${address}/google`, {
      method: "POST",
      headers: {
        "x-goog-channel-id": channel.id,
        "x-goog-channel-token": channel.token ?? "",
        "x-goog-resource-id": channel.resource_id,
        "x-goog-resource-state": "exists",
        "x-goog-message-number": "7",
        ...says,
      },
    });
    const body = new Uint8Array(await response.arrayBuffer());
    const took_ms = performance.now() - began_at;
    const headers = [...response.headers].filter(([name]) => name !== "date").sort();
    return { status: response.status, headers, body: [...body], took_ms };
  };
  const notifiedAt = async (channel: Channel) => {
    const [row] = await sql<{ at: string }[]>`
      select notified_at::text as at from calendar_sync.channels where id = ${channel.id}`;
    return row?.at;
  };

  const ada = await scene.connectedUser(ADA);
  const grace = await scene.connectedUser(GRACE);
  const channel = await channelOf(ada.calendar_id, ada.integration.id);
  const hers = await channelOf(grace.calendar_id, grace.integration.id);
  try {
    await t.step("a call of a channel is answered with 202, within three seconds, and noted", async () => {
      const before = await notifiedAt(channel);
      const { status, took_ms } = await call(channel);
      assert.equal(status, 202);
      assert.ok(took_ms < ANSWERED_WITHIN_MS, `${took_ms} ms`);
      assert.notEqual(await notifiedAt(channel), before);
    });

    await t.step("what is not known is answered with the same bytes, and does nothing", async () => {
      const { took_ms: _, ...known } = await call(channel);
      const [token, another] = [channel.token ?? "", hers.token ?? ""];
      const forged: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
        ["no headers of Google's", { "x-goog-channel-id": "", "x-goog-channel-token": "" }],
        ["a channel that nobody knows", { "x-goog-channel-id": crypto.randomUUID() }],
        ["a token that nobody gave", { "x-goog-channel-token": "guess" }],
        ["another signature", { "x-goog-channel-token": `${channel.id}.${"0".repeat(64)}` }],
        ["a token with something behind it", { "x-goog-channel-token": `${token}0` }],
        ["somebody else's token", { "x-goog-channel-token": another }],
        ["somebody else's resource", { "x-goog-resource-id": hers.resource_id }],
      ];
      const before = [await notifiedAt(channel), await notifiedAt(hers)];
      for (const [name, says] of forged) {
        const { took_ms: _, ...answer } = await call(channel, says);
        assert.deepEqual(answer, known, name);
      }
      assert.deepEqual([await notifiedAt(channel), await notifiedAt(hers)], before);
    });

    await t.step("one provider's channel is not known at another's address", async () => {
      const before = await notifiedAt(channel);
      const body = { value: [{ subscriptionId: channel.resource_id, clientState: channel.token }] };
      const response = await fetch(`${address}/microsoft`, { method: "POST", body: JSON.stringify(body) });
      assert.equal(response.status, 202);
      assert.equal(await notifiedAt(channel), before);
    });

    await t.step("Graph's question is answered with what it sent, as plain text", async () => {
      const token = "Validation: Testing client application reachability <b>&amp; 1+1=2</b> é";
      const ask = (text: string) =>
        fetch(`${address}/microsoft?validationToken=${encodeURIComponent(text)}`, { method: "POST" });
      const answer = await ask(token);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/plain\b/);
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      assert.equal(await answer.text(), token);
      assert.equal((await ask("x".repeat(2048))).status, 200);
      assert.equal((await ask("x".repeat(2049))).status, 400);
      const elsewhere = await fetch(`${address}/google?validationToken=x`, { method: "POST" });
      assert.deepEqual([elsewhere.status, await elsewhere.text()], [202, ""]);
    });

    await t.step("other methods, large bodies and unknown addresses are refused", async () => {
      const statusOf = async (path: string, init: RequestInit) => {
        const response = await fetch(`${address}${path}`, init);
        await response.body?.cancel();
        return response.status;
      };
      assert.equal(await statusOf("/google", { method: "GET" }), 405);
      assert.equal(await statusOf("/microsoft?validationToken=x", { method: "GET" }), 405);
      assert.equal(await statusOf("/nobody", { method: "POST" }), 404);
      assert.equal(await statusOf("", { method: "POST" }), 404);
      const body = "x".repeat(256 * 1024 + 1);
      assert.equal(await statusOf("/microsoft", { method: "POST", body }), 413);
      // Nothing says how long it is.
      const chunks = ReadableStream.from(Array.from({ length: 8 }, () => new Uint8Array(64 * 1024)));
      assert.equal(await statusOf("/microsoft", { method: "POST", body: chunks }), 413);
      assert.equal(await statusOf("/microsoft", { method: "POST", body: "no JSON" }), 202);
    });

    await t.step("a channel that was ended is not known any more", async () => {
      const left = await grace.api.request("DELETE", `/?integration_id=${grace.integration.id}`);
      assert.equal(left.status, 204);
      const { took_ms: _, ...known } = await call(channel);
      const { took_ms: __, ...ended } = await call(hers);
      assert.deepEqual(ended, known);
    });

    await t.step("a flood of calls that nobody knows keeps no other waiting", async () => {
      const calls = Array.from({ length: 600 }, () => {
        const id = crypto.randomUUID();
        const token = `${id}.${"0".repeat(64)}`;
        return call(channel, { "x-goog-channel-id": id, "x-goog-channel-token": token });
      });
      const before = await notifiedAt(channel);
      const amid = await call(channel);
      assert.equal(amid.status, 202);
      assert.ok(amid.took_ms < ANSWERED_WITHIN_MS, `${amid.took_ms} ms`);
      assert.notEqual(await notifiedAt(channel), before);
      const flood = await Promise.all(calls);
      assert.deepEqual(new Set(flood.map(({ status }) => status)), new Set([202]));
      const slowest = Math.max(...flood.map(({ took_ms }) => took_ms));
      console.log(
        `amid a flood of 600 calls: ${Math.round(amid.took_ms)} ms; slowest of it ${Math.round(slowest)} ms`,
      );
    });

    await t.step("the last of many quick calls is noted too", async () => {
      const burst = await Promise.all(Array.from({ length: 60 }, () => call(channel)));
      assert.ok(burst.every(({ status }) => status === 202));
      const before = await notifiedAt(channel);
      await until(async () => await notifiedAt(channel) !== before);
    });

    await t.step("where it cannot be noted the provider is asked to call again", async () => {
      await sql`alter function public.calendar_note_push(text, jsonb) rename to calendar_note_push_away`;
      await sql`notify pgrst, 'reload schema'`;
      try {
        await until(async () => (await call(channel)).status === 503);
      } finally {
        await sql`alter function public.calendar_note_push_away(text, jsonb) rename to calendar_note_push`;
        await sql`notify pgrst, 'reload schema'`;
      }
      await until(async () => (await call(channel)).status === 202);
    });
  } finally {
    await scene.close();
  }
});

Deno.test({
  name: "calendar-webhook answers forged calls of Microsoft as it answers true ones",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("outlook", { MICROSOFT_PUSH: "on" });
  const { stack, sql } = scene;
  assert.ok(stack.outlook);
  const { subscriptions } = stack.outlook.state;
  const address = `${stack.apiUrl}/functions/v1/calendar-webhook/microsoft`;
  try {
    const { calendar_id, integration } = await scene.connectedUser(ADA);
    await until(async () => {
      const rows = await sql`
        select from calendar_sync.channels
        where integration_id = ${integration.id} and state = 'active' and verified_at is not null`;
      return rows.length === 1;
    });
    const subscription = [...subscriptions.values()].find((one) => one.calendar_id === calendar_id);
    assert.ok(subscription);
    const call = async (says: Readonly<Record<string, string>>) => {
      const { id, client_state: clientState, resource } = subscription;
      const item = { subscriptionId: id, clientState, resource, changeType: "updated", ...says };
      const response = await fetch(address, { method: "POST", body: JSON.stringify({ value: [item] }) });
      const body = [...new Uint8Array(await response.arrayBuffer())];
      return {
        status: response.status,
        headers: [...response.headers].filter(([name]) => name !== "date").sort(),
        body,
      };
    };
    const notifiedAt = async () => {
      const [row] = await sql<{ at: string }[]>`
        select notified_at::text as at from calendar_sync.channels where integration_id = ${integration.id}`;
      return row?.at;
    };

    await t.step("a forged call of Microsoft is answered with the same bytes, and does nothing", async () => {
      const first = await notifiedAt();
      const known = await call({});
      assert.equal(known.status, 202);
      const before = await notifiedAt();
      assert.notEqual(before, first);
      for (
        const says of [
          { subscriptionId: crypto.randomUUID(), clientState: "guess" },
          { subscriptionId: crypto.randomUUID() },
          { clientState: "guess" },
          { clientState: `${subscription.client_state}0` },
        ]
      ) {
        assert.deepEqual(await call(says), known, JSON.stringify(Object.keys(says)));
      }
      assert.equal(await notifiedAt(), before);
    });
  } finally {
    await scene.close();
  }
});
