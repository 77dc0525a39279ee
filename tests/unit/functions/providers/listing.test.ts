import assert from "node:assert/strict";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type { CalendarAnswer } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { expiredPage, runListing } from "../../../../supabase/functions/_shared/providers/listing.ts";

const NOT_FINISHED = { kind: "retry", reason: "listing_not_finished", after_s: null };

/** Asks for so many pages, and lists the answers. */
function* pages(count: number): Generator<number, CalendarAnswer<readonly string[]>, string> {
  const answers: string[] = [];
  for (let page = 1; page <= count; page++) answers.push(yield page);
  return { kind: "done", value: answers };
}

function list(count: number, calls: number, stop_after = Infinity) {
  const budget = createCallBudget(calls);
  const stop = new AbortController();
  const send = (page: number) => {
    if (page === stop_after) stop.abort();
    return Promise.resolve(`page ${page}`);
  };
  return { budget, answer: runListing(pages(count), { send, budget, signal: stop.signal }) };
}

Deno.test("a listing that calls and time suffice for is answered, each page charged", async () => {
  const { budget, answer } = list(3, 3);
  assert.deepEqual(await answer, { kind: "done", value: ["page 1", "page 2", "page 3"] });
  assert.equal(budget.used, 3);
});

Deno.test("a listing that the budget does not suffice for is to be tried again, and has nothing", async () => {
  for (const calls of [0, 1, 2]) {
    const { budget, answer } = list(3, calls);
    assert.deepEqual(await answer, NOT_FINISHED);
    assert.equal(budget.used, calls);
  }
});

Deno.test("a listing whose time is over is to be tried again, and has nothing", async () => {
  let now = 1_000;
  const budget = createCallBudget(Infinity, 10_000, () => now);
  const send = (page: number) => {
    now += 5_000;
    return Promise.resolve(`page ${page}`);
  };
  const options = { send, budget, signal: new AbortController().signal };
  assert.deepEqual(await runListing(pages(3), options), NOT_FINISHED);
  assert.equal(budget.used, 2);
});

Deno.test("a listing that is stopped is to be tried again, and has nothing", async () => {
  for (const page of [1, 2, 3]) {
    const { budget, answer } = list(3, Infinity, page);
    assert.deepEqual(await answer, NOT_FINISHED);
    assert.equal(budget.used, page);
  }
});

Deno.test("a refusal of a further page means to begin anew; other failures stay what they are", () => {
  for (const kind of ["rejected", "gone"] as const) {
    assert.deepEqual(expiredPage({ kind, reason: "why" }), { kind: "retry", reason: "why", after_s: null });
  }
  assert.equal(expiredPage({ kind: "ok" }), null);
  assert.equal(expiredPage({ kind: "token_rejected", reason: "why" }), null);
  assert.equal(expiredPage({ kind: "unknown", reason: "why", after_s: null }), null);
});
