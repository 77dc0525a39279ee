import assert from "node:assert/strict";
import type { Fault } from "../../../../local/providers/faults.ts";
import { createCallBudget } from "../../../../supabase/functions/_shared/providers/call-budget.ts";
import { type Change, outcomesOf } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import { until } from "../../../support/calendar-api.ts";
import type { Behaviour } from "../behaviour.ts";
import { countKinds, creations, eventOf, events, writtenId } from "../event.ts";
import type { Scene, TestCalendar } from "../scene.ts";

const BUDGET = 10;
const never = () => new AbortController().signal;

/** More than can be under way at once: by so many batches. */
function moreThanUnderWay({ traits }: Scene, batches: number): number {
  return traits.calls_under_way + batches * traits.calls_per_request;
}

/** Repeats changes until none is left; none may double anything. */
async function completeAll({ apply, events }: TestCalendar, changes: readonly Change[]): Promise<void> {
  await until(async () => (await apply(changes)).every((outcome) => outcome.kind === "done"));
  assert.equal(events().length, changes.length);
  assert.equal(new Set(events().map(({ obligation_id }) => obligation_id)).size, changes.length);
}

/** Begins many changes that get no answer, and aborts them once the provider has all that can be under way. */
async function abortMidway(scene: Scene) {
  const { traits } = scene;
  const calendar = await scene.newCalendar();
  const changes = creations(calendar.id, events(moreThanUnderWay(scene, 2)));
  scene.reset();
  const path = traits.paths.batch ?? traits.paths.api;
  const outcomes = await scene.during({ match: { path }, kind: "hang" }, async () => {
    const stop = new AbortController();
    const applied = calendar.client.applyChanges(changes, stop.signal);
    await until(() =>
      Promise.resolve(scene.httpRequests() === traits.calls_under_way / traits.calls_per_request)
    );
    stop.abort();
    return outcomesOf(await applied);
  });
  return { calendar, changes, outcomes };
}

/**
 * Applies changes while faults are switched on.
 *
 * @param batches more of them than can be under way at once
 */
async function applyRefused(scene: Scene, faults: readonly Fault[], batches = 2) {
  const calendar = await scene.newCalendar();
  const changes = creations(calendar.id, events(moreThanUnderWay(scene, batches)));
  scene.reset();
  scene.subject.emulator.faults.set(faults);
  const outcomes = outcomesOf(await calendar.client.applyChanges(changes, never()));
  scene.subject.emulator.faults.clear();
  assert.equal(outcomes.length, changes.length);
  return { calendar, changes, outcomes };
}

function notBegun(outcomes: readonly (Outcome | null)[]): number {
  return outcomes.filter((outcome) => outcome === null).length;
}

