import { z } from "zod";
import { CALENDAR_EDITS } from "../domain/calendar-edits.ts";
import { LastError } from "../domain/last-error.ts";
import { Cause, EventTime, SeenTime } from "./lane.ts";

/** Every outcome names its job: the obligation and the version that was claimed. */
const EventJob = { obligation_id: z.string(), version: z.number() };
/** Calendars from which the event could not be removed; `error` says why. */
const left_in = z.array(z.string()).optional();

/**
 * What became of a job, as `calendar_record` takes it (`calendar_sync.outcome`).
 *
 * `synced`: the event is in the calendar. `unchanged`: nothing was to do. `removed`: there is no event. `retry`: it is tried again in
 * `run_in_ms`; `counts` where the failure is the job's own, `may_leave` where an event may be there that no mapping knows. `failed`:
 * given up. `not_begun`: it stays as it is, and nothing of its event was written. With a `job`, of one that is no event: `done`, `retry`
 * or `advanced` as far as an obligation. Of a test event `written`, `refused` by its provider, or `cleared`, which leaves nothing of it to
 * look after.
 */
export const RecordedOutcome = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("synced"),
    ...EventJob,
    calendar_id: z.string(),
    event_id: z.string(),
    etag: z.string().nullable(),
    deadline_hash: z.string(),
    content_hash: z.string(),
    action: z.enum(["created", "updated", "moved"]),
    title: z.string().nullable(),
    due: z.string().nullable(),
    cause: Cause.nullable(),
    /** When the event is, as it was sent. */
    sent_time: EventTime,
    /** That is where its user left it. */
    is_kept: z.boolean(),
    /** Absent: nobody is invited to what was written. */
    has_guests: z.literal(true).optional(),
    error: z.string().optional(),
    left_in,
  }),
  z.object({
    kind: z.literal("unchanged"),
    ...EventJob,
    deadline_hash: z.string(),
    error: z.string().optional(),
    left_in,
  }),
  z.object({
    kind: z.literal("removed"),
    ...EventJob,
    action: z.literal("removed").optional(),
    calendar_id: z.string().optional(),
    event_id: z.string().optional(),
    title: z.string().nullable().optional(),
    cause: Cause.nullable().optional(),
    error: z.string().optional(),
    left_in,
  }),
  z.object({
    kind: z.literal("retry"),
    job: z.enum(["pull", "find_orphans", "keep_alive", "disconnect", "reapply", "channel", "test_event"])
      .optional(),
    obligation_id: z.string().optional(),
    version: z.number(),
    run_in_ms: z.number(),
    error: z.string(),
    counts: z.boolean(),
    may_leave: z.boolean(),
    /** Empty: the event has the version that is known now, and may show what an earlier attempt wrote. */
    content_hash: z.literal("").optional(),
  }),
  z.object({
    kind: z.literal("failed"),
    ...EventJob,
    error: z.string(),
    counts: z.boolean(),
    may_leave: z.boolean(),
  }),
  z.object({ kind: z.literal("not_begun"), ...EventJob }),
  z.object({
    kind: z.literal("done"),
    job: z.enum(["pull", "find_orphans", "keep_alive", "reapply", "channel", "test_event"]),
    version: z.number(),
  }),
  z.object({ kind: z.literal("advanced"), job: z.literal("reapply"), ...EventJob }),
  z.object({
    kind: z.literal("written"),
    job: z.literal("test_event"),
    ...EventJob,
    calendar_id: z.string(),
    event_id: z.string(),
  }),
  z.object({ kind: z.literal("refused"), job: z.literal("test_event"), ...EventJob, error: z.string() }),
  z.object({
    kind: z.literal("cleared"),
    job: z.literal("test_event"),
    ...EventJob,
    error: z.string().optional(),
    left_in,
  }),
]);

/** What became of a batch, as `calendar_record` takes it (`calendar_sync.batch`). */
export const RecordedBatch = z.object({
  lease: z.string(),
  reserved_id: z.number().nullable(),
  /** The calendar that it was for. */
  wrote_to: z.string().nullable(),
  /** Provider calls that were made; the rest of what was reserved is free again. */
  calls_made: z.number(),
  /** Jobs of the next batch; absent: as many as before. */
  next_jobs: z.number().optional(),
  succeeded: z.boolean(),
  reached: z.boolean().nullable(),
  wait_reason: z.enum(["backoff", "retry_after"]).nullable(),
  wait_ms: z.number().nullable(),
  status: z.enum(["paused", "disconnected"]).nullable(),
  last_error: LastError.nullable(),
  calendar_id: z.string().nullable(),
  /** All news of the calendar was read, up to `cursor`. */
  pulled: z.boolean(),
  /** With what the next pull goes on; null: everything is listed. */
  cursor: z.string().nullable(),
  calendar_edits: z.enum(CALENDAR_EDITS),
});

/** What was decided of an event that is not as we wrote it, as `calendar_record` takes it (`calendar_sync.decided_edit`). */
export const RecordedEdit = z.object({
  kind: z.enum([
    "noise",
    "series",
    "known",
    "converged",
    "moved",
    "resized",
    "deleted",
    "returned",
    "overtaken",
  ]),
  obligation_id: z.string(),
  event_id: z.string(),
  /** As the event is now; null: it is gone, or its provider has no versions. */
  etag: z.string().nullable(),
  seen: SeenTime.nullable(),
  has_guests: z.boolean().nullable(),
  /** When it should be, and is. */
  sent_time: EventTime.nullable(),
});

export type RecordedEdit = z.infer<typeof RecordedEdit>;
export type RecordedOutcome = z.infer<typeof RecordedOutcome>;
export type RecordedBatch = z.infer<typeof RecordedBatch>;
