import assert from "node:assert/strict";
import { parseHostPolicy, Unreachable } from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { clientOf, plainClientOf, PUBLIC_ADDRESS, withRawServer } from "./stand.ts";

const URL_OF_NAME = new URL("https://rebind.example.com/");
const OTHER_ADDRESS = "2606:4700:4700::1111";

/** Answers one after the other, the last one from then on. */
function changing(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  return () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)] ?? []);
}

Deno.test("public when it is checked, private a moment later: the connection is made to what was checked", async () => {
  const { outbound, trace } = clientOf(0, { resolve: changing([PUBLIC_ADDRESS], ["127.0.0.1"]) });
  await assert.rejects(outbound({ method: "GET", url: URL_OF_NAME }), Unreachable);
  assert.deepEqual(trace, { resolved: ["rebind.example.com"], connected: [`${PUBLIC_ADDRESS} 443`] });
});

Deno.test("every attempt resolves and checks again: what became private between two is refused", async () => {
  const { outbound, trace } = clientOf(0, { resolve: changing([PUBLIC_ADDRESS], ["10.0.0.1"]) });
  for (let attempt = 0; attempt < 3; attempt++) {
    await assert.rejects(outbound({ method: "POST", url: URL_OF_NAME }), Unreachable);
  }
  assert.equal(trace.resolved.length, 3);
  assert.deepEqual(trace.connected, [`${PUBLIC_ADDRESS} 443`]);
});

Deno.test("checked before a webhook is stored, private when it is called: refused", async () => {
  const { outbound, trace } = clientOf(0, { resolve: changing([PUBLIC_ADDRESS], ["169.254.169.254"]) });
  await outbound.check(URL_OF_NAME);
  await assert.rejects(outbound({ method: "POST", url: URL_OF_NAME }), Unreachable);
  assert.deepEqual(trace.connected, []);
});

Deno.test("an A record that is public beside an AAAA record that is private: refused, and the other way round", async () => {
  for (const addresses of [[PUBLIC_ADDRESS, "fd00::1"], [OTHER_ADDRESS, "10.0.0.1"]]) {
    const { outbound, trace } = clientOf(0, { resolve: () => Promise.resolve(addresses) });
    await assert.rejects(outbound({ method: "GET", url: URL_OF_NAME }), Unreachable);
    assert.deepEqual(trace.connected, []);
  }
});

Deno.test("IPv4 is tried first, each address once, and no more than four", async () => {
  const many = [OTHER_ADDRESS, "8.8.4.4", PUBLIC_ADDRESS, PUBLIC_ADDRESS, "1.1.1.1", "9.9.9.9", "1.0.0.1"];
  const { outbound, trace } = clientOf(0, { resolve: () => Promise.resolve(many) });
  await assert.rejects(outbound({ method: "GET", url: URL_OF_NAME }), Unreachable);
  assert.deepEqual(trace.connected, ["8.8.4.4 443", `${PUBLIC_ADDRESS} 443`, "1.1.1.1 443", "9.9.9.9 443"]);
});

Deno.test("an origin of the operator's own is called by its name, and is asked of no public DNS", async () => {
  await withRawServer(async ({ request, send }) => {
    await request();
    await send("HTTP/1.1 204 No Content\r\n\r\n");
  }, async (port) => {
    const policy = parseHostPolicy("http://127.0.0.1:5232, http://[::1]:5232, http://radicale:5232");
    const { outbound, trace } = clientOf(port, { policy, resolve: () => Promise.reject(new Error("asked")) });
    for (const host of ["127.0.0.1", "[::1]", "radicale"]) {
      const { status } = await outbound({ method: "OPTIONS", url: new URL(`http://${host}:5232/`) });
      assert.equal(status, 204);
    }
    assert.deepEqual(trace, {
      resolved: [],
      connected: ["127.0.0.1 5232", "::1 5232", "radicale 5232"],
    });
  });
});

Deno.test("a refused address, an unknown name, a closed port, silence and nonsense are one error to the letter", async () => {
  const shown = new Set<string>();
  const note = async (call: Promise<unknown>) => {
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof Unreachable);
      assert.equal(error.cause, undefined);
      shown.add(`${error.name}: ${error.message}`);
      return true;
    });
  };
  const ask = { method: "GET", url: URL_OF_NAME };
  await note(clientOf(0, { resolve: () => Promise.resolve(["10.0.0.1"]) }).outbound(ask));
  await note(
    clientOf(0, { resolve: () => Promise.reject(new Deno.errors.NotFound("NXDOMAIN")) }).outbound(ask),
  );
  await note(
    clientOf(0, { connect: () => Promise.reject(new Deno.errors.ConnectionRefused()) }).outbound(ask),
  );
  await withRawServer(async ({ request, send }) => {
    await send("an answer of the other side\r\n\r\n");
    await request();
  }, async (port) => {
    await note(clientOf(port).outbound(ask));
    await note(plainClientOf(port)({ method: "GET", url: new URL("http://dav.example.com/") }));
  });
  await note(clientOf(0, { resolve: () => new Promise(() => {}) }).outbound(ask, { timeout_ms: 20 }));
  assert.deepEqual([...shown], ["Unreachable: The server cannot be reached."]);
});
