import assert from "node:assert/strict";
import {
  ADA,
  basic,
  type Call,
  fileOf,
  HOME,
  ICS,
  NEW,
  propfindOf,
  syncOf,
  withCalDav,
} from "./caldav-calls.ts";

const OURS = `${HOME}ours/`;
const VALID = fileOf("uid-1");
const ZONE = ["BEGIN:VTIMEZONE", "TZID:Europe/Madrid", "BEGIN:STANDARD", "DTSTART:20200101T000000"]
  .concat("TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE");

const seen = ({ status, text }: Awaited<ReturnType<Call>>) => [
  status,
  /<d:error>.*?<([dc]:[a-z-]+)|<d:error [^>]*><([dc]:[a-z-]+)/.exec(text)?.slice(1).find(Boolean) ?? null,
];

function test(name: string, use: Parameters<typeof withCalDav>[0], options = {}) {
  Deno.test({
    name: `CalDAV emulator: ${name}`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () =>
      withCalDav(async (emulator, call) => {
        assert.equal((await call("MKCALENDAR", OURS)).status, 201);
        await use(emulator, call);
      }, options),
  });
}

test("lets in who has the password, and shows nobody else's calendars", async (_, call) => {
  const authorization = basic(ADA, "wrong");
  const refused = await call("PROPFIND", HOME, propfindOf("d:resourcetype"), { authorization });
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get("www-authenticate") ?? "", /^Basic /);
  const others = await call("PROPFIND", "/dav/calendars/grace%40example.com/", propfindOf("d:resourcetype"));
  assert.deepEqual(seen(others), [403, "d:need-privileges"]);
});

test("asks for Digest alone, where it does", async ({ state }, call) => {
  state.odd.digest_only = true;
  const refused = await call("PROPFIND", HOME, propfindOf("d:resourcetype"));
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get("www-authenticate") ?? "", /^Digest realm=/);
});

