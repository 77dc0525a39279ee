import assert from "node:assert/strict";
import { ROOT } from "../../../../local/paths.ts";
import { sameSecret } from "../../../../supabase/functions/_shared/platform/same-secret.ts";
import { comparisonsOfSecrets } from "../../../support/secret-comparisons.ts";
import { textFiles } from "../../../support/text-files.ts";

/** Comparisons of what is called like a secret whose time tells nobody anything, and why. */
const EXPLAINED = new Map([
  // Both are ours; whoever waits for the answer made neither.
  ["_shared/oauth/access-token.ts: known.access_token !== rejected_token", "our own access token"],
  ["_shared/oauth/access-token.ts: outcome.refresh_token !== begun.refresh_token", "the provider's answer"],
  ["_shared/domain/plan.ts: mapping.content_hash === content_hash", "the hash of an event's content"],
  ['_shared/platform/mail-env.ts: (user === "") !== (secret === "")', "whether there is one, at start"],
  ["_shared/providers/caldav/file-listing.ts: next === token", "a server's name of a state of its calendar"],
  [
    "_shared/providers/caldav/list-changes.ts: now.digest === position.digest",
    "a digest of a calendar's versions",
  ],
]);

Deno.test("no function compares a secret in a time that tells where it differs", async () => {
  const found: string[] = [];
  let files = 0;
  for await (const { path, content } of textFiles(`${ROOT}/supabase/functions`)) {
    if (!path.endsWith(".ts")) continue;
    files++;
    found.push(...comparisonsOfSecrets(content).map((comparison) => `${path}: ${comparison}`));
  }
  assert.ok(files > 80, `only ${files} files`);
  assert.deepEqual(found.sort(), [...EXPLAINED.keys()].sort());
});

for (
  const program of [
    "if (given_secret === env.sync_secret) open();",
    'if (c.req.header("x-calendar-sync-secret") !== expected) refuse();',
    "if (await hashSecretToken(given) == stored) open();",
    "if (env.metrics_secret.startsWith(given)) open();",
    "if (`Bearer ${env.metrics_secret}` === given) open();",
    'if (header("authorization") != "Bearer " + expected) refuse();',
    "switch (given) { case env.sync_secret: open(); }",
    "if (tokens.includes(given)) open();",
  ]
) {
  Deno.test(`a plain comparison is found: ${program}`, () => {
    assert.equal(comparisonsOfSecrets(program).length, 1);
  });
}

for (
  const program of [
    "if (await sameSecret(given, env.sync_secret)) open();",
    "if (refresh_token === null || access_token === undefined) reconnect();",
    'if (kind === "token_rejected" || typeof token === "string") retry();',
    "if (provider === other_provider) merge();",
  ]
) {
  Deno.test(`what tells nothing is let through: ${program}`, () => {
    assert.deepEqual(comparisonsOfSecrets(program), []);
  });
}

Deno.test("two secrets are the same to the last character, or they are not", async () => {
  assert.ok(await sameSecret("a".repeat(40), "a".repeat(40)));
  for (const other of ["", "a".repeat(39), "a".repeat(41), `${"a".repeat(39)}b`, `b${"a".repeat(39)}`]) {
    assert.ok(!await sameSecret(other, "a".repeat(40)), other);
  }
});
