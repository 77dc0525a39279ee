import assert from "node:assert/strict";
import { eventOf } from "../event.ts";
import { never } from "../listing.ts";
import { providerFor, testAccount, typed } from "./account.ts";

const NINE_MEGABYTES = 9 * 1024 * 1024;
const multistatus = (inner: string) =>
  `<?xml version="1.0"?><multistatus xmlns="DAV:">${inner}</multistatus>`;
const response = (href: string, props: string) =>
  `<response><href>${href}</href><propstat><prop>${props}</prop><status>HTTP/1.1 200 OK</status></propstat></response>`;
/** A kilobyte that would become a gigabyte. */
const BOMB = '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa">' +
  Array.from({ length: 9 }, (_, n) => {
    const [name, inner] = [String.fromCharCode(98 + n), String.fromCharCode(97 + n)];
    return `<!ENTITY ${name} "${`&${inner};`.repeat(10)}">`;
  }).join("") + `]><multistatus xmlns="DAV:"><response><href>&j;</href></response></multistatus>`;

/** What a server may send in the place of an answer. */
const BODIES: Readonly<Record<string, string>> = {
  "9 MB": multistatus(response("/x", "<getetag/>") + " ".repeat(NINE_MEGABYTES)),
  "a document type with entities": BOMB,
  "an external entity": `<?xml version="1.0"?><!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>` +
    multistatus(response("&x;", "")).slice('<?xml version="1.0"?>'.length),
  "half a document": multistatus(response("/x", "<getetag/>")).slice(0, -20),
  "a thousand levels": multistatus("<response>".repeat(1_000) + "</response>".repeat(1_000)),
  "a million brackets": `${"<".repeat(1_000_000)}multistatus`,
  "no XML": "\u0000\u0001\u0002",
};

for (const [name, body] of Object.entries(BODIES)) {
  testAccount(`${name} is unknown, soon, and not an empty calendar`, async (account) => {
    const { client, calendar_id, emulator } = account;
    emulator.faults.set([{ kind: "body", status: 207, body, content_type: "application/xml" }]);
    const started_at = performance.now();
    const answers = [
      await client.listCalendars(),
      await client.listOwnEvents(calendar_id, never()),
      await client.isEmptyCalendar(calendar_id),
      await client.createEvent(calendar_id, eventOf()),
    ];
    assert.deepEqual(answers.map(({ kind }) => kind), answers.map(() => "unknown"));
    assert.ok(performance.now() - started_at < 9_000, "it took too long");
  });
}

testAccount("an answer without an end is cut", async ({ client, calendar_id, emulator }) => {
  emulator.faults.set([{ kind: "endless", status: 207 }]);
  assert.deepEqual(await client.listOwnEvents(calendar_id, never()), {
    kind: "unknown",
    reason: "answer_too_large",
    after_s: null,
  });
});

testAccount(
  "hrefs and calendar ids lead to no other host",
  async ({ client, clientFor, emulator, subject }) => {
    const other = trap();
    try {
      const calendar = '<resourcetype><C:calendar xmlns:C="urn:ietf:params:xml:ns:caldav"/></resourcetype>';
      const body = multistatus(
        response(`${other.url}/stolen/`, calendar) + response("//evil.example/x/", calendar),
      );
      emulator.faults.set([{ kind: "body", status: 207, body }]);
      const listed = await client.listCalendars();
      assert.deepEqual(listed.kind === "done" && listed.value.map(({ id }) => id), ["/stolen/", "/x/"]);
      emulator.faults.clear();
      for (
        const id of [
          `${other.url}/stolen/`,
          `//127.0.0.1:${other.port}/stolen/`,
          `\\\\127.0.0.1:${other.port}/`,
        ]
      ) {
        const one = clientFor({ calendar: { id, role: "other" } });
        assert.equal((await one.createEvent(id, eventOf())).kind, "calendar_missing");
        assert.notEqual((await one.deleteCalendar(id)).kind, "done");
      }
      assert.deepEqual([other.requests, subject.calendars("ada@example.com").length], [[], 2]);
    } finally {
      await other.close();
    }
  },
);

