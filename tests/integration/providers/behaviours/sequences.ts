import assert from "node:assert/strict";
import fc from "fast-check";
import type { Fault } from "../../../../local/providers/faults.ts";
import type { Change } from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import type { Behaviour } from "../behaviour.ts";
import { eventOf } from "../event.ts";
import type { Scene, TestCalendar } from "../scene.ts";
import { manyOf } from "../subject.ts";

const RUNS = 25;
const OBLIGATIONS = 3;
/** More than the faults of one step can take. */
const ATTEMPTS_MAX = 15;

/** What is asked for an obligation in one step; `try_to_write` is given up after one attempt, whatever came of it. */
type Wish = "write" | "delete" | "user_deletes" | "try_to_write" | "nothing";

interface Step {
  /** One for each obligation. */
  readonly wishes: readonly Wish[];
  readonly faults: readonly Fault[];
}

/** What we know of an obligation, and what the calendar has to show of it. */
interface Known {
  readonly obligation_id: string;
  event_id: string | null;
  /** undefined: not settled, after an attempt that was given up. */
  title: string | null | undefined;
}

const wish = fc.constantFrom<Wish>("write", "write", "delete", "user_deletes", "try_to_write", "nothing");

function stepOf(scene: Scene): fc.Arbitrary<Step> {
  const { subject, traits } = scene;
  const path = fc.constantFrom(
    subject.paths.events,
    subject.paths.events,
    traits.paths.batch ?? traits.paths.api,
  );
  const fault: fc.Arbitrary<Fault> = fc.record({
    match: fc.oneof(
      fc.record({ path, method: fc.constantFrom("POST", "PATCH", "DELETE", "GET") }),
      fc.record({ path }),
    ),
    failure: fc.constantFrom(
      { kind: "drop_before" } as const,
      { kind: "drop_after" } as const,
      { kind: "status", status: 500 } as const,
      { kind: "status", status: 503 } as const,
    ),
    times: fc.integer({ min: 1, max: 3 }),
  }).map(({ match, failure, times }) => ({ match, times, ...failure }));
  return fc.record({
    wishes: fc.array(wish, { minLength: OBLIGATIONS, maxLength: OBLIGATIONS }),
    faults: fc.array(fault, { maxLength: 3 }),
  });
}

/** One call for one change, a batch for several. */
async function apply(
  { client, apply }: TestCalendar,
  changes: readonly Change[],
): Promise<readonly Outcome[]> {
  const [change, second] = changes;
  if (change === undefined) return [];
  if (second !== undefined) return await apply(changes);
  switch (change.kind) {
    case "create":
      return [await client.createEvent(change.calendar_id, change.event)];
    case "update":
      return [await client.updateEvent(change.calendar_id, change.event_id, change.event)];
    case "delete":
      return [await client.deleteEvent(change.calendar_id, change.event_id)];
    case "restore":
    case "set_reminders":
    case "remove_untracked":
      return await apply(changes);
  }
}

/** Repeats whatever may be repeated, until all is done. */
async function applyUntilDone(
  calendar: TestCalendar,
  changes: readonly Change[],
): Promise<readonly Outcome[]> {
  let outcomes = await apply(calendar, changes);
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
    const left = outcomes.flatMap((outcome, index) => isSettled(outcome) ? [] : [index]);
    const again = left.flatMap((index) => changes[index] ?? []);
    const repeated = await apply(calendar, again);
    outcomes = outcomes.map((outcome, index) => repeated[left.indexOf(index)] ?? outcome);
  }
  return outcomes;
}

function isSettled(outcome: Outcome): boolean {
  assert.ok(
    ["done", "gone", "retry", "unknown", "conflict", "exists"].includes(outcome.kind),
    JSON.stringify(outcome),
  );
  return outcome.kind === "done" || outcome.kind === "gone";
}

