import assert from "node:assert/strict";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import type { Job, Lane } from "../../../../supabase/functions/_shared/sync/lane.ts";
import { outcomeRow, settledRow } from "../../../../supabase/functions/_shared/sync/outcome-rows.ts";
import type { RecordedOutcome } from "../../../../supabase/functions/_shared/sync/recorded.ts";
import { calendarEventOf } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import { hashEvent, type Plan } from "../../../../supabase/functions/_shared/domain/plan.ts";

const CALENDAR = "calendar";
const job: Job = {
  obligation_id: "o",
  version: 3,
  attempts: 1,
  attempted_in: [],
  cause: { by: "service", request_id: "r" },
  deadline: {
    obligation_id: "o",
    title: "Report",
    description: "",
    status: "open",
    due: { kind: "date", date: "2027-01-01" },
    url: null,
    obligation_type: null,
  },
  deadline_hash: "hash",
  mapping: { calendar_id: CALENDAR, external_event_id: "e", content_hash: "c" },
};
const lane: Lane = {
  integration_id: "i",
  provider: "google",
  lease: "l",
  kind: "event",
  single: null,
  removing: false,
  user_id: "u",
  calendar: { id: CALENDAR, role: "own" },
  calls: 10,
  reserved_id: null,
  own_calendar_id: null,
  access: "dedicated",
  settings: { reminders_minutes: [], all_day_reminder_time: "09:00", completed_events: "keep" },
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
const rowOf = (plan: Plan, outcome: Outcome | null, counts = true) =>
  outcomeRow({ obligation_id: "o", job, plan }, outcome, lane, CALENDAR, counts);

Deno.test("a removal that was certainly not carried out leaves nothing in doubt, one that perhaps was does", () => {
  says(rowOf(removal, { kind: "retry", reason: "busy", after_s: null })[0], {
    kind: "retry",
    may_leave: false,
  });
  says(rowOf(removal, unknown)[0], { kind: "retry", may_leave: true });
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
    refused,
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
