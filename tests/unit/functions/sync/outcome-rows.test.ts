import assert from "node:assert/strict";
import type { Applied } from "../../../../supabase/functions/_shared/sync/apply-plans.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import type { Job, Lane } from "../../../../supabase/functions/_shared/sync/lane.ts";
import { outcomeRow, settledRow } from "../../../../supabase/functions/_shared/sync/outcome-rows.ts";
import type { RecordedOutcome } from "../../../../supabase/functions/_shared/sync/recorded.ts";
import { calendarEventOf } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import { hashEvent, type Plan } from "../../../../supabase/functions/_shared/domain/plan.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const CALENDAR = "calendar";
const job: Job = {
  obligation_id: "o",
  version: 3,
  attempts: 1,
  attempted_in: [],
  is_repetition: false,
  cause: { by: "service", request_id: "r" },
  deadline: {
    obligation_id: "o",
    title: "Report",
    description: "",
    obligation_type: null,
    status: "open",
    due: { kind: "date", date: "2027-01-01" },
    url: null,
  },
  deadline_hash: "hash",
  mapping: {
    calendar_id: CALENDAR,
    external_event_id: "e",
    content_hash: "c",
    etag: null,
    previous_etag: null,
    sent_time: null,
  },
  edit: null,
};
const lane: Lane = {
  integration_id: "i",
  provider: "google",
  lease: "l",
  kind: "event",
  single: null,
  push: null,
  cursor: null,
  removing: false,
  user_id: "u",
  calendar: { id: CALENDAR, role: "own" },
  calls: 10,
  reserved_id: null,
  own_calendar_id: null,
  access: "dedicated",
  settings: { ...DEFAULT_SETTINGS, reminders_minutes: [] },
  attempts: 0,
  batch_jobs: 100,
  access_token: null,
  token_expires_at: null,
  jobs: [],
};
const removal: Plan = { kind: "delete", calendar_id: CALENDAR, event_id: "e", leftovers: [] };
const unknown: Outcome = { kind: "unknown", reason: "lost", after_s: null };
/** The row says this among other things. */
const says = (row: RecordedOutcome | undefined, part: object) => assert.deepEqual(row, { ...row, ...part });
const applied = (outcome: Outcome | null, wrote = false): Applied => ({ outcome, wrote, left: null });
const rowOf = (plan: Plan, outcome: Outcome | null, counts = true) =>
  outcomeRow({ obligation_id: "o", job, plan }, applied(outcome), lane, CALENDAR, counts);

Deno.test("a removal that was certainly not carried out leaves nothing in doubt, one that perhaps was does", () => {
  says(rowOf(removal, { kind: "retry", reason: "busy", after_s: null })[0], {
    kind: "retry",
    may_leave: false,
  });
  says(rowOf(removal, unknown)[0], { kind: "retry", may_leave: true });
});

Deno.test("an update that certainly wrote nothing leaves nothing in doubt", async () => {
  const event = calendarEventOf(job.deadline ?? assert.fail(), DEFAULT_SETTINGS, null) ?? assert.fail();
  const update: Plan = {
    kind: "update",
    event,
    content_hash: await hashEvent(event),
    event_id: "e",
    etag: '"1"',
    leftovers: [],
  };
  const throttled: Outcome = { kind: "pause", reason: "rate", code: null, after_s: 4 };
  const rows = [null, throttled, { kind: "token_rejected", reason: "expired" } as const];
  for (const outcome of rows) {
    assert.deepEqual(rowOf(update, outcome), [{ kind: "not_begun", obligation_id: "o", version: 3 }]);
  }
  says(rowOf(update, { kind: "retry", reason: "busy", after_s: null })[0], { may_leave: false });
  says(rowOf(update, unknown)[0], { may_leave: true });

  // An attempt before it may have.
  const tried = { ...job, attempted_in: [CALENDAR] };
  const again = (outcome: Outcome | null) =>
    outcomeRow({ obligation_id: "o", job: tried, plan: update }, applied(outcome), lane, CALENDAR, true);
  assert.deepEqual(again(throttled), []);
  says(again({ kind: "retry", reason: "busy", after_s: null })[0], { may_leave: true });

  // Seen again, it has a version that is known, and may show what that attempt wrote.
  const gone: Outcome = { kind: "gone", reason: "notFound" };
  const seen = (it: Job) =>
    outcomeRow({ obligation_id: "o", job: it, plan: update }, applied(gone), lane, CALENDAR, true)[0] ??
      assert.fail();
  says(seen(tried), { kind: "retry", error: "edited", may_leave: false, content_hash: "" });
  assert.equal(Object.hasOwn(seen(job), "content_hash"), false);
});

