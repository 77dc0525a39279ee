import assert from "node:assert/strict";
import {
  channelToken,
  createTokenCheck,
} from "../../../../supabase/functions/_shared/platform/channel-token.ts";
import type { Rpc } from "../../../../supabase/functions/_shared/platform/rpc.ts";
import { NOTIFICATION_READERS } from "../../../../supabase/functions/_shared/providers/notification-readers.ts";
import { createAdmissions } from "../../../../supabase/functions/calendar-webhook/admission.ts";
import { answerNotification } from "../../../../supabase/functions/calendar-webhook/answer.ts";

const SECRET = "s".repeat(32);
const UNKNOWN_CALLS = 200;

Deno.test("of a call with very many items a thousand are checked, and only those that are let through are hashed", async () => {
  const noted: unknown[] = [];
  const rpc: Rpc = (_name, args, schema) => {
    noted.push(Reflect.get(args, "p_items"));
    return Promise.resolve(schema.parse(0));
  };
  const context = {
    rpc,
    readers: NOTIFICATION_READERS,
    admissions: createAdmissions(() => 0),
    isOurToken: createTokenCheck([SECRET]),
  };
  const forged = () => `${crypto.randomUUID()}.${"0".repeat(64)}`;
  const call = async (...tokens: string[]) => {
    const value = tokens.map((clientState) => ({ subscriptionId: "s", clientState }));
    const request = new Request("https://example.com/microsoft", {
      method: "POST",
      body: JSON.stringify({ value }),
    });
    const answer = await answerNotification(context, request, "microsoft");
    return { status: answer.status, body: await answer.text(), headers: [...answer.headers] };
  };
  const known = await call(await channelToken(crypto.randomUUID(), SECRET));
  const counts = countCalls(["importKey", "digest", "verify"]);
  try {
    assert.deepEqual(await call(...Array.from({ length: 1_500 }, forged)), known);
    assert.deepEqual(await call(...Array.from({ length: 5_000 }, () => "guess")), known);
    assert.deepEqual(counts.seen, { importKey: 0, digest: UNKNOWN_CALLS, verify: 1_000 });
  } finally {
    counts.stop();
  }
  assert.deepEqual(noted.map((items) => Array.isArray(items) ? items.length : items), [1, UNKNOWN_CALLS]);
});

Deno.test("many changes of a channel do not keep its end from being noted", async () => {
  const noted: unknown[] = [];
  const rpc: Rpc = (_name, args, schema) => {
    const items: unknown = Reflect.get(args, "p_items");
    if (Array.isArray(items)) noted.push(...items.map((item) => Reflect.get(Object(item), "kind")));
    return Promise.resolve(schema.parse(1));
  };
  const context = {
    rpc,
    readers: NOTIFICATION_READERS,
    admissions: createAdmissions(() => 0),
    isOurToken: createTokenCheck([SECRET]),
  };
  const channel = crypto.randomUUID();
  const clientState = await channelToken(channel, SECRET);
  const changed = { subscriptionId: "s", clientState, changeType: "updated", resource: "events/1" };
  const removed = { subscriptionId: "s", clientState, lifecycleEvent: "subscriptionRemoved" };
  const value = [...Array.from({ length: 100 }, () => changed), removed];
  const request = new Request("https://example.com/microsoft", {
    method: "POST",
    body: JSON.stringify({ value }),
  });
  assert.equal((await answerNotification(context, request, "microsoft")).status, 202);
  assert.ok(noted.includes("removed"), noted.join());
});

type Operation = "importKey" | "digest" | "verify";

/** Counts what the platform's cryptography is asked to do. */
function countCalls(operations: readonly Operation[]) {
  const seen: Partial<Record<Operation, number>> = {};
  for (const name of operations) {
    seen[name] = 0;
    const original: unknown = Reflect.get(crypto.subtle, name);
    assert.ok(typeof original === "function");
    Object.defineProperty(crypto.subtle, name, {
      configurable: true,
      value: (...args: unknown[]) => {
        seen[name] = (seen[name] ?? 0) + 1;
        return Reflect.apply(original, crypto.subtle, args);
      },
    });
  }
  return {
    seen,
    stop() {
      for (const name of operations) Reflect.deleteProperty(crypto.subtle, name);
    },
  };
}
