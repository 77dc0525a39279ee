import assert from "node:assert/strict";
import {
  AddressNotAllowed,
  type CallFailure,
  parseHostPolicy,
  Unreachable,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { unreachableAt } from "../../../../supabase/functions/_shared/transport/unreachable-at.ts";
import { clientOf, PLAIN_URL, plainClientOf, withRawServer } from "./stand.ts";

Deno.test("calls at once are limited for each site and in total, and a site that is full lets others pass", async () => {
  const release = Promise.withResolvers<void>();
  const started: string[] = [];
  await withRawServer(async ({ request, send }) => {
    const [, host = ""] = /\r\nhost: ([^\r]+)/.exec(await request() ?? "") ?? [];
    started.push(host);
    await release.promise;
    await send("HTTP/1.1 204 No Content\r\n\r\n");
  }, async (port) => {
    const hosts = ["a.slow.example", "b.slow.example", "c.slow.example", "one.test", "two.test"];
    const policy = parseHostPolicy(hosts.map((host) => `http://${host}`).join());
    const { outbound } = clientOf(port, { policy, calls_at_once: { in_total: 3, per_site: 2 } });
    const calls = hosts.map((host) => outbound({ method: "GET", url: new URL(`http://${host}/`) }));
    while (started.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(started.toSorted(), ["a.slow.example", "b.slow.example", "one.test"]);
    release.resolve();
    await Promise.all(calls);
    assert.equal(started.length, 5);
  });
});

Deno.test("a call that waits in vain gives its place up, and calls that failed give theirs back", async () => {
  const { outbound } = clientOf(0, {
    resolve: () => new Promise(() => {}),
    calls_at_once: { in_total: 1, per_site: 1 },
  });
  const ask = (timeout_ms: number) =>
    assert.rejects(outbound({ method: "GET", url: new URL("https://dav.example.com/") }, { timeout_ms }), {
      name: "Unreachable",
      request_sent: false,
    });
  await Promise.all([ask(60), ask(20), ask(100)]);
  await ask(20);
});

Deno.test("an operator learns what a call failed at; of the other side's words there are none", async () => {
  const failures: CallFailure[] = [];
  const onFailure = (failure: CallFailure) => void failures.push(failure);
  const url = new URL("https://dav.example.com/secret-path?secret=query");
  const refused = () => Promise.reject(new Deno.errors.ConnectionRefused("by somebody"));
  for (
    const options of [
      { resolve: () => Promise.resolve(["10.0.0.1"]) },
      { resolve: () => Promise.resolve([]) },
      { connect: refused },
    ]
  ) {
    await assert.rejects(
      clientOf(0, { ...options, onFailure }).outbound({ method: "GET", url }),
      Unreachable,
    );
  }
  await withRawServer(async ({ request, send }) => {
    await request();
    await send("something of theirs\r\n\r\n");
  }, async (port) => {
    await assert.rejects(plainClientOf(port, { onFailure })({ method: "GET", url: PLAIN_URL }), Unreachable);
  });
  assert.deepEqual(failures.map(({ stage, error }) => [stage, error]), [
    ["resolve", "NotPublic"],
    ["resolve", "Error"],
    ["connect", "ConnectionRefused"],
    ["answer", "BadAnswer"],
  ]);
  assert.doesNotMatch(JSON.stringify(failures), /secret|somebody|theirs|10\.0/);
});

Deno.test("unreachable takes the same time, be it known at once or never", async () => {
  const due_ms = 250;
  const private_name = clientOf(0, { resolve: () => Promise.resolve(["10.0.0.1"]) }).outbound;
  const silent_name = clientOf(0, { resolve: () => new Promise(() => {}) }).outbound;
  const url = new URL("https://dav.example.com/");
  for (const outbound of [private_name, silent_name]) {
    const began = performance.now();
    await assert.rejects(
      unreachableAt(due_ms, (signal) => outbound({ method: "GET", url }, { signal })),
      Unreachable,
    );
    const took_ms = performance.now() - began;
    assert.ok(took_ms >= due_ms - 2, `${took_ms}`);
  }
});

Deno.test("work that does not heed its signal is not waited for", async () => {
  let aborted = false;
  const work = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => aborted = true);
    return new Promise<void>(() => {});
  };
  await assert.rejects(unreachableAt(30, work), Unreachable);
  assert.ok(aborted);
});

Deno.test("an answer, a refusal by the text and a fault of ours come at once", async () => {
  const long_ms = 60_000;
  assert.equal(await unreachableAt(long_ms, () => Promise.resolve("answer")), "answer");
  await assert.rejects(
    unreachableAt(long_ms, () => Promise.reject(new AddressNotAllowed("port"))),
    AddressNotAllowed,
  );
  await assert.rejects(unreachableAt(long_ms, () => Promise.reject(new TypeError("ours"))), TypeError);
});
