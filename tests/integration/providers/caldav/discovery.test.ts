import assert from "node:assert/strict";
import { discover } from "../../../../supabase/functions/_shared/providers/caldav/discovery.ts";
import {
  createOutbound,
  parseHostPolicy,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { PASSWORD, startCalDavEmulator } from "../../../../local/providers/caldav/server.ts";
import { providerFor, testAccount, typed } from "./account.ts";

const PRINCIPAL = "/dav/principals/ada%40example.com/";

testAccount(
  "an address of any kind leads to the account, which has one id",
  async ({ emulator, provider, calendar_id }) => {
    const addresses = ["", "/", "/dav/", "/.well-known/caldav", PRINCIPAL, calendar_id, "/nothing/here"];
    for (const address of addresses) {
      const checked = await provider.connector.check(typed(`${emulator.url}${address}`));
      assert.deepEqual(checked, {
        kind: "connected",
        account_id: `${emulator.url}${PRINCIPAL} ada@example.com`,
        account_email: "ada@example.com",
        credentials: typed(`${emulator.url}${PRINCIPAL}`),
      }, address);
    }
  },
);

testAccount(
  "calendars are found, with nothing asked that is not needed",
  async ({ emulator, calendar_id }) => {
    const policy = parseHostPolicy(emulator.url);
    const outbound = createOutbound({ policy });
    emulator.state.requests = [];
    const found = await discover({ outbound, policy, credentials: typed(emulator.url) });
    assert.ok(found.kind === "found");
    assert.ok(emulator.state.requests.every(({ method }) => method === "PROPFIND"));
    assert.deepEqual(
      found.calendars.map(({ id, name, writable, color }) => ({ id, name, writable, color })),
      [
        {
          id: "/dav/calendars/ada%40example.com/personal/",
          name: "Personal",
          writable: true,
          color: "#0082C9",
        },
        { id: calendar_id, name: "Deadlines", writable: true, color: "#0082C9" },
      ],
      "no tasks, no inbox",
    );
  },
);

testAccount(
  "a slow server is found, as long as its first answer comes in time",
  async ({ emulator, provider }) => {
    const check = async (first_answer_ms: number) => {
      const patience = { first_answer_ms, signal: AbortSignal.timeout(5_000) };
      return (await provider.connector.check(typed(`${emulator.url}/dav/`), patience)).kind;
    };
    emulator.faults.set([{ kind: "latency", latency_ms: 300, match: {} }]);
    assert.equal(await check(500), "connected");
    assert.equal(await check(100), "server_unreachable");
  },
);

testAccount("a wrong password, or user, is a failed sign-in", async ({ emulator, provider }) => {
  for (
    const [user, password] of [["ada@example.com", "wrong"], ["nobody", PASSWORD], ["ada@example.com", ""], [
      "ada:x",
      PASSWORD,
    ]]
  ) {
    const checked = await provider.connector.check(typed(emulator.url, user, password));
    assert.equal(checked.kind, "sign_in_failed");
  }
});

testAccount(
  "a server that asks for Digest says nothing of the password, be it right or wrong",
  async ({ emulator, provider }) => {
    for (const password of [PASSWORD, "wrong"]) {
      for (const address of ["", PRINCIPAL]) {
        const checked = await provider.connector.check(
          typed(`${emulator.url}${address}`, undefined, password),
        );
        assert.deepEqual(checked, { kind: "sign_in_not_supported", reason: "basic_not_offered" });
      }
    }
  },
  { odd: { digest_only: true } },
);

testAccount("names and passwords in any script are sent in UTF-8", async ({ emulator, provider }) => {
  const account = { email: "zoë", name: "Zoë", password: "pässword:🏭" };
  const { state } = emulator;
  state.accounts.set(account.email, {
    ...account,
    passwords: new Set([account.password]),
    calendars: new Map(),
    trash: new Set(),
  });
  const checked = await provider.connector.check(typed(emulator.url, account.email, account.password));
  assert.equal(checked.kind, "connected");
});

Deno.test("CalDAV: an address that may not be called is refused by its text", async () => {
  const provider = providerFor("https://caldav.example.com");
  for (
    const address of [
      "nonsense",
      "ftp://caldav.example.com",
      "http://caldav.example.com",
      "https://other.example",
    ]
  ) {
    assert.equal((await provider.connector.check(typed(address))).kind, "server_not_allowed", address);
  }
});

Deno.test({
  name: "CalDAV: what is no CalDAV server, and what does not answer, are told apart",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const emulator = await startCalDavEmulator();
    const provider = providerFor(emulator.url);
    const check = async () => (await provider.connector.check(typed(emulator.url))).kind;
    try {
      for (const body of ["<html>welcome</html>", "", "{}", '<multistatus xmlns="DAV:"/>']) {
        for (const status of [200, 207, 404, 500]) {
          emulator.faults.set([{ kind: "body", status, body }]);
          assert.equal(await check(), "not_supported", `${status} ${body}`);
        }
      }
      emulator.faults.set([{ kind: "drop_before" }]);
      assert.equal(await check(), "server_unreachable");
      emulator.faults.set([{ kind: "hang" }]);
      const patience = { first_answer_ms: 100, signal: AbortSignal.timeout(200) };
      assert.equal(
        (await provider.connector.check(typed(emulator.url), patience)).kind,
        "server_unreachable",
      );
    } finally {
      provider.close();
      await emulator.close();
    }
    assert.equal(await check(), "server_unreachable");
  },
});
