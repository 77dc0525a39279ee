import assert from "node:assert/strict";
import { patiently } from "../../../../supabase/functions/_shared/transport/first-answer.ts";
import {
  AddressNotAllowed,
  type Outbound,
  Unreachable,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { unreachableAt } from "../../../../supabase/functions/_shared/transport/unreachable-at.ts";

const FIRST_ANSWER_MS = 100;
const END_MS = 300;
/** Timers of two kinds may differ by as much. */
const SLACK_MS = 3;

type Answer = (signal: AbortSignal) => ReturnType<Outbound>;

const response = { status: 204, headers: new Headers(), body: new Uint8Array(), truncated: false };
const answering: Answer = () => Promise.resolve(response);
const slow: Answer = async () => {
  await new Promise((resolve) => setTimeout(resolve, FIRST_ANSWER_MS * 0.7));
  return response;
};
const refusing: Answer = () => Promise.reject(new Unreachable());
const silent: Answer = (signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Unreachable())));

/** Calls one server after the other, and tells what came of it and when. */
async function ask(...answers: readonly (readonly [server: string, Answer])[]) {
  const began = performance.now();
  const outcome = await unreachableAt(FIRST_ANSWER_MS, async (signal) => {
    let next = 0;
    const outbound: Outbound = (_request, limits) => {
      const answer = answers[next++]?.[1] ?? assert.fail();
      return answer(limits?.signal ?? assert.fail());
    };
    const call = patiently(outbound, { first_answer_ms: FIRST_ANSWER_MS, signal });
    for (const [server] of answers) await call({ method: "GET", url: new URL(`https://${server}.example/`) });
    return "answered";
  }, END_MS).catch((error: unknown) => error instanceof Unreachable ? "unreachable" : "refused");
  return { outcome, after_ms: performance.now() - began };
}

function assertAt(after_ms: number, due_ms: number, what: string): void {
  assert.ok(
    after_ms >= due_ms - SLACK_MS && after_ms < due_ms + FIRST_ANSWER_MS * 0.8,
    `${what}: ${after_ms}`,
  );
}

Deno.test("a server that answers slowly each time is not given up", async () => {
  const { outcome, after_ms } = await ask(["a", slow], ["a", slow], ["a", slow]);
  assert.equal(outcome, "answered");
  assert.ok(after_ms > FIRST_ANSWER_MS);
});

for (const [how, failing] of Object.entries({ "at once": refusing, "never": silent })) {
  Deno.test(`a server is unreachable at the same time where that is known ${how}`, async () => {
    const first = await ask(["a", failing]);
    assert.equal(first.outcome, "unreachable");
    assertAt(first.after_ms, FIRST_ANSWER_MS, "the first server");
    // As one that the first server names.
    const second = await ask(["a", slow], ["b", failing]);
    assert.equal(second.outcome, "unreachable");
    assertAt(second.after_ms, FIRST_ANSWER_MS * 1.7, "the second server");
  });
}

Deno.test("a server that has answered is unreachable at the due time where that is known, else at the end", async () => {
  for (const [failing, due_ms] of [[refusing, FIRST_ANSWER_MS], [silent, END_MS]] as const) {
    const { outcome, after_ms } = await ask(["a", answering], ["a", failing]);
    assert.equal(outcome, "unreachable");
    assertAt(after_ms, due_ms, failing.name);
  }
});

Deno.test("an address that may not be called is refused at once", async () => {
  const { outcome, after_ms } = await ask(["a", () => Promise.reject(new AddressNotAllowed("port"))]);
  assert.equal(outcome, "refused");
  assert.ok(after_ms < FIRST_ANSWER_MS);
});
