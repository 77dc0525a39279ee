import assert from "node:assert/strict";
import { formatLine } from "../../../supabase/functions/_shared/platform/log-line.ts";
import { encodingsOf } from "../../support/encodings.ts";
import { LogProof } from "../../support/log-proof.ts";

const SECRET = "ya29.a0AfH6SM-not_a+real/one~";
const SOUND = `calendar: ${formatLine("calendar", "info", "started", {})}`;

/** @param fields of a line as a function that redacts nothing would write it */
function leaky(fields: Record<string, unknown>): string {
  const timestamp = new Date().toISOString();
  return `calendar-sync: ${
    JSON.stringify({ timestamp, level: "info", service: "calendar-sync", action: "lane_run", ...fields })
  }`;
}

function proofOf(...secrets: readonly string[]): LogProof {
  const proof = new LogProof();
  for (const secret of secrets) proof.know("refresh token", secret);
  return proof;
}

Deno.test("lines without a secret pass, and what is no function's output is not looked at", () => {
  proofOf(SECRET).check([SOUND, `postgres: ${SECRET}`, "calendar: the process died; starting it again"]);
});

Deno.test("a secret is found in whatever encoding, and the error says which and where but not the secret", () => {
  for (const [encoding, text] of encodingsOf(SECRET)) {
    assert.throws(
      () => proofOf(SECRET).check([SOUND, leaky({ note: `before ${text} after` })]),
      (error: unknown) =>
        error instanceof Error && error.message.includes("refresh token") &&
        error.message.includes("lane_run") && !error.message.includes(SECRET) &&
        !error.message.includes(text),
      encoding,
    );
  }
});

Deno.test("base64 of a text around it gives it away too", () => {
  for (const before of ["", "a", "ab", "abc:"]) {
    const note = btoa(`${before}${SECRET}:and more`);
    assert.throws(() => proofOf(SECRET).check([leaky({ note })]), /in base64/);
  }
});

Deno.test("a line that is not of the documented shape is found", () => {
  for (
    const line of [
      "calendar: error: Uncaught (in promise) TypeError",
      leaky({ action: "something_new" }),
      leaky({ provider: "yahoo" }),
      leaky({ duration_ms: -1 }),
      leaky({ error_code: "Not a word" }),
      leaky({ jobs: 1, success: true }),
      leaky({ note: "x".repeat(10_000) }),
    ]
  ) {
    assert.throws(() => proofOf(SECRET).check([SOUND, line]), line.slice(0, 200));
  }
});

Deno.test("a proof of nothing is none", () => {
  assert.throws(() => proofOf(SECRET).check([]), /printed nothing/);
  assert.throws(() => proofOf("short").check([SOUND]), /No secret is known/);
});

Deno.test("callers' tokens, tickets, codes and feeds' addresses are learnt from what passes the gateway", async () => {
  const stack = "https://stack.example/functions/v1";
  const bearer = new Request(`${stack}/calendar/status`, {
    headers: { authorization: "Bearer token-of-ada-made-for-this-test" },
  });
  const callback = new Request(
    `${stack}/calendar/callback?code=code-of-ada-made-for-this-test&state=state-of-ada-made-for-this-test`,
  );
  const back = new Response(null, {
    status: 303,
    headers: { location: "https://app.example/?calendar_connection=ticket-of-ada-made-for-this-test" },
  });
  const made = new Request(`${stack}/calendar/feeds`, { method: "POST" });
  const feed = Response.json({ url: `${stack}/calendar-feed/feed-of-ada-made-for-this-test.ics` });
  const read = new Request(`${stack}/calendar-feed/other-feed-made-for-this-test.ics`);
  for (
    const secret of [
      "token-of-ada-made-for-this-test",
      "code-of-ada-made-for-this-test",
      "state-of-ada-made-for-this-test",
      "ticket-of-ada-made-for-this-test",
      "feed-of-ada-made-for-this-test",
      "other-feed-made-for-this-test",
    ]
  ) {
    const proof = new LogProof();
    await proof.watch(bearer, new Response());
    await proof.watch(callback, back);
    await proof.watch(made, feed);
    await proof.watch(read, new Response());
    assert.throws(() => proof.check([leaky({ note: secret })]), /stands, as it is/, secret);
  }
  assert.deepEqual(await feed.json(), { url: `${stack}/calendar-feed/feed-of-ada-made-for-this-test.ics` });
});