function writeOf(calendar_id: string, { obligation_id, event_id }: Known, title: string): Change {
  const event = eventOf({ obligation_id, title });
  return event_id === null
    ? { kind: "create", calendar_id, event }
    : { kind: "update", calendar_id, event_id, event };
}

/** After an attempt that was given up, the event may be another one than we know of. */
function removalOf(calendar_id: string, { obligation_id, event_id, title }: Known): Change {
  return event_id === null || title === undefined
    ? { kind: "remove_untracked", calendar_id, obligation_id }
    : { kind: "delete", calendar_id, event_id };
}

async function takeStep(
  scene: Scene,
  calendar: TestCalendar,
  known: readonly Known[],
  step: Step,
  title: string,
) {
  const wished = (wanted: Wish) => known.filter((_, index) => step.wishes[index] === wanted);
  for (const one of wished("user_deletes")) {
    if (one.event_id === null) continue;
    scene.subject.user.deleteEvent(calendar.id, one.event_id);
    if (one.title !== undefined) one.title = null;
  }
  scene.subject.emulator.faults.set(step.faults);
  for (const one of wished("try_to_write")) {
    const [outcome] = await apply(calendar, [writeOf(calendar.id, one, title)]);
    if (outcome?.kind === "done") one.event_id = outcome.event_id;
    one.title = outcome?.kind === "done" ? title : undefined;
  }
  const [writes, deletes] = [wished("write"), wished("delete")];
  const outcomes = await applyUntilDone(calendar, [
    ...writes.map((one) => writeOf(calendar.id, one, title)),
    ...deletes.map((one) => removalOf(calendar.id, one)),
  ]);
  scene.subject.emulator.faults.clear();
  for (const [index, one] of writes.entries()) {
    const outcome = outcomes[index];
    assert.ok(outcome?.kind === "done", JSON.stringify(outcome));
    Object.assign(one, { event_id: outcome.event_id, title });
  }
  for (const [index, one] of deletes.entries()) {
    assert.equal(outcomes[writes.length + index]?.kind, "gone");
    Object.assign(one, { event_id: null, title: null });
  }
  assertShown(calendar, known);
}

/** Asserts that the calendar shows what is settled, each once, and of the rest at most one event. */
function assertShown(calendar: TestCalendar, known: readonly Known[]): void {
  const shown = calendar.events();
  for (const { obligation_id, event_id, title } of known) {
    const own = shown.filter((event) => event.obligation_id === obligation_id);
    if (title === undefined) assert.ok(own.length <= 1, "an obligation has two events");
    else {
      assert.deepEqual(own.map((event) => event.title), title === null ? [] : [title]);
      if (title !== null) assert.equal(own[0]?.id, event_id);
    }
  }
  assert.ok(shown.every((event) => known.some(({ obligation_id }) => obligation_id === event.obligation_id)));
}

/** Whatever is asked for, in whatever order, and whatever gets lost on the way. */
export const SEQUENCES: readonly Behaviour[] = [
  {
    name:
      "after any sequence of changes, each repeated until it is done, exactly the wanted events are there",
    async run(scene) {
      const ways = fc.constantFrom(...Object.keys(scene.traits.ways));
      const steps = fc.array(stepOf(scene), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(ways, steps, async (way, sequence) => {
          scene.reset();
          scene.traits.ways[way]?.();
          const calendar = await scene.newCalendar();
          const known = Array.from({ length: OBLIGATIONS }, (): Known => ({
            obligation_id: crypto.randomUUID(),
            event_id: null,
            title: null,
          }));
          for (const [index, step] of sequence.entries()) {
            await takeStep(scene, calendar, known, step, `Step ${index + 1}`);
          }
          // What was given up is settled at last.
          const wishes = known.map(({ title }): Wish => title === undefined ? "write" : "nothing");
          await takeStep(scene, calendar, known, { wishes, faults: [] }, "At last");
          await calendar.client.deleteCalendar(calendar.id);
        }),
        { numRuns: manyOf(scene.traits, RUNS) },
      );
    },
  },
];
