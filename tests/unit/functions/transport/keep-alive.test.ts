import assert from "node:assert/strict";
import { parseHostPolicy, Unreachable } from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { clientOf, PLAIN_URL, plainClientOf, type ServerSide, withRawServer } from "./stand.ts";
import { createAuthority } from "../../../support/certificates.ts";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** Runs calls one after the other against a server, and says which connection each was answered on. */
async function connectionsOf(
  serve: (side: ServerSide) => Promise<void>,
  calls: number,
  method = "GET",
): Promise<readonly (number | "unreachable")[]> {
  const used: (number | "unreachable")[] = [];
  await withRawServer(serve, async (port) => {
    const outbound = plainClientOf(port, { keep_alive: true });
    for (let call = 0; call < calls; call++) {
      try {
        const { headers } = await outbound({ method, url: PLAIN_URL });
        used.push(Number(headers.get("x-connection")));
      } catch (error) {
        assert.ok(error instanceof Unreachable);
        used.push("unreachable");
      }
    }
    outbound.close();
  });
  return used;
}

const okOn = (number: number, fields = "") =>
  `HTTP/1.1 200 OK\r\nx-connection: ${number}\r\n${fields}content-length: 2\r\n\r\nok`;

Deno.test("many requests to one origin share a connection, which is resolved and checked once", async () => {
  const authority = await createAuthority();
  await withRawServer(async ({ request, send }) => {
    while (await request() !== null) await send(OK);
  }, async (port) => {
    const { outbound, trace } = clientOf(port, { keep_alive: true, ca_certs: [authority.cert] });
    for (let call = 0; call < 20; call++) {
      await outbound({ method: "REPORT", url: new URL("https://dav.example.com/"), body: "x" });
    }
    assert.deepEqual(trace, { resolved: ["dav.example.com"], connected: ["93.184.216.34 443"] });
    outbound.close();
  }, await authority.issue("dav.example.com"));
});

Deno.test("without keep_alive every request has its own connection, and says so", async () => {
  const heads: string[] = [];
  await withRawServer(async ({ request, send }) => {
    heads.push(await request() ?? "");
    await send(OK);
    assert.equal(await request(), null);
  }, async (port) => {
    const { outbound, trace } = clientOf(port, { policy: parseHostPolicy("http://dav.example.com") });
    for (let call = 0; call < 3; call++) await outbound({ method: "GET", url: PLAIN_URL });
    assert.equal(trace.connected.length, 3);
  });
  assert.ok(heads.every((head) => /\r\nconnection: close\r\n/.test(head)));
});

Deno.test("connections are not shared between origins, not even of one address", async () => {
  await withRawServer(async ({ number, request, send }) => {
    while (await request() !== null) await send(okOn(number));
  }, async (port) => {
    const policy = parseHostPolicy("http://a.example.com,http://b.example.com,http://a.example.com:8080");
    const { outbound } = clientOf(port, { keep_alive: true, policy });
    const used = [];
    for (const origin of ["a.example.com", "b.example.com", "a.example.com:8080", "a.example.com"]) {
      const { headers } = await outbound({ method: "GET", url: new URL(`http://${origin}/`) });
      used.push(headers.get("x-connection"));
    }
    assert.deepEqual(used, ["1", "2", "3", "1"]);
    outbound.close();
  });
});

for (
  const [what, answer] of Object.entries({
    "that says close": (number: number) => okOn(number, "Connection: x, Close\r\n"),
    "of HTTP/1.0": (number: number) => okOn(number).replace("1.1", "1.0"),
    "with bytes behind it": (number: number) =>
      `${okOn(number)}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged`,
    "of 204 that names a length": (number: number) =>
      `HTTP/1.1 204 No Content\r\nx-connection: ${number}\r\ncontent-length: 2\r\n\r\n`,
  })
) {
  Deno.test(`after an answer ${what}, the next request has a new connection`, async () => {
    const used = await connectionsOf(async ({ number, request, send }) => {
      while (await request() !== null) await send(answer(number));
    }, 3);
    assert.deepEqual(used, [1, 2, 3]);
  });
}

Deno.test("after an answer that was cut, the next request has a new connection", async () => {
  await withRawServer(async ({ number, request, send }) => {
    while (await request() !== null) {
      await send(`HTTP/1.1 200 OK\r\nx-connection: ${number}\r\ncontent-length: 20\r\n\r\n${"x".repeat(20)}`);
    }
  }, async (port) => {
    const outbound = plainClientOf(port, { keep_alive: true });
    for (const expected of ["1", "2"]) {
      const { headers, truncated } = await outbound({ method: "GET", url: PLAIN_URL }, { max_bytes: 10 });
      assert.deepEqual([headers.get("x-connection"), truncated], [expected, true]);
    }
    outbound.close();
  });
});

Deno.test("what a server sends without being asked ends the connection, and answers no request", async () => {
  const answered = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  await withRawServer(async ({ number, request, send }) => {
    await request();
    await send(okOn(number));
    if (number > 1) return;
    await answered.promise;
    const began = performance.now();
    await send("HTTP/1.1 200 OK\r\nx-connection: 99\r\ncontent-length: 0\r\n\r\n");
    assert.equal(await request(), null);
    closed.resolve(performance.now() - began);
  }, async (port) => {
    const outbound = plainClientOf(port, { keep_alive: true });
    await outbound({ method: "GET", url: PLAIN_URL });
    answered.resolve();
    // At once, not only when it has waited for its next request for too long.
    const took_ms = await closed.promise;
    assert.ok(took_ms < 3_000, `${took_ms}`);
    const { headers } = await outbound({ method: "GET", url: PLAIN_URL });
    assert.equal(headers.get("x-connection"), "2");
    outbound.close();
  });
});

Deno.test("a connection that is closed while a request is on its way: reads are sent again, writes are not", async () => {
  const answerOnce = async ({ number, request, send }: ServerSide) => {
    await request();
    await send(okOn(number));
    // The next request is read and not answered.
    await request();
  };
  for (const method of ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"]) {
    assert.deepEqual(await connectionsOf(answerOnce, 2, method), [1, 2], method);
  }
  for (const method of ["PUT", "DELETE", "POST", "MKCALENDAR", "PROPPATCH"]) {
    assert.deepEqual(await connectionsOf(answerOnce, 2, method), [1, "unreachable"], method);
  }
});

Deno.test("a read whose answer had begun is not sent again", async () => {
  const used = await connectionsOf(async ({ number, request, send }) => {
    await request();
    await send(okOn(number));
    await request();
    await send("HTTP/1.1 2");
  }, 2);
  assert.deepEqual(used, [1, "unreachable"]);
});

Deno.test("a request that was not sent says so, so that it may be tried again; one that may have arrived does not", async () => {
  await withRawServer(async ({ request }) => void await request(), async (port) => {
    const outcomes: boolean[] = [];
    const refused = clientOf(0, { connect: () => Promise.reject(new Deno.errors.ConnectionRefused()) });
    for (
      const { outbound, url } of [
        { outbound: refused.outbound, url: new URL("https://dav.example.com/") },
        { outbound: plainClientOf(port), url: PLAIN_URL },
      ]
    ) {
      await outbound({ method: "PUT", url, body: "x" }).catch((error: unknown) => {
        assert.ok(error instanceof Unreachable);
        outcomes.push(error.request_sent);
      });
    }
    assert.deepEqual(outcomes, [false, true]);
  });
});
