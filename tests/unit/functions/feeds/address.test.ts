import assert from "node:assert/strict";
import fc from "fast-check";
import { feedUrl, tokenIn } from "../../../../supabase/functions/_shared/feeds/address.ts";
import type { Rpc } from "../../../../supabase/functions/_shared/platform/rpc.ts";
import {
  createSecretToken,
  hashSecretToken,
} from "../../../../supabase/functions/_shared/platform/secret-token.ts";
import { answerFeed } from "../../../../supabase/functions/calendar-feed/answer.ts";

const BASE = "http://127.0.0.1/calendar-feed";

/** A database that knows no feed, and what it was asked. */
function emptyDatabase(): { readonly rpc: Rpc; readonly calls: Record<string, unknown>[] } {
  const calls: Record<string, unknown>[] = [];
  const rpc: Rpc = (name, args, schema) => {
    calls.push({ name, ...args });
    return Promise.resolve(schema.parse({ kind: "unknown" }));
  };
  return { rpc, calls };
}

/** Everything that a caller can tell an answer by. */
async function seen(answer: Response): Promise<unknown> {
  return { status: answer.status, headers: [...answer.headers], body: await answer.text() };
}

/** What was printed while something ran. */
async function printed(run: () => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  const { log, error } = console;
  console.log = console.error = (...parts: unknown[]) => void lines.push(parts.map(String).join(" "));
  try {
    await run();
  } finally {
    Object.assign(console, { log, error });
  }
  return lines.join("\n");
}

Deno.test("a token has 256 bits, needs no escaping in an address, and comes once", () => {
  const tokens = Array.from({ length: 1_000 }, createSecretToken);
  for (const token of tokens) assert.match(token, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(new Set(tokens).size, tokens.length);
});

Deno.test("the address leads back to the token", () => {
  const token = createSecretToken();
  const url = new URL(feedUrl("https://ref.supabase.co", token));
  assert.equal(url.href, `https://ref.supabase.co/functions/v1/calendar-feed/${token}.ics`);
  assert.equal(tokenIn(url.pathname.replace("/functions/v1", "")), token);
  assert.equal(tokenIn("/calendar-feed"), "");
  assert.equal(tokenIn("/calendar-feed/a/b.ics"), "a/b");
});

Deno.test("the database is asked by SHA-256", async () => {
  const { rpc, calls } = emptyDatabase();
  await answerFeed({ rpc, domain: "example.com", secret: "s" }, new Request(`${BASE}/abc.ics`));
  assert.equal(
    calls[0]?.["p_token_hash"],
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  assert.equal(await hashSecretToken("abc"), calls[0]?.["p_token_hash"]);
});

Deno.test("whatever is asked for, what there is not is answered alike, by one call, without a word", async () => {
  const path = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.base64String({ maxLength: 80 }),
    fc.webPath(),
    fc.constantFrom(
      "",
      "%",
      "%00",
      "%ff%fe",
      "..",
      "../calendar",
      "a".repeat(20_000),
      "%2e%2e/",
      ".ics",
      ".ics.ics",
      "?a=b",
      "'--",
    ),
  );
  const expected = await seen(
    await answerFeed(
      { rpc: emptyDatabase().rpc, domain: "d", secret: "s" },
      new Request(`${BASE}/${createSecretToken()}.ics`),
    ),
  );
  const output = await printed(() =>
    fc.assert(
      fc.asyncProperty(path, fc.constantFrom("", ".ics"), async (rest, ending) => {
        const url = `${BASE}/${rest}${ending}`;
        fc.pre(URL.canParse(url));
        const { rpc, calls } = emptyDatabase();
        const answer = await answerFeed({ rpc, domain: "d", secret: "s" }, new Request(url));
        assert.deepEqual(await seen(answer), expected);
        assert.equal(calls.length, 1);
        assert.match(String(calls[0]?.["p_token_hash"]), /^[0-9a-f]{64}$/);
      }),
      { numRuns: 500 },
    )
  );
  assert.equal(output, "");
});

Deno.test("an error names neither token nor address", async () => {
  const token = createSecretToken();
  const rpc: Rpc = () => Promise.reject(new Error("calendar_poll_feed: connection refused"));
  const request = new Request(`${BASE}/${token}.ics`, { headers: { "x-forwarded-for": "203.0.113.9" } });
  let answer: unknown;
  const output = await printed(async () => {
    answer = await seen(await answerFeed({ rpc, domain: "d", secret: "s" }, request));
  });
  assert.match(output, /unexpected_error/);
  assert.match(JSON.stringify(answer), /"status":500/);
  for (const text of [output, JSON.stringify(answer)]) {
    assert.ok(!text.includes(token) && !text.includes("203.0.113.9"), text);
  }
});

Deno.test("a feed is read and not written", async () => {
  const { rpc, calls } = emptyDatabase();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"]) {
    const answer = await answerFeed(
      { rpc, domain: "d", secret: "s" },
      new Request(`${BASE}/a.ics`, { method }),
    );
    assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET, HEAD"]);
    await answer.body?.cancel();
  }
  assert.deepEqual(calls, []);
});
