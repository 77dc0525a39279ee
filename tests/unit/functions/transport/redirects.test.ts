import assert from "node:assert/strict";
import { followRedirects } from "../../../../supabase/functions/_shared/transport/follow-redirects.ts";
import {
  AddressNotAllowed,
  type OutboundRequest,
  parseHostPolicy,
  RedirectRefused,
  Unreachable,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { clientOf, withRawServer } from "./stand.ts";

/** Plain http to two hosts of the operator's, so that what is seen on the wire can be read. */
const policy = parseHostPolicy(
  "*,http://dav.example.com,http://dav.example.com:8080,http://evil.example.net",
);
const START = new URL("http://dav.example.com/.well-known/caldav");
const ASK: OutboundRequest = {
  method: "PROPFIND",
  url: START,
  headers: { authorization: "Basic dXNlcjpzZWNyZXQ=", depth: "0" },
  body: "<propfind/>",
};

/** Follows what a server answers for each path; `requests` are heads and bodies as they came. */
async function follow(
  answers: Readonly<Record<string, readonly [status: number, location: string]>>,
  request: OutboundRequest = ASK,
) {
  const requests: string[] = [];
  const connected: string[] = [];
  let outcome: unknown;
  await withRawServer(async ({ request: read, send }) => {
    const text = await read();
    if (text === null) return;
    requests.push(text);
    const [status, location] = answers[/^\S+ (\S+)/.exec(text)?.[1] ?? ""] ?? [207, ""];
    const field = location === "" ? "" : `Location: ${location}\r\n`;
    await send(`HTTP/1.1 ${status} X\r\n${field}content-length: 0\r\n\r\n`);
  }, async (port) => {
    const { outbound, trace } = clientOf(port, {
      policy,
      resolve: (name) => Promise.resolve([name.startsWith("private") ? "10.0.0.1" : "93.184.216.34"]),
    });
    outcome = await followRedirects(outbound, policy, request).catch((error: unknown) => error);
    connected.push(...trace.connected);
  });
  return { outcome, requests, connected };
}

for (const status of [301, 302, 307, 308]) {
  Deno.test(`${status} within the host: method, body and password are sent again`, async () => {
    const { outcome, requests } = await follow({ [START.pathname]: [status, "/dav/"] });
    assert.ok(!(outcome instanceof Error));
    assert.equal(requests.length, 2);
    assert.match(requests[1] ?? "", /^PROPFIND \/dav\/ HTTP\/1\.1\r\n/);
    assert.match(requests[1] ?? "", /authorization: Basic dXNlcjpzZWNyZXQ=\r\n[\s\S]*<propfind\/>$/);
  });
}

Deno.test("303 is asked with GET and without the body", async () => {
  const { requests } = await follow({ [START.pathname]: [303, "http://dav.example.com:8080/seen"] });
  assert.match(requests[1] ?? "", /^GET \/seen HTTP\/1\.1\r\nhost: dav\.example\.com:8080\r\n/);
  assert.ok(!requests[1]?.includes("propfind"));
});

const PRIVATE_NAME = "a name of the same site with a private address";
const REFUSED = {
  "another site": "http://evil.example.net/",
  "another site by https": "https://evil.example.net/",
  "a name that only looks alike": "https://dav.example.com.evil.net/",
  "a private address": "http://10.0.0.1/",
  "the metadata service": "http://169.254.169.254/latest/meta-data/",
  [PRIVATE_NAME]: "https://private.example.com/",
  "a port that is not listed": "http://dav.example.com:22/",
  "a port of the same site that is not public": "https://dav.example.com:22/",
  "http, where the list has https": "http://other.example.com/",
  "a password in the address": "http://user:password@dav.example.com/",
  "a protocol-relative address": "//evil.example.net/",
  "another scheme": "file:///etc/passwd",
  "nonsense": "http://[/",
} as const;

for (const [what, location] of Object.entries(REFUSED)) {
  Deno.test(`a redirect to ${what} is not followed, and nothing is sent there`, async () => {
    const { outcome, requests, connected } = await follow({ [START.pathname]: [301, location] });
    assert.ok(outcome instanceof Unreachable);
    // What an address resolves to must not show.
    assert.equal(outcome instanceof RedirectRefused, what !== PRIVATE_NAME);
    assert.equal(outcome.message, "The server cannot be reached.");
    assert.equal(requests.length, 1);
    assert.deepEqual(connected, ["dav.example.com 80"]);
  });
}

Deno.test("a redirect from https to http of the same host is not followed", async () => {
  const calls: string[] = [];
  const outbound = ({ url }: OutboundRequest) => {
    calls.push(url.href);
    const headers = new Headers({ location: "http://cloud.example.com/" });
    return Promise.resolve({ status: 301, headers, body: new Uint8Array(0), truncated: false });
  };
  const request = { method: "GET", url: new URL("https://cloud.example.com/") };
  await assert.rejects(followRedirects(outbound, policy, request), Unreachable);
  assert.deepEqual(calls, ["https://cloud.example.com/"]);
});

Deno.test("a loop ends at once, and a chain after five redirects", async () => {
  const loop = await follow({ [START.pathname]: [302, "/a"], "/a": [302, START.pathname] });
  assert.ok(loop.outcome instanceof RedirectRefused);
  assert.equal(loop.requests.length, 2);

  const steps = Array.from({ length: 10 }, (_, step) => [`/${step}`, [302, `/${step + 1}`]] as const);
  const chain = await follow({ [START.pathname]: [302, "/0"], ...Object.fromEntries(steps) });
  assert.ok(chain.outcome instanceof RedirectRefused);
  assert.equal(chain.requests.length, 6);
});

Deno.test("without a target, and for every other status, the answer itself is returned", async () => {
  for (const [status, location] of [[301, ""], [304, "/a"], [300, "/a"], [200, "/a"]] as const) {
    const { outcome, requests } = await follow({ [START.pathname]: [status, location] });
    assert.ok(typeof outcome === "object" && outcome !== null && "status" in outcome && "url" in outcome);
    assert.equal(outcome.status, status);
    assert.equal(String(outcome.url), START.href);
    assert.equal(requests.length, 1);
  }
});

Deno.test("an address that the caller may not call is refused as such, not as unreachable", async () => {
  const { outcome } = await follow({}, { ...ASK, url: new URL("https://10.0.0.1/") });
  assert.ok(outcome instanceof AddressNotAllowed);
});

Deno.test("the time is that of all calls together", async () => {
  let calls = 0;
  await withRawServer(async ({ request, send }) => {
    await request();
    if (++calls === 1) await send("HTTP/1.1 302 Found\r\nlocation: /slow\r\ncontent-length: 0\r\n\r\n");
    else await request();
  }, async (port) => {
    const { outbound } = clientOf(port, { policy });
    const began = performance.now();
    await assert.rejects(followRedirects(outbound, policy, ASK, { timeout_ms: 200 }), Unreachable);
    assert.ok(performance.now() - began < 3_000);
  });
  assert.equal(calls, 2);
});
