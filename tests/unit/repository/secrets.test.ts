import assert from "node:assert/strict";
import { ROOT } from "../../../local/paths.ts";
import { findSecrets } from "../../support/secret-scan.ts";
import { textFiles } from "../../support/text-files.ts";

/** One of each kind, put together here so that this file holds none. */
const PLANTED = [
  ["a private key", [
    "-----BEGIN RSA PRIVATE",
    " KEY-----\n",
    "MIIEow".repeat(40),
    "\n-----END RSA PRIVATE KEY-----",
  ]],
  ["a database with its password", ["postgres", "://admin:h7Gq2LwZx9@db.example.net:5432/postgres"]],
  ["a Slack token", ["xox", "b-123456789012-1234567890123-", "AbCdEfGhIjKlMnOpQrStUvWx"]],
  ["Google's client secret", ["GOC", "SPX-", "aB3".repeat(9), "x"]],
  ["an access token of Google", ["ya", "29.", "a0Af".repeat(12)]],
  ["a refresh token of Google", ["1/", "/0", "gXy7".repeat(12)]],
  ["a client secret of Entra", ["abc8", "Q~", "kT2p".repeat(8)]],
  ["a secret key of Supabase", ["sb_", "secret_", "Zk4".repeat(10)]],
  ["a JSON Web Token", [
    "ey",
    "JhbGciOiJIUzI1NiJ9",
    ".ey",
    "JzdWIiOiIxMjM0NTY3ODkwIn0",
    ".",
    "s5Tg".repeat(10),
  ]],
  ["an API key of ours", ["eck_", "live_", "h2Kq9TzR4w", "_", "x3Vb8".repeat(9), "p0Ld"]],
  ["the address of a feed", ["/calendar-", "feed/", "q".repeat(43), ".ics"]],
] as const;

for (const [kind, parts] of PLANTED) {
  Deno.test(`the scan finds ${kind}`, async () => {
    const found = await findSecrets("notes.md", `one\ntwo ${parts.join("")}\n`);
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.equal(found[0]?.line, 2);
    assert.ok(!JSON.stringify(found).includes(parts.join("").slice(-20)), "the secret is not repeated");
  });
}

Deno.test("no file of the repository holds a secret", async () => {
  const found = [];
  let files = 0;
  for await (const { path, content } of textFiles(ROOT)) {
    files++;
    found.push(...await findSecrets(path, content));
  }
  assert.ok(files > 400, `only ${files} files`);
  assert.deepEqual(found, []);
});
