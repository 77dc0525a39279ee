import assert from "node:assert/strict";
import fc from "fast-check";
import {
  judgeAddress,
  parseHostPolicy,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import {
  encodeRequest,
  type OutboundRequest,
} from "../../../../supabase/functions/_shared/transport/http1-request.ts";

const policy = parseHostPolicy("*,http://[::1]:5232");

function encode(request: OutboundRequest, keep_alive = false): string {
  const bytes = encodeRequest(request, judgeAddress(policy, request.url), keep_alive);
  return new TextDecoder().decode(bytes);
}

Deno.test("a request names its host, its length and what it accepts, and holds what it was given", () => {
  assert.equal(
    encode({
      method: "PROPFIND",
      url: new URL("https://dav.example.com:8443/a b/ü?q=x#fragment"),
      headers: { Depth: "1", "User-Agent": "agent", authorization: "Basic eDp5" },
      body: "<ü/>",
    }),
    [
      "PROPFIND /a%20b/%C3%BC?q=x HTTP/1.1",
      "host: dav.example.com:8443",
      "connection: close",
      "user-agent: agent",
      "accept-encoding: identity",
      "content-length: 5",
      "depth: 1",
      "authorization: Basic eDp5",
      "",
      "<ü/>",
    ].join("\r\n"),
  );
});

Deno.test("a body of nothing has a length where a body is expected, and none elsewhere", () => {
  const url = new URL("https://dav.example.com./");
  for (const method of ["POST", "PUT", "PATCH"]) {
    assert.match(encode({ method, url }), /\r\ncontent-length: 0\r\n/);
  }
  for (const method of ["GET", "DELETE", "OPTIONS", "PROPFIND"]) {
    assert.doesNotMatch(encode({ method, url }), /content-length/);
  }
  assert.match(
    encode({ method: "GET", url }, true),
    /\r\nhost: dav\.example\.com\r\nconnection: keep-alive\r\n/,
  );
  assert.match(encode({ method: "GET", url: new URL("http://[::1]:5232/") }), /\r\nhost: \[::1\]:5232\r\n/);
});

Deno.test("what would break out of its place is refused, and not repeated in the error", () => {
  const url = new URL("https://dav.example.com/");
  const refuse = (request: Partial<OutboundRequest>) =>
    assert.throws(() => encode({ method: "GET", url, ...request }), (error) => {
      assert.ok(error instanceof TypeError);
      assert.ok(!error.message.includes("secret"));
      return true;
    });
  for (const method of ["", "get", "GET /", "GET\r\n", "CONNECT", "TRACE", "GÉT"]) refuse({ method });
  for (const value of ["secret\r\nx: y", "secret\n", "secret\r", "secret\0", "secret€"]) {
    refuse({ headers: { authorization: value } });
  }
  for (
    const name of [
      "",
      "a b",
      "a:",
      "a\r\nb",
      "Host",
      "Content-Length",
      "transfer-encoding",
      "Connection",
      "Expect",
      "TE",
      "Upgrade",
      "Proxy-Authorization",
    ]
  ) refuse({ headers: { [name]: "secret" } });
});

Deno.test("whatever a path, a query and a header hold, the head has the lines that it should have", () => {
  const unit = fc.integer({ min: 0, max: 0x1ff }).map((code) => String.fromCharCode(code));
  const text = fc.string({ unit, maxLength: 40 });
  fc.assert(fc.property(text, text, text, (path, query, value) => {
    const url = new URL("https://dav.example.com/");
    url.pathname = path;
    url.search = query;
    let encoded: string;
    try {
      encoded = encode({ method: "GET", url, headers: { "x-value": value } });
    } catch (error) {
      assert.ok(error instanceof TypeError);
      return;
    }
    const lines = encoded.split(/\r\n|\r|\n/);
    assert.equal(lines.length, 8);
    assert.match(lines[0] ?? "", /^GET \/[\x21-\x7e]* HTTP\/1\.1$/);
  }));
});
