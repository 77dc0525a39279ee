import assert from "node:assert/strict";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Plan } from "../../../../supabase/functions/_shared/domain/plan.ts";
import type {
  CalendarClient,
  Change,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import { type Applied, applyPlans } from "../../../../supabase/functions/_shared/sync/apply-plans.ts";

const EVENT: CalendarEvent = {
  obligation_id: "o",
  title: "t",
  description: "",
  time: { kind: "all_day", start_date: "2027-01-01", end_date: "2027-01-02" },
  url: null,
  completed: false,
  reminders_minutes: [],
};
const create: Plan = { kind: "create", event: EVENT, content_hash: "h", leftovers: [] };
const move: Plan = { ...create, kind: "move", from: { calendar_id: "old", event_id: "e" } };

/** A client that answers as `answer` says and keeps what it was asked to apply. */
function client(answer: (change: Change) => Outcome | null) {
  const applied: string[] = [];
  const refuse = () => Promise.reject(new Error("not asked for"));
  const fake: CalendarClient = {
    checkAccount: refuse,
    listCalendars: refuse,
    getCalendar: refuse,
    createCalendar: refuse,
    isEmptyCalendar: refuse,
    deleteCalendar: refuse,
    listOwnEvents: refuse,
    listChanges: refuse,
    findEvents: refuse,
    createEvent: refuse,
    updateEvent: refuse,
    deleteEvent: refuse,
    applyChanges: (changes) => {
      applied.push(...changes.map(({ kind, calendar_id }) => `${kind} ${calendar_id}`));
      return Promise.resolve(changes.map((change) => ({ outcome: answer(change), wrote: false })));
    },
  };
  return { fake, applied };
}
const fine = ({ kind }: Change): Outcome =>
  kind === "create" || kind === "update"
    ? { kind: "done", event_id: "e", etag: null }
    : { kind: "gone", reason: "deleted" };
const apply = (fake: CalendarClient, plans: readonly Plan[], calls = 100) =>
  applyPlans(
    fake,
    "new",
    plans.map((plan, index) => ({ obligation_id: `o${index}`, plan })),
    calls,
    new AbortController().signal,
  );
const kinds = (applied: readonly Applied[]) => applied.map(({ outcome }) => outcome?.kind ?? null);

Deno.test("a move deletes first, and creates only once that is done", async () => {
  const { fake, applied } = client(fine);
  assert.deepEqual(kinds(await apply(fake, [move])), ["done"]);
  assert.deepEqual(applied, ["delete old", "create new"]);

  const stuck = client((change) =>
    change.kind === "delete" ? { kind: "unknown", reason: "r", after_s: null } : fine(change)
  );
  assert.deepEqual(kinds(await apply(stuck.fake, [move])), ["unknown"]);
  assert.deepEqual(stuck.applied, ["delete old"]);
});

Deno.test("what an interrupted attempt may have left elsewhere is removed before anything is written", async () => {
  const { fake, applied } = client(fine);
  const outcomes = await apply(fake, [
    { ...create, leftovers: ["a", "b"] },
    { kind: "nothing", leftovers: ["c"] },
  ]);
  assert.deepEqual(kinds(outcomes), ["done", "gone"]);
  assert.deepEqual(applied, ["remove_untracked a", "remove_untracked b", "remove_untracked c", "create new"]);
});

Deno.test("a plan waits for the removal that got no answer", async () => {
  const { fake, applied } = client((change) =>
    change.calendar_id === "a" ? { kind: "retry", reason: "r", after_s: null, silent: true } : fine(change)
  );
  const outcomes = await apply(fake, [{ ...create, leftovers: ["a", "b"] }]);
  assert.deepEqual(kinds(outcomes), ["retry"]);
  assert.ok(!applied.includes("create new"));
});

Deno.test("plans that the calls do not suffice for are not begun", async () => {
  const { fake, applied } = client(fine);
  const outcomes = await apply(fake, [create, move, create], 2);
  assert.deepEqual(kinds(outcomes), ["done", null, null]);
  assert.deepEqual(applied, ["create new"]);
});

const REFUSALS: readonly Outcome[] = [
  { kind: "rejected", reason: "forbidden" },
  { kind: "calendar_missing", reason: "requiredAccessLevel" },
  { kind: "needs_reconnect", code: "scope_missing", reason: "ErrorAccessDenied" },
  { kind: "retry", reason: "http_403", after_s: null },
];

Deno.test("a removal that is refused never holds the write back: the event is a leftover", async () => {
  for (const refusal of REFUSALS) {
    const { fake, applied } = client((change) => change.calendar_id === "new" ? fine(change) : refusal);
    const results = await apply(fake, [move, { ...create, leftovers: ["a", "b"] }]);
    assert.deepEqual(kinds(results), ["done", "done"], refusal.kind);
    assert.deepEqual(results.map(({ left }) => left?.calendar_ids), [["old"], ["a", "b"]], refusal.kind);
    assert.deepEqual(applied.slice(-2), ["create new", "create new"], refusal.kind);
  }
});

Deno.test("removals that were not begun because their calendar is refused are leftovers too", async () => {
  const { fake } = client((change) => change.calendar_id === "new" ? fine(change) : null);
  const refused: CalendarClient = {
    ...fake,
    applyChanges: async (changes, signal) =>
      (await fake.applyChanges(changes, signal)).map((result, index) =>
        index === 0 && changes[0]?.calendar_id === "old"
          ? { outcome: { kind: "calendar_missing", reason: "r" }, wrote: false }
          : result
      ),
  };
  const results = await apply(refused, [move, move]);
  assert.deepEqual(kinds(results), ["done", "done"]);
  assert.deepEqual(results.map(({ left }) => left?.calendar_ids), [["old"], ["old"]]);
});

Deno.test("a removal waits for silence, a quota and a rejected token, and makes no leftover", async () => {
  const passing: readonly Outcome[] = [
    { kind: "unknown", reason: "timeout", after_s: null, silent: true },
    { kind: "pause", reason: "quotaExceeded", code: "quota", after_s: 3600 },
    { kind: "token_rejected", reason: "authError" },
  ];
  for (const outcome of passing) {
    const { fake, applied } = client((change) => change.calendar_id === "new" ? fine(change) : outcome);
    const [result] = await apply(fake, [move]);
    assert.deepEqual([result?.outcome?.kind, result?.left], [outcome.kind, null]);
    assert.ok(!applied.includes("create new"), outcome.kind);
  }
});

Deno.test("an event that cannot be removed from an earlier calendar is a leftover, and says nothing of the present one", async () => {
  const removal: Plan = { kind: "delete", calendar_id: "old", event_id: "e", leftovers: [] };
  for (const refusal of REFUSALS) {
    const { fake, applied } = client(() => refusal);
    const [result] = await apply(fake, [removal]);
    assert.deepEqual([result?.outcome?.kind, result?.left?.calendar_ids], ["gone", ["old"]], refusal.kind);
    assert.deepEqual(applied, ["delete old"]);
  }
  const here: Plan = { ...removal, calendar_id: "new" };
  const [result] = await apply(client(() => ({ kind: "calendar_missing", reason: "r" })).fake, [here]);
  assert.equal(result?.outcome?.kind, "calendar_missing");
});

Deno.test("of a plan counts as written what was in its own calendar, be it a removal", async () => {
  const paused: Outcome = { kind: "pause", reason: "rate", code: null, after_s: 4 };
  const { fake } = client(() => paused);
  const writing: CalendarClient = {
    ...fake,
    applyChanges: async (changes, signal) =>
      (await fake.applyChanges(changes, signal)).map((result) => ({ ...result, wrote: true })),
  };
  const removal: Plan = { kind: "nothing", leftovers: ["new"] };
  const results = await apply(writing, [create, removal, move]);
  assert.deepEqual(results.map(({ wrote }) => wrote), [true, true, false]);
});
