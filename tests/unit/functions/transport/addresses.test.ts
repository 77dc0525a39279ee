import assert from "node:assert/strict";
import {
  AddressNotAllowed,
  parseHostPolicy,
  Unreachable,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { resolveByDns } from "../../../../supabase/functions/_shared/transport/resolve-host.ts";
import { publicAddress } from "../../../../supabase/functions/_shared/transport/public-address.ts";
import {
  HOSTILE_ANSWERS,
  HOSTILE_URLS,
  hostileTable,
  OWN_ORIGINS,
  PUBLIC_ADDRESSES,
} from "./hostile-addresses.ts";
import { ROOT } from "../../../../local/paths.ts";
import { clientOf } from "./stand.ts";

const policy = parseHostPolicy("*", { own_origins: OWN_ORIGINS });
const URL_OF_NAME = new URL("https://rebind.example.com/");

for (const [reason, urls] of Object.entries(HOSTILE_URLS)) {
  Deno.test(`an address is refused by its text, and nothing is resolved: ${reason.replaceAll("_", " ")}`, async () => {
    for (const text of urls) {
      const { outbound, trace } = clientOf(0, { policy });
      const url = new URL(text);
      for (const attempt of [() => outbound({ method: "GET", url }), () => outbound.check(url)]) {
        await assert.rejects(attempt, (error) => {
          assert.ok(error instanceof AddressNotAllowed, text);
          assert.equal(error.reason, reason, text);
          return true;
        });
      }
      assert.deepEqual(trace, { resolved: [], connected: [] }, text);
    }
  });
}

for (const [range, answers] of Object.entries(HOSTILE_ANSWERS)) {
  Deno.test(`a name is refused before a connection is made: ${range}`, async () => {
    for (const addresses of answers) {
      const { outbound, trace } = clientOf(0, { policy, resolve: () => Promise.resolve(addresses) });
      for (
        const attempt of [
          () => outbound({ method: "GET", url: URL_OF_NAME }),
          () => outbound.check(URL_OF_NAME),
        ]
      ) {
        await assert.rejects(attempt, Unreachable, addresses.join());
      }
      assert.deepEqual(trace.connected, [], addresses.join());
    }
  });
}

Deno.test("the hostile set has at least sixty addresses, and the threat model lists all of them", async () => {
  const count = [...Object.values(HOSTILE_URLS), ...Object.values(HOSTILE_ANSWERS)].flat().length;
  assert.ok(count >= 60, `${count}`);
  const cells = (text: string) => text.replace(/ +/g, " ").replace(/-{3,}/g, "---");
  const page = cells(await Deno.readTextFile(`${ROOT}/docs/understand/threat-model.md`));
  assert.ok(
    page.includes(cells(hostileTable())),
    `docs/understand/threat-model.md lacks this table:\n${hostileTable()}`,
  );
});

Deno.test("what hosts on the Internet have is public, up to the edges of every range", async () => {
  for (const address of PUBLIC_ADDRESSES) {
    assert.equal(publicAddress(address), address);
    await clientOf(0, { policy, resolve: () => Promise.resolve([address]) }).outbound.check(URL_OF_NAME);
  }
});

Deno.test("localhost with a final dot, asked of the system's DNS, is refused as every name without an address", async () => {
  const messages: string[] = [];
  for (const host of ["localhost", "localhost.", "anything.localhost", "no-such-name.invalid"]) {
    const { outbound } = clientOf(0, { policy, resolve: resolveByDns });
    await assert.rejects(outbound({ method: "GET", url: new URL(`https://${host}/`) }), (error) => {
      assert.ok(error instanceof Unreachable);
      messages.push(error.message);
      return true;
    });
  }
  assert.equal(new Set(messages).size, 1);
});
