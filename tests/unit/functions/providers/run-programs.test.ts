import assert from "node:assert/strict";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type { ChangeResult } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { type Program, runPrograms } from "../../../../supabase/functions/_shared/providers/run-programs.ts";

interface Call {
  readonly method: string;
  readonly name: string;
}
const LOST = { kind: "unknown", reason: "lost", after_s: null } as const;
const SPENT = { kind: "pause", reason: "spent", code: "quota", after_s: null } as const;
type Answer = { readonly kind: "ok" } | typeof LOST | typeof SPENT;

/** Calls `name.1` … `name.n`, and is done unless an answer says otherwise. */
function* steps(name: string, n: number, methods: readonly string[] = []): Program<Call, Answer> {
  for (let step = 1; step <= n; step++) {
    const answer = yield { method: methods[step - 1] ?? "PATCH", name: `${name}.${step}` };
    if (answer.kind !== "ok") return answer;
  }
  return { kind: "done", event_id: name, etag: null };
}

function run(programs: readonly Program<Call, Answer>[], options: {
  /** Undefined: the call was cut, or not made. */
  readonly answer?: (name: string) => Answer | undefined;
  readonly group_size?: number;
  readonly calls?: number;
  readonly signal?: AbortSignal;
  readonly call_ms?: number;
}) {
  let now = 1_000;
  const rounds: string[][] = [];
  const budget = createCallBudget(options.calls ?? Infinity);
  const outcomes = runPrograms(programs, {
    send: (calls) => {
      rounds.push(calls.map(({ name }) => name));
      now += options.call_ms ?? 0;
      const { answer = () => OK } = options;
      return Promise.resolve(calls.map(({ name }) => answer(name)).filter((each) => each !== undefined));
    },
    group_size: options.group_size ?? 2,
    groups_at_once: 1,
    budget,
    signal: options.signal ?? new AbortController().signal,
    now: () => now,
  });
  return { outcomes, rounds, budget };
}
const OK = { kind: "ok" } as const;
const kinds = (results: readonly ChangeResult[]) => results.map(({ outcome }) => outcome?.kind ?? null);
const wrote = (results: readonly ChangeResult[]) => results.map((result) => result.wrote);

Deno.test("the calls of a group go together, and no two calls of one program ever do", async () => {
  const { outcomes, rounds, budget } = run([steps("a", 2), steps("b", 1), steps("c", 3)], {});
  assert.deepEqual(kinds(await outcomes), ["done", "done", "done"]);
  assert.deepEqual(rounds, [["a.1", "b.1"], ["a.2"], ["c.1"], ["c.2"], ["c.3"]]);
  assert.equal(budget.used, 6);
});

Deno.test("the budget is never overdrawn, and what did not fit in is not ended", async () => {
  const { outcomes, budget } = run([steps("a", 2), steps("b", 2), steps("c", 1)], { calls: 3 });
  assert.deepEqual(kinds(await outcomes), ["done", null, null]);
  assert.equal(budget.used, 3);
});

Deno.test("after ten seconds nothing more is begun, and what was begun is ended", async () => {
  const programs = () => ["a", "b", "c"].map((name) => steps(name, 3));
  const slow = run(programs(), { group_size: 1, call_ms: 3_000 });
  assert.deepEqual(kinds(await slow.outcomes), ["done", "done", null]);
  const slower = run(programs(), { group_size: 1, call_ms: 30_000 });
  assert.deepEqual(kinds(await slower.outcomes), ["done", null, null]);
});

Deno.test("an outcome that concerns the whole integration leaves the rest alone", async () => {
  const { outcomes, rounds } = run([steps("a", 1), steps("b", 1), steps("c", 1)], {
    answer: (call) => call === "a.1" ? SPENT : OK,
  });
  assert.deepEqual(kinds(await outcomes), ["pause", "done", null]);
  assert.equal(rounds.length, 1);
});

Deno.test("three failures in a row, without a success between, leave the rest alone", async () => {
  const programs = () => ["a", "b", "c", "d", "e"].map((name) => steps(name, 1));
  const all = run(programs(), { answer: () => LOST, group_size: 1 });
  assert.deepEqual(kinds(await all.outcomes), ["unknown", "unknown", "unknown", null, null]);
  const some = run(programs(), { answer: (call) => call === "c.1" ? OK : LOST, group_size: 1 });
  assert.deepEqual(kinds(await some.outcomes), ["unknown", "unknown", "done", "unknown", "unknown"]);
});

Deno.test("answers that lead to a further call are signs of life", async () => {
  const programs = Array.from({ length: 8 }, (_, index) => steps(`p${index}`, 2));
  const { outcomes } = run(programs, {
    answer: (call) => ["p0.1", "p1.1", "p2.1"].includes(call) ? LOST : OK,
    group_size: 8,
  });
  assert.deepEqual(kinds(await outcomes), [
    ...["unknown", "unknown", "unknown"],
    ...["done", "done", "done", "done", "done"],
  ]);
});

Deno.test("once aborted, no further call is begun", async () => {
  const { outcomes, rounds } = run([steps("a", 1)], { signal: AbortSignal.abort() });
  assert.deepEqual(kinds(await outcomes), [null]);
  assert.deepEqual(rounds, []);
});

Deno.test("a change that is refused, or not ended, after a call that wrote says so", async () => {
  const programs = () => ["a", "b", "c"].map((name) => steps(name, 2));
  const refused = run(programs(), { answer: (name) => name === "a.2" ? SPENT : OK, group_size: 1 });
  assert.deepEqual(kinds(await refused.outcomes), ["pause", null, null]);
  assert.deepEqual(wrote(await refused.outcomes), [true, false, false]);
  const at_first = run(programs(), { answer: (name) => name === "a.1" ? SPENT : OK });
  assert.deepEqual(kinds(await at_first.outcomes), ["pause", null, null]);
  assert.deepEqual(wrote(await at_first.outcomes), [false, true, false]);
  const budgeted = run(programs(), { calls: 3, group_size: 1 });
  assert.deepEqual(kinds(await budgeted.outcomes), ["done", null, null]);
  assert.deepEqual(wrote(await budgeted.outcomes), [true, true, false]);
  const lost = run(programs(), { answer: () => LOST, group_size: 3 });
  assert.deepEqual(wrote(await lost.outcomes), [true, true, true]);
});

Deno.test("a call that asks writes nothing", async () => {
  for (const method of ["GET", "PROPFIND", "REPORT"]) {
    const { outcomes } = run([steps("a", 2, [method])], { answer: (name) => name === "a.2" ? SPENT : OK });
    assert.deepEqual(wrote(await outcomes), [false], method);
  }
});

Deno.test("a call that was cut may have written, one that was not made did not", async () => {
  const cut = new AbortController();
  const aborting = run([steps("a", 1)], {
    answer: () => {
      cut.abort();
      return undefined;
    },
    signal: cut.signal,
  });
  assert.deepEqual(wrote(await aborting.outcomes), [true]);
  const not_made = run([steps("a", 1), steps("b", 1)], {
    answer: (name) => name === "a.1" ? SPENT : undefined,
  });
  assert.deepEqual(kinds(await not_made.outcomes), ["pause", null]);
  assert.deepEqual(wrote(await not_made.outcomes), [false, false]);
});