Deno.test("an update of which something was written stays in doubt, whatever its last call was answered", async () => {
  const event = calendarEventOf(job.deadline ?? assert.fail(), DEFAULT_SETTINGS, null) ?? assert.fail();
  const content_hash = await hashEvent(event);
  const update: Plan = { kind: "update", event, content_hash, event_id: "e", etag: '"1"', leftovers: [] };
  const rows = (outcome: Outcome | null) =>
    outcomeRow({ obligation_id: "o", job, plan: update }, applied(outcome, true), lane, CALENDAR, true);
  const waits: readonly (Outcome | null)[] = [
    null,
    { kind: "pause", reason: "rate", code: null, after_s: 4 },
    { kind: "token_rejected", reason: "expired" },
    { kind: "calendar_missing", reason: "accessRole" },
  ];
  for (const outcome of waits) {
    says(rows(outcome)[0], { kind: "retry", run_in_ms: 0, counts: false, may_leave: true });
  }
  says(rows({ kind: "retry", reason: "busy", after_s: null })[0], { kind: "retry", may_leave: true });
  says(rows({ kind: "conflict", reason: "conflict" })[0], { kind: "retry", may_leave: true });
  says(rows({ kind: "rejected", reason: "invalid" })[0], { kind: "failed", may_leave: true });
});

Deno.test("a provider's delay is kept where it is longer than our own", () => {
  says(rowOf(removal, { kind: "retry", reason: "busy", after_s: 60 })[0], {
    kind: "retry",
    run_in_ms: 60_000,
  });
});

Deno.test("what the whole lane shares does not count against a job", () => {
  says(rowOf(removal, unknown, false)[0], { kind: "retry", counts: false });
});

Deno.test("a removed event is told with its calendar, an event that was gone before it could be written is not", () => {
  const gone: Outcome = { kind: "gone", reason: "deleted" };
  assert.deepEqual(rowOf(removal, gone), [
    {
      kind: "removed",
      obligation_id: "o",
      version: 3,
      action: "removed",
      calendar_id: CALENDAR,
      event_id: "e",
      title: "Report",
      cause: job.cause,
    },
  ]);
  assert.equal(rowOf({ kind: "nothing", leftovers: ["elsewhere"] }, gone)[0]?.["kind"], "unchanged");
});

Deno.test("an event that may not be removed does not keep its user from leaving: it is a leftover", () => {
  const refused: Outcome = { kind: "rejected", reason: "forbidden" };
  const rows = outcomeRow(
    { obligation_id: "o", job, plan: removal },
    applied(refused),
    { ...lane, removing: true },
    CALENDAR,
    true,
  );
  says(rows[0], { kind: "removed", left_in: [CALENDAR] });
  says(rowOf(removal, refused)[0], { kind: "failed", error: "forbidden" });
});

Deno.test("an event that was taken from its calendar and is refused in the new one is in doubt in the old one", async () => {
  const event = job.deadline && calendarEventOf(job.deadline, lane.settings);
  assert.ok(event);
  const from = { calendar_id: "before", event_id: "e" };
  const move: Plan = { kind: "move", event, content_hash: await hashEvent(event), from, leftovers: [] };
  says(rowOf(move, { kind: "rejected", reason: "forbidden" })[0], { kind: "failed", may_leave: true });
});

Deno.test("a change that was not begun says nothing", () => {
  assert.deepEqual(rowOf(removal, null), []);
});

Deno.test("what needed nothing settles with its mapping, or without one", () => {
  const plan: Plan = { kind: "nothing", leftovers: [] };
  assert.equal(settledRow({ ...job, job, plan })["kind"], "unchanged");
  assert.equal(settledRow({ ...job, job: { ...job, mapping: null }, plan })["kind"], "removed");
});

Deno.test("what can have no event is given up with its reason, and leaves nothing to look for", () => {
  const plan: Plan = { kind: "impossible", reason: "deadline_out_of_range", leftovers: [] };
  says(settledRow({ ...job, job: { ...job, mapping: null }, plan }), {
    kind: "failed",
    error: "deadline_out_of_range",
    may_leave: false,
  });
});

Deno.test("an update that met an edit is repeated at once, and later the more often it does", async () => {
  const event = job.deadline && calendarEventOf(job.deadline, DEFAULT_SETTINGS);
  assert.ok(event);
  const content_hash = await hashEvent(event);
  const update: Plan = { kind: "update", event, content_hash, event_id: "e", etag: "v", leftovers: [] };
  const gone: Outcome = { kind: "gone", reason: "notFound" };
  const first = outcomeRow(
    { obligation_id: "o", job: { ...job, attempts: 0 }, plan: update },
    applied(gone),
    lane,
    CALENDAR,
    true,
  );
  says(first[0], { kind: "retry", run_in_ms: 0, error: "edited", may_leave: false });
  const [later] = rowOf(update, gone);
  assert.ok(later?.kind === "retry" && later.run_in_ms >= 1000);
});
