import assert from "node:assert/strict";
import { clientKind } from "../../../../supabase/functions/_shared/feeds/clients.ts";
import { callerAddress } from "../../../../supabase/functions/calendar-feed/caller.ts";
import { acceptsGzip } from "../../../../supabase/functions/calendar-feed/content-coding.ts";
import { isCurrent, validatorsOf } from "../../../../supabase/functions/calendar-feed/validators.ts";
import { FEED } from "./sample.ts";

const CODINGS = ["", "-gzip"];

Deno.test("the kind of client is known by its User-Agent", () => {
  const agents = {
    "Google-Calendar-Importer": "google",
    "Mozilla/5.0 (compatible; GoogleCalendarFetcher; +http://www.google.com/calendar)": "google",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)": "outlook",
    "Microsoft.Exchange/15.20 (Microsoft.Exchange.Calendar)": "outlook",
    "macOS/15.1 (24B83) CalendarAgent/988": "apple",
    "iOS/18.1 (22B83) dataaccessd/1.0": "apple",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0": "thunderbird",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15": "other",
    "curl/8.5.0": "other",
    "": "other",
  };
  for (const [agent, kind] of Object.entries(agents)) assert.equal(clientKind(agent), kind, agent);
});

Deno.test("an address is counted by what it is, and cannot be found out without the secret", async () => {
  const one = await callerAddress("203.0.113.9", "secret");
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.notEqual(await callerAddress("203.0.113.10", "secret"), one);
  assert.notEqual(await callerAddress("203.0.113.9", "another secret"), one);
  assert.equal(await callerAddress(undefined, "secret"), await callerAddress("", "secret"));
});

Deno.test("what a caller writes before the platform's own word is no other address", async () => {
  const one = await callerAddress("203.0.113.9", "secret");
  for (
    const forwarded of [
      "198.51.100.1, 203.0.113.9",
      "198.51.100.2,10.0.0.1,\t203.0.113.9 ",
      "unknown, , 203.0.113.9",
      "203.0.113.9:50123",
      "::ffff:203.0.113.9",
    ]
  ) assert.equal(await callerAddress(forwarded, "secret"), one, forwarded);
  assert.notEqual(await callerAddress("203.0.113.9, 198.51.100.1", "secret"), one);
});

Deno.test("the addresses of one IPv6 network are one caller", async () => {
  const one = await callerAddress("2001:db8:0:7::1", "secret");
  for (const same of ["2001:DB8:0:7:ffff:1:2:3", "2001:0db8::7:0:0:0:2", "[2001:db8:0:7::9]:443"]) {
    assert.equal(await callerAddress(same, "secret"), one, same);
  }
  for (const other of ["2001:db8:0:8::1", "2001:db8::1", "::1"]) {
    assert.notEqual(await callerAddress(other, "secret"), one, other);
  }
});

Deno.test("gzip is sent to whoever takes it", () => {
  const accepted = ["gzip", "GZIP", "br, gzip", "gzip;q=0.1", "*", "deflate, x-gzip", "gzip, identity;q=0"];
  const refused = [
    null,
    "",
    "br",
    "identity",
    "gzip;q=0",
    "gzip; q=0.0",
    "*;q=0",
    "gzip;q=0, *",
    "gzip;q=much",
  ];
  for (const header of accepted) assert.ok(acceptsGzip(header), header);
  for (const header of refused) assert.ok(!acceptsGzip(header), String(header));
});

Deno.test("If-None-Match names what its sender has, in whatever coding", () => {
  const validators = validatorsOf(FEED);
  const { tag } = validators;
  const current = (header: string) =>
    isCurrent(validators, CODINGS, new Headers({ "if-none-match": header }));
  for (
    const header of [
      `"${tag}"`,
      `"${tag}-gzip"`,
      `W/"${tag}"`,
      `"other", W/"${tag}-gzip"`,
      "*",
      ` "${tag}" ,"x"`,
    ]
  ) {
    assert.ok(current(header), header);
  }
  for (const header of [`"${tag}x"`, tag, `"${tag}-br"`, '""', "", `"x", "y"`]) {
    assert.ok(!current(header), header);
  }
});

Deno.test("If-Modified-Since counts where there is no If-None-Match", () => {
  const validators = validatorsOf(FEED);
  assert.equal(validators.modified_s, Date.parse("2026-11-25T11:59:58Z") / 1000);
  const current = (headers: Record<string, string>) => isCurrent(validators, CODINGS, new Headers(headers));
  assert.ok(current({ "if-modified-since": "Wed, 25 Nov 2026 11:59:58 GMT" }));
  assert.ok(current({ "if-modified-since": "Wed, 25 Nov 2026 12:30:00 GMT" }));
  assert.ok(!current({ "if-modified-since": "Wed, 25 Nov 2026 11:59:57 GMT" }));
  assert.ok(!current({ "if-modified-since": "yesterday" }));
  assert.ok(!current({ "if-none-match": '"old"', "if-modified-since": "Wed, 25 Nov 2026 12:30:00 GMT" }));
  assert.ok(!current({}));
});

Deno.test("a second that is not over is no Last-Modified: more may change in it", () => {
  const validators = validatorsOf({ ...FEED, items_changed_at: "2026-11-25T12:00:00.1+00:00" });
  assert.equal(validators.modified_s, null);
  const headers = new Headers({ "if-modified-since": "Wed, 25 Nov 2026 12:30:00 GMT" });
  assert.ok(!isCurrent(validators, CODINGS, headers));
});

Deno.test("the ETag is another with every change, and with every day", () => {
  const changes = [
    {},
    { items_changed_at: "2026-11-25T11:59:58.750001+00:00" },
    { feed_changed_at: "2026-11-24T09:00:00.250001+00:00" },
    { day: "2026-11-26" },
  ];
  assert.equal(
    new Set(changes.map((change) => validatorsOf({ ...FEED, ...change }).tag)).size,
    changes.length,
  );
  assert.equal(validatorsOf({ ...FEED, now: "2026-11-25T13:00:00+00:00" }).tag, validatorsOf(FEED).tag);
});