testAccount(
  "a redirect to another site gets no password, from discovery or from a write",
  async (account) => {
    const { client, calendar_id, emulator, provider } = account;
    const other = trap();
    const away = await redirector(`${other.url}/`);
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        away.status = status;
        const through = providerFor(away.url);
        assert.equal((await through.connector.check(typed(away.url))).kind, "server_unreachable");
        through.close();
      }
      const home = '<C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav">' +
        `<href>${other.url}/home/</href></C:calendar-home-set>`;
      const principal = `<current-user-principal><href>${other.url}/me/</href></current-user-principal>`;
      for (const prop of [principal, home]) {
        emulator.faults.set([{ kind: "body", status: 207, body: multistatus(response("/dav/", prop)) }]);
        const checked = await provider.connector.check(typed(emulator.url));
        assert.ok(["server_unreachable", "not_supported"].includes(checked.kind), JSON.stringify(checked));
      }
      emulator.faults.set([{ kind: "status", status: 307, headers: { location: `${other.url}/take/` } }]);
      assert.equal((await client.createEvent(calendar_id, eventOf())).kind, "unknown");
      assert.deepEqual(other.requests, [], "nothing was sent there");
    } finally {
      await away.close();
      await other.close();
    }
  },
);

testAccount(
  "an address that redirects to another site leaves the well-known one, and nothing goes to that site",
  async ({ emulator, provider }) => {
    const other = trap();
    const away = (location: string) =>
      emulator.faults.set([{
        kind: "status",
        status: 302,
        headers: { location },
        match: { path: "^/start$" },
      }]);
    try {
      const start = `${emulator.url}/start`;
      for (const location of [`${other.url}/`, "gopher://x/", "/start", "http://"]) {
        away(location);
        const checked = await provider.connector.check(typed(start));
        assert.equal(checked.kind, "connected", location);
        const wrong = await provider.connector.check(typed(start, undefined, "wrong"));
        assert.equal(wrong.kind, "sign_in_failed", location);
      }
      assert.deepEqual(other.requests, []);
    } finally {
      await other.close();
    }
  },
);

testAccount(
  "of several calendar homes the first one is taken that the password may go to",
  async ({ clientFor, emulator, provider, calendar_id }) => {
    const other = trap();
    const homes = [`${other.url}/home/`, calendar_id.replace(/[^/]+\/$/, "")];
    const home = '<C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav">' +
      `${homes.map((href) => `<href>${href}</href>`).join("")}</C:calendar-home-set>`;
    const body = multistatus(response("/dav/principals/ada%40example.com/", home));
    emulator.faults.set([{ kind: "body", status: 207, body, match: { path: "^/dav/principals/" } }]);
    try {
      const checked = await provider.connector.check(typed(emulator.url));
      assert.equal(checked.kind, "connected", JSON.stringify(checked));
      const listed = await clientFor().listCalendars();
      assert.ok(listed.kind === "done" && listed.value.some(({ id }) => id === calendar_id));
      const gone = { id: `${homes[1]}nothing/`, role: "own" } as const;
      assert.equal((await clientFor().getCalendar(gone)).kind, "calendar_moved", "it is no other home");
      assert.deepEqual(other.requests, []);
    } finally {
      await other.close();
    }
  },
);

/** A server that nothing may be sent to. */
function trap() {
  const requests: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ method, headers }) => {
    requests.push(`${method} ${headers.get("authorization") ?? "without a password"}`);
    return new Response();
  });
  const { port } = server.addr;
  return { url: `http://127.0.0.1:${port}`, port, requests, close: () => server.shutdown() };
}

/** A server that sends everybody elsewhere. */
function redirector(location: string) {
  const away = { status: 302 };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(null, { status: away.status, headers: { location } }),
  );
  return Object.assign(away, {
    url: `http://127.0.0.1:${server.addr.port}`,
    close: () => server.shutdown(),
  });
}
