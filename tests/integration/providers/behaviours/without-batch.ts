import assert from "node:assert/strict";
import { outcomesOf } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import type { Behaviour } from "../behaviour.ts";
import { countKinds, creations, events, writtenId } from "../event.ts";
import type { Scene } from "../scene.ts";

const MANY = 60;

const concerns: Behaviour["concerns"] = ({ paths }) => paths.batch !== null;

/** Leaves the emulator without a batch endpoint, as a gateway in front of the provider may be. */
function takeBatchAway({ subject, traits }: Scene): void {
  const body = "<html>no route</html>";
  subject.emulator.faults.set([{
    match: { path: traits.paths.batch ?? "" },
    kind: "body",
    status: 404,
    body,
  }]);
}

/** Where changes cannot go together. A client remembers that, so these come last and have an emulator of their own. */
export const WITHOUT_BATCH: readonly Behaviour[] = [
  {
    name: "without a batch endpoint each change is made by itself, within what the provider allows",
    concerns,
    async run(scene) {
      const calendar = await scene.newCalendar();
      scene.subject.setQuotas(true);
      takeBatchAway(scene);
      (await calendar.apply(creations(calendar.id, events(MANY)))).forEach(writtenId);
      assert.equal(calendar.events().length, MANY);
      assert.equal(scene.calls().filter(({ in_batch }) => in_batch).length, 0);
      assert.deepEqual(scene.subject.emulator.state.quota_violations, []);
    },
  },
  {
    name: "without a batch endpoint a budget is not overdrawn either",
    concerns,
    async run(scene) {
      const calendar = await scene.newCalendar();
      takeBatchAway(scene);
      const budget = createCallBudget(10);
      const client = await calendar.clientWith(budget);
      scene.subject.emulator.state.requests = [];
      const changes = creations(calendar.id, events(MANY));
      const outcomes = outcomesOf(await client.applyChanges(changes, new AbortController().signal));
      assert.deepEqual(countKinds(outcomes), { done: 10, null: MANY - 10 });
      assert.deepEqual([budget.used, scene.calls().length], [10, 10]);
    },
  },
  {
    name: "without a batch endpoint a refused token ends the run",
    concerns,
    async run(scene) {
      const calendar = await scene.newCalendar();
      const { subject, traits } = scene;
      subject.emulator.faults.set([{ ...subject.refusals.unauthorized, match: { path: traits.paths.api } }]);
      const changes = creations(calendar.id, events(MANY));
      const outcomes = outcomesOf(await calendar.client.applyChanges(changes, new AbortController().signal));
      const { token_rejected = 0, null: left = 0, ...rest } = countKinds(outcomes);
      assert.deepEqual(rest, {});
      assert.ok(token_rejected > 0 && left > MANY / 2, `${left} were not begun`);
    },
  },
];