/** Batches that end early: no calls left, no time left, no use going on. */
export const INTERRUPTIONS: readonly Behaviour[] = [
  {
    name: "a budget of calls is never overdrawn, and what does not fit in is not begun",
    async run(scene) {
      const calendar = await scene.newCalendar();
      const budget = createCallBudget(BUDGET);
      const client = await calendar.clientWith(budget);
      scene.reset();
      const outcomes = outcomesOf(await client.applyChanges(creations(calendar.id, events(30)), never()));
      assert.deepEqual(countKinds(outcomes), { done: BUDGET, null: 30 - BUDGET });
      assert.deepEqual([budget.used, scene.calls().length, calendar.events().length], [
        BUDGET,
        BUDGET,
        BUDGET,
      ]);
    },
  },
  {
    name: "changes that take more than one call do not overdraw the budget either",
    concerns: (traits) => !traits.takes_over_in_one_call,
    async run(scene) {
      const calendar = await scene.newCalendar();
      const list = events(8, "Before");
      (await calendar.apply(creations(calendar.id, list))).forEach(writtenId);
      const budget = createCallBudget(BUDGET);
      const client = await calendar.clientWith(budget);
      const changes = creations(calendar.id, list.map((event) => ({ ...event, title: "After" })));
      scene.reset();
      const outcomes = outcomesOf(await client.applyChanges(changes, never()));
      assert.ok(scene.calls().length <= BUDGET && budget.used <= BUDGET, `${scene.calls().length} calls`);
      const { done = 0, null: left = 0, ...rest } = countKinds(outcomes);
      assert.deepEqual(rest, {});
      // How many come to their end depends on whose answers come first.
      assert.ok(done >= 2 && done <= BUDGET / 2 && done + left === 8, JSON.stringify(countKinds(outcomes)));
      (await calendar.apply(changes)).forEach(writtenId);
      assert.deepEqual(new Set(calendar.titles()), new Set(["After"]));
    },
  },
  {
    name: "changes that clash with others do not overdraw the budget either",
    async run(scene) {
      const calendar = await scene.newCalendar();
      const budget = createCallBudget(BUDGET);
      const client = await calendar.clientWith(budget);
      scene.reset();
      const match = { method: "POST", path: scene.subject.paths.events };
      scene.subject.emulator.faults.set([{ ...scene.traits.answers.conflict, match }]);
      await client.applyChanges(creations(calendar.id, events(30)), never());
      assert.ok(budget.used <= BUDGET, `${budget.used} calls were charged`);
      assert.ok(scene.calls().length <= BUDGET, `${scene.calls().length} calls were made`);
    },
  },
  {
    name: "a call of one's own is charged, too",
    async run({ newCalendar, calls, reset }) {
      const calendar = await newCalendar();
      const budget = createCallBudget(Infinity);
      const client = await calendar.clientWith(budget);
      const event = eventOf();
      reset();
      const event_id = writtenId(await client.createEvent(calendar.id, event));
      await client.createEvent(calendar.id, { ...event, title: "Other" });
      await client.updateEvent(calendar.id, event_id, event);
      await client.deleteEvent(calendar.id, event_id);
      await client.updateEvent(calendar.id, event_id, event);
      await client.getCalendar({ id: calendar.id, role: "own" });
      await client.isEmptyCalendar(calendar.id);
      await client.listOwnEvents(calendar.id, never());
      await client.deleteCalendar(calendar.id);
      assert.equal(budget.used, calls().length);
    },
  },
  {
    name: "a signal that is aborted already begins nothing",
    async run(scene) {
      const calendar = await scene.newCalendar();
      scene.reset();
      const changes = creations(calendar.id, events(30));
      const outcomes = outcomesOf(await calendar.client.applyChanges(changes, AbortSignal.abort()));
      assert.deepEqual(countKinds(outcomes), { null: 30 });
      assert.equal(scene.httpRequests(), 0);
    },
  },
  {
    name: "a signal that is aborted midway begins nothing more, and a repetition completes the rest once",
    async run(scene) {
      const { calendar, changes, outcomes } = await abortMidway(scene);
      const { traits } = scene;
      assert.ok(notBegun(outcomes) >= 2 * traits.calls_per_request, JSON.stringify(countKinds(outcomes)));
      assert.equal(scene.httpRequests(), traits.calls_under_way / traits.calls_per_request);
      await completeAll(calendar, changes);
    },
  },
  {
    name: "what an aborted signal cuts has no outcome",
    async run(scene) {
      const { changes, outcomes } = await abortMidway(scene);
      assert.deepEqual(countKinds(outcomes), { null: changes.length });
    },
  },
  {
    name: "where the token is refused, no further batch is begun, and the outcomes say so",
    async run(scene) {
      const { subject, traits } = scene;
      const refusal = { ...subject.refusals.unauthorized, match: { path: traits.paths.api } };
      const { calendar, changes, outcomes } = await applyRefused(scene, [refusal]);
      const begun = traits.calls_under_way;
      assert.deepEqual(countKinds(outcomes), { token_rejected: begun, null: changes.length - begun });
      assert.equal(scene.httpRequests(), begun / traits.calls_per_request);
      await completeAll(calendar, changes);
    },
  },
  {
    name: "where the account is throttled, no further batch is begun, and the outcomes say so",
    async run(scene) {
      const { subject, traits } = scene;
      const refusal = { ...subject.refusals.rate_limit, match: { path: traits.paths.api } };
      const { calendar, changes, outcomes } = await applyRefused(scene, [refusal]);
      const begun = traits.calls_under_way;
      assert.deepEqual(countKinds(outcomes), { pause: begun, null: changes.length - begun });
      await completeAll(calendar, changes);
    },
  },
  {
    name: "one part that is about the whole account ends the run, and the other parts of its batch count",
    async run(scene) {
      const { subject } = scene;
      const match = { method: "POST", path: subject.paths.events };
      for (const answer of [subject.refusals.unauthorized, subject.refusals.rate_limit]) {
        const { calendar, changes, outcomes } = await applyRefused(
          scene,
          [{ ...answer, match, times: 1 }],
          8,
        );
        const { done = 0, null: left = 0, ...rest } = countKinds(outcomes);
        assert.deepEqual(Object.values(rest), [1]);
        assert.ok(left > 0 && done > 0, JSON.stringify(countKinds(outcomes)));
        assert.equal(calendar.events().length, done);
        await completeAll(calendar, changes);
      }
    },
  },
  {
    name: "where the provider is down, no further batch is begun",
    async run(scene) {
      const { traits } = scene;
      const down = { match: { path: traits.paths.api }, kind: "status", status: 500 } as const;
      // Where a call is a request, two answers more are waited for before the third failure in a row.
      const { calendar, changes, outcomes } = await applyRefused(scene, [down], 4);
      assert.ok(notBegun(outcomes) >= 2 * traits.calls_per_request, JSON.stringify(countKinds(outcomes)));
      await completeAll(calendar, changes);
    },
  },
  {
    name: "where the calendar is gone, no further batch is begun, and the outcomes say so",
    async run(scene) {
      const { subject, traits } = scene;
      const { id, account, client } = await scene.newCalendar();
      subject.user.deleteCalendar(account, id);
      const changes = creations(id, events(moreThanUnderWay(scene, 2)));
      const outcomes = outcomesOf(await client.applyChanges(changes, never()));
      const { calendar_missing = 0, null: left = 0, ...rest } = countKinds(outcomes);
      assert.deepEqual(rest, {});
      assert.ok(calendar_missing > 0 && left >= 2 * traits.calls_per_request, `${left} were not begun`);
    },
  },
];