test("leads from the well-known address to principal, home and calendars", async (emulator, call) => {
  const known = await call("PROPFIND", "/.well-known/caldav", propfindOf("d:current-user-principal"), {
    depth: "0",
  });
  assert.deepEqual([known.status, known.headers.get("location")], [301, "/dav/"]);
  const root = await call("PROPFIND", "/dav/", propfindOf("d:current-user-principal"), { depth: "0" });
  assert.match(root.text, /\/dav\/principals\/ada%40example\.com\//);
  const principal = await call(
    "PROPFIND",
    "/dav/principals/ada%40example.com/",
    propfindOf("c:calendar-home-set"),
    { depth: "0" },
  );
  assert.ok(emulator.shard_url && principal.text.includes(`${emulator.shard_url}${HOME}`));
  const home = await call(
    "PROPFIND",
    `${emulator.shard_url}${HOME}`,
    propfindOf("d:displayname", "d:getetag"),
    {
      depth: "1",
    },
  );
  assert.equal(home.status, 207);
  assert.equal(home.text.split("<d:response>").length - 1, 6, "itself, three calendars, inbox and outbox");
  assert.match(home.text, /404 Refused/, "a property that is not there has a status of its own");
}, { shards: true });

const REFUSED: Readonly<Record<string, readonly [string, string]>> = {
  "no iCalendar": ["garbage\r\n", "c:valid-calendar-data"],
  "a METHOD": [fileOf("uid-1", [], ["METHOD:PUBLISH"]), "c:valid-calendar-object-resource"],
  "no UID": [VALID.replace("UID:uid-1\r\n", ""), "c:valid-calendar-object-resource"],
  "no DTSTAMP": [fileOf("uid-1", [""]), "c:valid-calendar-object-resource"],
  "a zone that is not described": [
    fileOf("uid-1", ["DTSTART;TZID=Europe/Madrid:20270315T090000"]),
    "c:valid-calendar-object-resource",
  ],
  "an end before its start": [
    fileOf("uid-1", ["DTEND;VALUE=DATE:20270301"]),
    "c:valid-calendar-object-resource",
  ],
  "two summaries": [fileOf("uid-1", ["SUMMARY:Again"]), "c:valid-calendar-object-resource"],
  "a line that is too long": [fileOf("uid-1", [`COMMENT:${"x".repeat(70)}`]), "c:valid-calendar-data"],
  "line feeds alone": [VALID.replaceAll("\r", ""), "c:valid-calendar-data"],
  "an alarm without a trigger": [
    fileOf("uid-1", ["BEGIN:VALARM", "ACTION:AUDIO", "END:VALARM"]),
    "c:valid-calendar-data",
  ],
};

test("refuses what RFC 5545 and RFC 4791 refuse", async (_, call) => {
  for (const [name, [body, precondition]] of Object.entries(REFUSED)) {
    assert.deepEqual(seen(await call("PUT", `${OURS}a.ics`, body, NEW)), [403, precondition], name);
  }
  const zoned = fileOf("uid-1", ["DTSTART;TZID=Europe/Madrid:20270315T090000"], ZONE);
  assert.equal((await call("PUT", `${OURS}a.ics`, zoned, NEW)).status, 201);
});

test("keeps ETags, preconditions and UIDs", async (_, call) => {
  const made = await call("PUT", `${OURS}a.ics`, VALID, NEW);
  const etag = made.headers.get("etag") ?? "";
  assert.match(etag, /^"\d+"$/);
  assert.equal((await call("PUT", `${OURS}a.ics`, VALID, NEW)).status, 412);
  assert.equal((await call("PUT", `${OURS}a.ics`, VALID, { ...ICS, "if-match": '"no"' })).status, 412);
  assert.equal((await call("PUT", `${OURS}a.ics`, VALID, { ...ICS, "if-match": etag })).status, 204);
  const other = await call("PUT", `${OURS}b.ics`, VALID, NEW);
  assert.deepEqual([...seen(other), other.text.includes(`${OURS}a.ics`)], [409, "c:no-uid-conflict", true]);
  const renamed = await call("PUT", `${OURS}a.ics`, fileOf("uid-2"), ICS);
  assert.deepEqual(seen(renamed), [403, "c:no-uid-conflict"]);
  assert.equal((await call("GET", `${OURS}a.ics`)).text, VALID);
  assert.equal((await call("DELETE", `${OURS}a.ics`)).status, 204);
  assert.equal((await call("DELETE", `${OURS}a.ics`)).status, 404);
});

test("synchronises in pages, and refuses a token that it does not know", async ({ state }, call) => {
  for (const uid of ["one", "two", "three"]) await call("PUT", `${OURS}${uid}.ics`, fileOf(uid), NEW);
  state.page_size_max = 2;
  const first = await call("REPORT", OURS, syncOf(""));
  assert.match(first.text, /507 .*number-of-matches-within-limits/);
  const token = /<d:sync-token>(.*)<\/d:sync-token>/.exec(first.text)?.[1] ?? "";
  const second = await call("REPORT", OURS, syncOf(token));
  assert.ok(second.text.includes("three.ics") && !second.text.includes("507"));
  assert.deepEqual(seen(await call("REPORT", OURS, syncOf("data:,what"))), [403, "d:valid-sync-token"]);
});

test("finds by UID, and wants a component in a query", async ({ state }, call) => {
  await call("PUT", `${OURS}a.ics`, VALID, NEW);
  const query = (inner: string) =>
    `<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/></d:prop>` +
    `<c:filter><c:comp-filter name="VCALENDAR">${inner}</c:comp-filter></c:filter></c:calendar-query>`;
  const by_uid = (uid: string) =>
    `<c:comp-filter name="VEVENT"><c:prop-filter name="UID"><c:text-match>${uid}</c:text-match></c:prop-filter></c:comp-filter>`;
  assert.ok((await call("REPORT", OURS, query(by_uid("uid-1")))).text.includes("a.ics"));
  assert.ok(!(await call("REPORT", OURS, query(by_uid("uid-2")))).text.includes("a.ics"));
  assert.ok((await call("REPORT", OURS, query(by_uid("id-")))).text.includes("a.ics"), "by a part of it");
  assert.deepEqual(seen(await call("REPORT", OURS, query(""))), [403, "c:supported-filter"]);
  state.odd.ignores_filters = true;
  assert.ok((await call("REPORT", OURS, query(by_uid("uid-2")))).text.includes("a.ics"));
  state.matches_max = 0;
  const withheld = await call("REPORT", OURS, query(by_uid("uid-1")));
  assert.deepEqual(seen(withheld), [507, "d:number-of-matches-within-limits"]);
});

test("has the same ETag for the same file again, where that is a hash", async ({ state }, call) => {
  state.odd.hash_etags = true;
  const etags = [];
  for (const body of [VALID, fileOf("uid-1", ["LOCATION:Here"]), VALID]) {
    etags.push((await call("PUT", `${OURS}a.ics`, body, ICS)).headers.get("etag"));
  }
  assert.ok(etags[0] === etags[2] && etags[0] !== etags[1], etags.join());
});

test("is as odd as it is told", async ({ state }, call) => {
  state.odd.refusals_as_multistatus = true;
  const inside = await call("PUT", `${OURS}a.ics`, "garbage\r\n", NEW);
  assert.ok(inside.status === 207 && inside.text.includes("valid-calendar-data"));
  state.odd.refusals_as_multistatus = false;
  state.odd.no_etag_on_put = true;
  state.odd.weak_etags = true;
  assert.equal((await call("PUT", `${OURS}a.ics`, VALID, NEW)).headers.get("etag"), null);
  assert.match((await call("GET", `${OURS}a.ics`)).headers.get("etag") ?? "", /^W\//);
  state.odd.rewrites_files = true;
  await call("PUT", `${OURS}a.ics`, fileOf("uid-1", ["X-OURS:1"]), ICS);
  assert.doesNotMatch((await call("GET", `${OURS}a.ics`)).text, /X-OURS/);
  state.odd.burned_uids = true;
  await call("DELETE", `${OURS}a.ics`);
  assert.deepEqual(seen(await call("PUT", `${OURS}a.ics`, VALID, NEW)), [409, "c:no-uid-conflict"]);
  state.odd.is_full = true;
  assert.equal((await call("PUT", `${OURS}b.ics`, fileOf("uid-9"), NEW)).status, 507);
  state.odd.bad_tokens = "failure";
  assert.equal((await call("REPORT", OURS, syncOf("data:,what"))).status, 500);
  state.odd.bad_tokens = "conflict";
  assert.equal((await call("REPORT", OURS, syncOf("data:,what"))).status, 409);
  state.odd.forgets_tokens = true;
  const token = /<d:sync-token>([^<]+)/.exec((await call("REPORT", OURS, syncOf(""))).text)?.[1] ?? "";
  assert.equal((await call("REPORT", OURS, syncOf(token))).status, 409);
  state.odd.no_sync_collection = true;
  assert.deepEqual(seen(await call("REPORT", OURS, syncOf(""))), [403, "d:supported-report"]);
  state.odd.only_weak_etags = true;
  state.odd.is_full = false;
  await call("PUT", `${OURS}c.ics`, fileOf("uid-c"), NEW);
  const weak = (await call("GET", `${OURS}c.ics`)).headers.get("etag") ?? "";
  for (const etag of [weak, weak.slice("W/".length)]) {
    assert.equal(
      (await call("PUT", `${OURS}c.ics`, fileOf("uid-c"), { ...ICS, "if-match": etag })).status,
      412,
    );
  }
  state.odd.forbids_missing_calendars = true;
  assert.equal((await call("PUT", `${HOME}nowhere/a.ics`, VALID, NEW)).status, 403);
});

test("makes and removes calendars as different servers do", async ({ state }, call) => {
  assert.deepEqual(seen(await call("MKCALENDAR", OURS)), [405, "d:resource-must-be-null"]);
  state.odd.denies_deletions = true;
  assert.equal((await call("DELETE", OURS)).status, 404);
  state.odd.trash_keeps_names = true;
  assert.deepEqual(seen(await call("MKCALENDAR", OURS)), [405, "d:resource-must-be-null"]);
  state.odd.mkcalendar = "limited";
  const made = [];
  for (let number = 0; number < 10; number++) {
    made.push((await call("MKCALENDAR", `${HOME}n${number}/`)).status);
  }
  assert.deepEqual(made.slice(-2), [201, 429]);
  state.odd.mkcalendar = "property_refused";
  const body = '<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>' +
    "<d:displayname>New</d:displayname></d:prop></d:set></c:mkcalendar>";
  const unmade = await call("MKCALENDAR", `${HOME}new/`, body);
  assert.deepEqual([unmade.status, /HTTP.1.1 403/.test(unmade.text)], [207, true]);
  state.odd.mkcalendar = "refused";
  assert.equal((await call("MKCALENDAR", `${HOME}new/`)).status, 405);
});

test("is switched and looked at by its controls", async ({ url, state }, call) => {
  await call("PUT", `${OURS}a.ics`, VALID, NEW);
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${url}/emulator${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const view = await (await control("GET", "/view")).json();
  assert.deepEqual(view.accounts[0].calendars[2].events, [
    {
      id: "a",
      version: String(state.revision),
      title: "Dentist",
      day: "2027-03-15",
      time: null,
      time_zone: null,
      reminders_minutes: [],
      description: "",
      link: null,
      obligation_id: null,
    },
  ]);
  const edit = { account: ADA, calendar_id: OURS, event_id: "a", change: { summary: "Moved" } };
  assert.equal((await control("POST", "/user_edit", edit)).status, 204);
  assert.match((await call("GET", `${OURS}a.ics`)).text, /SUMMARY:Moved/);
  const act = (kind: string) =>
    control("POST", "/edit", { account: ADA, calendar_id: OURS, event_id: "a", edit: { kind } });
  assert.equal((await act("put_back")).status, 404, "it is there");
  assert.equal((await act("delete")).status, 204);
  assert.equal((await call("GET", `${OURS}a.ics`)).status, 404);
  const shown = await (await control("GET", "/view")).json();
  assert.deepEqual(shown.accounts[0].calendars[2].deleted.map(({ id }: { id: string }) => id), ["a"]);
  assert.equal((await act("put_back")).status, 204);
  assert.match((await call("GET", `${OURS}a.ics`)).text, /SUMMARY:Moved/);
  assert.equal((await control("PATCH", "/settings", { odd: { weak_etags: true } })).status, 204);
  assert.equal(state.odd.weak_etags, true);
  assert.equal((await control("PATCH", "/settings", { odd: { what: true } })).status, 400);
  await control("PUT", "/faults", [{ match: { method: "PUT" }, kind: "status", status: 507, times: 1 }]);
  assert.equal((await call("PUT", `${OURS}a.ics`, VALID, ICS)).status, 507);
  assert.equal((await control("POST", "/revoke", { account: ADA })).status, 204);
  assert.equal((await call("GET", `${OURS}a.ics`)).status, 401);
  assert.match(await (await fetch(url)).text(), /CalDAV emulator/);
});
