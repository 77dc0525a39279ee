import assert from "node:assert/strict";
import { calendarEventOf } from "../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { Plan } from "../../../../supabase/functions/_shared/domain/plan.ts";
import type { SeenEvent, SeenTime } from "../../../../supabase/functions/_shared/domain/seen-event.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import { editOfOutcome, metEdit } from "../../../../supabase/functions/_shared/sync/edit-rows.ts";
import type { Job } from "../../../../supabase/functions/_shared/sync/lane.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const allDay = (start_date: string, end_date: string) => ({ kind: "all_day", start_date, end_date }) as const;
const SENT = allDay("2027-01-01", "2027-01-02");
const deadline = {
  obligation_id: "o",
  title: "Report",
  description: "",
  obligation_type: null,
  status: "open",
  due: { kind: "date", date: SENT.start_date },
  url: null,
} as const;
const job: Job = {
  obligation_id: "o",
  version: 1,
  attempts: 0,
  attempted_in: [],
  is_repetition: false,
  cause: null,
  deadline,
  deadline_hash: "hash",
  mapping: {
    calendar_id: "calendar",
    external_event_id: "event",
    content_hash: "content",
    etag: "ours",
    previous_etag: null,
    sent_time: SENT,
  },
  edit: null,
};
const event = calendarEventOf(deadline, DEFAULT_SETTINGS);
assert.ok(event);
const update: Plan & { kind: "update" } = {
  kind: "update",
  event,
  content_hash: "new",
  event_id: "event",
  etag: "ours",
  leftovers: [],
};
const GONE: Outcome = { kind: "gone", reason: "notFound" };

function edited(time: SeenTime, etag = "other"): Outcome {
  const seen: SeenEvent = {
    event_id: "event",
    etag,
    obligation_id: "o",
    time,
    is_series: false,
    has_guests: false,
  };
  return { kind: "edited", event: seen };
}

const rowOf = (outcome: Outcome | null, change: Partial<Job> = {}, plan: Plan = update) =>
  editOfOutcome({ obligation_id: "o", job: { ...job, ...change }, plan }, outcome);

Deno.test("what an update met is recorded as the edit that it is", () => {
  const moved = allDay("2027-01-05", "2027-01-06");
  assert.deepEqual(rowOf(edited(moved)), {
    kind: "moved",
    obligation_id: "o",
    event_id: "event",
    etag: "other",
    seen: moved,
    has_guests: false,
    sent_time: null,
  });
  assert.equal(rowOf(edited(SENT))?.kind, "noise");
  assert.equal(rowOf(GONE)?.kind, "deleted");
});

Deno.test("where our own change is newer, the edit is overtaken", () => {
  const newer = { deadline: { ...deadline, due: { kind: "date", date: "2027-02-01" } } } as const;
  assert.equal(rowOf(edited(allDay("2027-01-05", "2027-01-06")), newer)?.kind, "overtaken");
  assert.equal(rowOf(GONE, newer)?.kind, "overtaken");
});

Deno.test("whatever it met, the next update knows the version, so that it is not met for ever", () => {
  // A version that we know already says nothing new, and yet the provider refused it.
  assert.deepEqual([rowOf(edited(SENT, "ours"))?.kind, rowOf(edited(SENT, "ours"))?.etag], ["noise", "ours"]);
  const put_back = { mapping: job.mapping && { ...job.mapping, content_hash: "" } };
  assert.equal(rowOf(GONE, put_back)?.kind, "deleted");
});

Deno.test("what a put-back met is the edit that comes after the one that it puts back", () => {
  const first = allDay("2027-01-05", "2027-01-06");
  const put_back = {
    mapping: job.mapping && { ...job.mapping, content_hash: "" },
    edit: { seen: first, is_kept: false, is_gone: false, original_event_id: null, has_guests: false },
  };
  assert.equal(rowOf(edited(allDay("2027-01-08", "2027-01-09")), put_back)?.kind, "moved");
  assert.equal(rowOf(edited(first), put_back)?.kind, "known");
  assert.equal(rowOf(edited(SENT), put_back)?.kind, "converged");
});

Deno.test("what was written, failed, or was to go met no edit", () => {
  const outcomes: readonly (Outcome | null)[] = [
    null,
    { kind: "done", event_id: "event", etag: "new" },
    { kind: "retry", reason: "busy", after_s: null },
  ];
  for (const outcome of outcomes) assert.equal(rowOf(outcome), null);
  const removal: Plan = { kind: "delete", calendar_id: "calendar", event_id: "event", leftovers: [] };
  assert.equal(rowOf(GONE, {}, removal), null);
  assert.equal(metEdit(removal, GONE), false);
  // Any version may be overwritten then, so nothing was refused for its version.
  assert.equal(metEdit({ ...update, etag: null }, GONE), false);
});
