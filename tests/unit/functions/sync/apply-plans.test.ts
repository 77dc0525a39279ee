import assert from "node:assert/strict";
import type { CalendarEvent } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Plan } from "../../../../supabase/functions/_shared/domain/plan.ts";
import type {
  CalendarClient,
  Change,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import { applyPlans } from "../../../../supabase/functions/_shared/sync/apply-plans.ts";

const EVENT: CalendarEvent = {
  obligation_id: "o",
  title: "t",
  description: "",
  time: { kind: "all_day", start_date: "2027-01-01", end_date: "2027-01-02" },
  url: null,
  reminders_minutes: [],
};
const create: Plan = { kind: "create", event: EVENT, content_hash: "h", strays: [] };
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
    createEvent: refuse,
    updateEvent: refuse,
    deleteEvent: refuse,
    applyChanges: (changes) => {
      applied.push(...changes.map(({ kind, calendar_id }) => `${kind} ${calendar_id}`));
      return Promise.resolve(changes.map(answer));
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

Deno.test("a move deletes first, and creates only once that is done", async () => {
  const { fake, applied } = client(fine);
  assert.deepEqual((await apply(fake, [move])).map((one) => one?.kind), ["done"]);
  assert.deepEqual(applied, ["delete old", "create new"]);

  const stuck = client((change) =>
    change.kind === "delete" ? { kind: "unknown", reason: "r", after_s: null } : fine(change)
  );
  assert.deepEqual((await apply(stuck.fake, [move])).map((one) => one?.kind), ["unknown"]);
  assert.deepEqual(stuck.applied, ["delete old"]);
});

Deno.test("what an interrupted attempt may have left elsewhere goes before anything is written", async () => {
  const { fake, applied } = client(fine);
  const outcomes = await apply(fake, [
    { ...create, strays: ["a", "b"] },
    { kind: "nothing", strays: ["c"] },
  ]);
  assert.deepEqual(outcomes.map((one) => one?.kind), ["done", "gone"]);
  assert.deepEqual(applied, ["remove_untracked a", "remove_untracked b", "remove_untracked c", "create new"]);
});

Deno.test("of several removals the one that failed is what the plan waits for", async () => {
  const { fake, applied } = client((change) =>
    change.calendar_id === "a" ? { kind: "retry", reason: "r", after_s: null } : fine(change)
  );
  const outcomes = await apply(fake, [{ ...create, strays: ["a", "b"] }]);
  assert.deepEqual(outcomes.map((one) => one?.kind), ["retry"]);
  assert.ok(!applied.includes("create new"));
});

Deno.test("plans that the calls do not suffice for are not begun, so that none is half done", async () => {
  const { fake, applied } = client(fine);
  const outcomes = await apply(fake, [create, move, create], 2);
  assert.deepEqual(outcomes.map((one) => one?.kind ?? null), ["done", null, null]);
  assert.deepEqual(applied, ["create new"]);
});
