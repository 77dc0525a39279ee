import assert from "node:assert/strict";
import {
  AddressNotAllowed,
  HostPolicyError,
  isSameSite,
  judgeAddress,
  parseHostPolicy,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";

/** What a list says of an address: allowed, allowed although private, or why not. */
function judge(list: string, address: string, own_origins: readonly string[] = []): string {
  try {
    const { may_be_private } = judgeAddress(parseHostPolicy(list, { own_origins }), new URL(address));
    return may_be_private ? "own" : "public";
  } catch (error) {
    if (error instanceof AddressNotAllowed) return error.reason;
    throw error;
  }
}

Deno.test("any public https host on the ports 443 and 8443 where the list is *", () => {
  assert.equal(judge("*", "https://dav.example.com/path?query"), "public");
  assert.equal(judge("*", "https://dav.example.com:8443/"), "public");
  assert.equal(judge("*", "https://DAV.example.com./"), "public");
  assert.equal(judge("*", "https://_dav.bücher.example/"), "public");
});

Deno.test("a listed https origin opens its registrable domain, and nothing beside it", () => {
  const presets = "https://caldav.icloud.com, https://caldav.fastmail.com";
  assert.equal(judge(presets, "https://caldav.icloud.com/"), "public");
  assert.equal(judge(presets, "https://p42-caldav.icloud.com:443/1234/calendars/"), "public");
  assert.equal(judge(presets, "https://p42-caldav.icloud.com:8443/"), "public");
  assert.equal(judge(presets, "https://p42-caldav.icloud.com:5432/"), "not_listed");
  assert.equal(judge(presets, "https://icloud.com.example.com/"), "not_listed");
  assert.equal(judge(presets, "https://noticloud.com/"), "not_listed");
  assert.equal(judge(presets, "https://17.248.1.1/"), "not_listed");
  assert.equal(judge(presets, "http://caldav.icloud.com/"), "scheme");
});

Deno.test("hosts of different customers below one public suffix are different sites", () => {
  assert.equal(judge("https://victim.workers.dev", "https://attacker.workers.dev/"), "not_listed");
  assert.equal(judge("https://victim.co.uk", "https://attacker.co.uk/"), "not_listed");
  assert.equal(judge("https://victim.github.io", "https://deep.victim.github.io/"), "public");
  assert.equal(judge("https://intranet", "https://other/"), "not_listed");
});

Deno.test("an origin with a port or with http is the operator's own, to the letter", () => {
  const own = "http://127.0.0.1:5232,https://dav.corp.example:443,http://radicale";
  assert.equal(judge(own, "http://127.0.0.1:5232/user/"), "own");
  assert.equal(judge(own, "http://127.1:5232/user/"), "own");
  assert.equal(judge(own, "http://127.0.0.1:5233/"), "scheme");
  assert.equal(judge(own, "https://127.0.0.1:5232/"), "not_listed");
  assert.equal(judge(own, "http://127.0.0.2:5232/"), "scheme");
  assert.equal(judge(own, "https://dav.corp.example/"), "own");
  assert.equal(judge(own, "https://other.corp.example/"), "public");
  assert.equal(judge(own, "http://radicale/"), "own");
  assert.equal(judge(`*,${own}`, "https://dav.example.com/"), "public");
  assert.equal(judge(`*,${own}`, "https://127.0.0.1/"), "ip_literal");
});

Deno.test("the project itself is refused on every port, save for another service that its operator lists", () => {
  const own = ["http://127.0.0.1:54321", "https://calendar.example.org"];
  assert.equal(judge("*", "https://calendar.example.org:8443/", own), "own_origin");
  assert.equal(judge("http://127.0.0.1:54321", "http://127.0.0.1:54321/", own), "own_origin");
  assert.equal(judge("http://127.0.0.1:9999", "http://127.0.0.1:9999/", own), "own");
  assert.equal(judge("https://calendar.example.org:8443", "https://calendar.example.org:8443/", own), "own");
  assert.equal(judge("*", "https://hooks.example.org/", own), "public");
});

Deno.test("a list that cannot be read says what it must be, and not what it holds", () => {
  for (
    const list of [
      "",
      " , ",
      "dav.example.com",
      "*.example.com",
      "https://*.example.com",
      "ftp://dav.example.com",
      "https://dav.example.com/path",
      "https://dav.example.com?",
      "https://someone@dav.example.com",
      "https://dav..example.com",
      "*,nonsense",
    ]
  ) {
    assert.throws(() => parseHostPolicy(list), (error) => {
      assert.ok(error instanceof HostPolicyError, list);
      assert.match(error.message, /^must /);
      assert.ok(!error.message.includes("someone"));
      return true;
    }, list);
  }
});

Deno.test("a password may go on within a registrable domain by https, or to a listed origin of the same host", () => {
  const policy = parseHostPolicy("*,http://127.0.0.1:5232,http://127.0.0.1:5233,http://dav.example.com:8080");
  const same = (from: string, to: string) => isSameSite(policy, new URL(from), new URL(to));
  assert.ok(same("https://caldav.icloud.com/", "https://p42-caldav.icloud.com:443/"));
  assert.ok(same("http://127.0.0.1:5232/", "http://127.0.0.1:5233/"));
  assert.ok(same("https://dav.example.com/", "http://dav.example.com:8080/"));
  assert.ok(!same("https://dav.example.com/", "http://dav.example.com/"));
  assert.ok(!same("https://a.example.com/", "http://dav.example.com:8080/"));
  assert.ok(!same("https://dav.example.com/", "https://dav.example.net/"));
  assert.ok(!same("https://victim.workers.dev/", "https://attacker.workers.dev/"));
  assert.ok(!same("https://dav.example.com/", "https://example.com.attacker.net/"));
  assert.ok(!same("http://127.0.0.1:5232/", "http://127.0.0.2:5232/"));
  assert.ok(!same("https://dav.example.com/", "file:///etc/passwd"));
});
