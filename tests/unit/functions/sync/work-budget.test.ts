import assert from "node:assert/strict";
import { createWorkBudget } from "../../../../supabase/functions/_shared/sync/work-budget.ts";

const lanes = (count: number, jobs: number) =>
  Array.from({ length: count }, () => ({ jobs: Array.from({ length: jobs }) }));

Deno.test("a worker takes nothing more on after a minute", () => {
  let now = 1_000;
  const budget = createWorkBudget(() => now);
  now += 59_999;
  assert.equal(budget.hasRoom(), true);
  now += 1;
  assert.equal(budget.hasRoom(), false);
});

Deno.test("a worker takes nothing more on after work for a second of CPU, however many lanes it is spread over", () => {
  for (const [count, jobs] of [[1, 200], [4, 50], [4, 0]] as const) {
    const budget = createWorkBudget(() => 0);
    let claims = 0;
    while (budget.hasRoom() && claims < 10_000) {
      budget.spend(lanes(count, jobs));
      claims++;
    }
    assert.ok(claims > 10 && claims < 1_000, `${claims} claims of ${count} lanes with ${jobs} jobs`);
  }
});

Deno.test("a worker that is told to end takes nothing more on", () => {
  const budget = createWorkBudget(() => 0);
  budget.end();
  assert.equal(budget.hasRoom(), false);
});
