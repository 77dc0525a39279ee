import assert from "node:assert/strict";
import { Unreachable } from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { createAuthority, selfSigned } from "../../../support/certificates.ts";
import { clientOf, PUBLIC_ADDRESS, type ServerSide, withRawServer } from "./stand.ts";

const NAME = "dav.example.com";
const ASK = { method: "GET", url: new URL(`https://${NAME}/`) };

async function answer({ request, send }: ServerSide): Promise<void> {
  while (await request() !== null) await send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
}

Deno.test("the certificate is checked for the name, while the connection is made to the address", async () => {
  const authority = await createAuthority();
  await withRawServer(answer, async (port) => {
    const { outbound, trace } = clientOf(port, { ca_certs: [authority.cert] });
    const { status, body } = await outbound(ASK);
    assert.deepEqual([status, new TextDecoder().decode(body)], [200, "ok"]);
    assert.deepEqual(trace.connected, [`${PUBLIC_ADDRESS} 443`]);
  }, await authority.issue(NAME));
});

Deno.test("the wrong name, an authority that nobody trusts, a self-signed and an expired certificate are refused", async () => {
  const [trusted, unknown] = [await createAuthority(), await createAuthority()];
  const own = await selfSigned(NAME);
  const servers = {
    "wrong name": await trusted.issue("other.example.com"),
    "unknown authority": await unknown.issue(NAME),
    "self-signed": own,
    "expired": await trusted.issue(NAME, { ends_in_days: -1 }),
  };
  for (const [what, certificate] of Object.entries(servers)) {
    let requests = 0;
    await withRawServer(async (side) => {
      if (await side.request() !== null) requests++;
    }, async (port) => {
      const { outbound } = clientOf(port, { ca_certs: [trusted.cert] });
      await assert.rejects(outbound({ ...ASK, headers: { authorization: "Basic eDp5" } }), (error) => {
        assert.ok(error instanceof Unreachable, what);
        assert.equal(error.request_sent, false, what);
        return true;
      });
    }, certificate);
    assert.equal(requests, 0, what);
  }
});

Deno.test("without a certificate of the test's own, the platform's authorities alone are trusted", async () => {
  const authority = await createAuthority();
  await withRawServer(answer, async (port) => {
    await assert.rejects(clientOf(port).outbound(ASK), Unreachable);
  }, await authority.issue(NAME));
});

Deno.test("a server that speaks no TLS, or breaks off within it, is unreachable", async () => {
  for (const bytes of ["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "\x16\x03\x03\xff\xff", ""]) {
    await withRawServer(async ({ send }) => void await send(bytes), async (port) => {
      await assert.rejects(clientOf(port).outbound(ASK), Unreachable);
    });
  }
});

Deno.test("a TLS handshake without an end takes no longer than the call may", async () => {
  await withRawServer(({ request }) => request().then(() => {}), async (port) => {
    const began = performance.now();
    await assert.rejects(clientOf(port).outbound(ASK, { timeout_ms: 100 }), Unreachable);
    assert.ok(performance.now() - began < 3_000);
  });
});

Deno.test("a body that ends with the connection counts only when TLS says that it is the end", async () => {
  const authority = await createAuthority();
  const certificate = await authority.issue(NAME);
  let requests = 0;
  const answerUntilClose = async ({ request, send }: ServerSide, waits: boolean) => {
    if (await request() !== null) requests++;
    await send("HTTP/1.1 200 OK\r\n\r\nfirst half");
    if (waits) await request();
  };
  await withRawServer((side) => answerUntilClose(side, false), async (port) => {
    const { body } = await clientOf(port, { ca_certs: [authority.cert] }).outbound(ASK);
    assert.equal(new TextDecoder().decode(body), "first half");
  }, certificate);

  await withRawServer((side) => answerUntilClose(side, true), async (port) => {
    // Somebody on the way cuts the connection a moment after the answer began.
    await using cut = cuttingProxy(port);
    await assert.rejects(clientOf(cut.port, { ca_certs: [authority.cert] }).outbound(ASK), Unreachable);
  }, certificate);
  assert.equal(requests, 2);
});

/** Passes bytes on until the server has been silent for a moment after its answer to the request. */
function cuttingProxy(port: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const running = (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      let bytes = 0;
      let silence: ReturnType<typeof setTimeout> | undefined;
      const end = Promise.withResolvers<void>();
      const onData = () => {
        bytes++;
        clearTimeout(silence);
        silence = setTimeout(end.resolve, bytes > 3 ? 150 : 5_000);
      };
      const pass = async (from: Deno.Conn, to: Deno.Conn) => {
        const buffer = new Uint8Array(16_384);
        for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
          await to.write(buffer.subarray(0, count));
          onData();
        }
      };
      const passing = [pass(client, server), pass(server, client)].map((passed) => passed.catch(() => {}));
      await end.promise;
      client.close();
      server.close();
      await Promise.all(passing);
    }
  })();
  return {
    port: listener.addr.port,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await running;
    },
  };
}
