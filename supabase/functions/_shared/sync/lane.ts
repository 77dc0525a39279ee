import { z } from "zod";
import { CALENDAR_EDITS } from "../domain/calendar-edits.ts";
import type { Due, Obligation } from "../domain/obligation.ts";

const Deadline = z.object({
  obligation_id: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  obligation_type: z.string().nullable(),
  status: z.enum(["open", "completed", "cancelled"]),
  deadline_date: z.string().nullable(),
  deadline_at: z.string().nullable(),
  time_zone: z.string().nullable(),
  url: z.string().nullable(),
}).transform((row): Obligation => ({
  obligation_id: row.obligation_id,
  title: row.title ?? "",
  description: row.description ?? "",
  obligation_type: row.obligation_type,
  status: row.status,
  due: dueOf(row),
  url: row.url,
}));

/** What made a job necessary. It is handed back as it came, for the row of activity. */
export const Cause = z.looseObject({ by: z.string(), request_id: z.string().nullable() });

/** As {@link EventTime} of the domain. */
export const EventTime = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all_day"), start_date: z.string(), end_date: z.string() }),
  z.object({ kind: z.literal("timed"), start: z.string(), end: z.string(), time_zone: z.string() }),
]);

/** As {@link SeenTime} of the domain. */
export const SeenTime = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all_day"), start_date: z.string(), end_date: z.string() }),
  z.object({
    kind: z.literal("timed"),
    start_at: z.string(),
    end_at: z.string(),
    time_zone: z.string().nullable(),
  }),
]);

/** What is known of the event that stands for an obligation, beside its calendar. */
export const KnownMapping = z.object({
  external_event_id: z.string(),
  /** Empty: the event is to be written, whatever it shows. */
  content_hash: z.string(),
  etag: z.string().nullable(),
  previous_etag: z.string().nullable(),
  sent_time: EventTime.nullable(),
});

/** What its user did to an event; null: nothing. */
export const KnownEdit = z.object({
  seen: SeenTime.nullable(),
  is_kept: z.boolean(),
  is_gone: z.boolean(),
  original_event_id: z.string().nullable(),
  has_guests: z.boolean(),
}).nullable();

const Job = z.object({
  obligation_id: z.string(),
  version: z.number(),
  attempts: z.number(),
  attempted_in: z.array(z.string()),
  is_repetition: z.boolean(),
  cause: Cause.nullable(),
  deadline: Deadline.nullable(),
  deadline_hash: z.string().nullable(),
  mapping: KnownMapping.extend({ calendar_id: z.string() }).nullable(),
  edit: KnownEdit,
});

/** An event that is there, for a job that goes through all of them. */
const LaneEvent = z.object({
  obligation_id: z.string(),
  calendar_id: z.string(),
  event_id: z.string(),
  /** Null: the obligation is deleted, or not this user's any more. */
  deadline: Deadline.nullable(),
  edit: KnownEdit,
});

/** The event that its user asked for to see that events arrive. */
const TestEvent = z.object({
  /** What it is tagged with. */
  id: z.string(),
  starts_at: z.string(),
  time_zone: z.string(),
  /** Where it may be; null: nowhere. */
  calendar_id: z.string().nullable(),
  /** Null: it is not known to be there. */
  event_id: z.string().nullable(),
  is_wanted: z.boolean(),
});

const Lane = z.object({
  integration_id: z.string(),
  provider: z.string(),
  /** Which claim it comes from; what is recorded counts for that one alone. */
  lease: z.string(),
  /**
   * The kind of its jobs. `event`: the jobs are in `jobs`; of any other kind there is one job, `single`. `keep_alive`: use the
   * refresh token. `channel`: see to its push channels, which are in `push`. `pull`: read what changed in the calendar.
   * `find_orphans`: search the calendar for events of ours that no mapping knows. `disconnect`: nothing of ours is left in the calendar
   * of a user who leaves. `reapply`: set the reminders of `events` to those of the settings. `test_event`: write it, or remove it.
   */
  kind: z.enum([
    "event",
    "find_orphans",
    "keep_alive",
    "disconnect",
    "channel",
    "pull",
    "reapply",
    "test_event",
  ]),
  single: z.object({
    version: z.number(),
    attempts: z.number(),
    /** For how long its attempts have been in vain. */
    failing_s: z.number(),
  }).nullable(),
  /** The push channels that there are, the newest first, and whether there is to be one. */
  push: z.object({
    wanted: z.boolean(),
    channels: z.array(z.object({
      channel_id: z.string(),
      calendar_id: z.string(),
      resource_id: z.string().nullable(),
      state: z.enum(["registering", "active", "stopping", "failed"]),
      renewal_is_due: z.boolean(),
      is_silent: z.boolean(),
    })),
  }).nullable(),
  /** With what a `pull` goes on; null: everything is listed. */
  cursor: z.string().nullable(),
  /** The user disconnects and wants the events gone. */
  removing: z.boolean(),
  user_id: z.string(),
  calendar: z.object({ id: z.string(), role: z.enum(["own", "primary", "other"]) }).nullable(),
  access: z.enum(["dedicated", "existing"]),
  /** The calendar that we made for the integration, also while another one is chosen. */
  own_calendar_id: z.string().nullable(),
  /** Provider calls that are reserved for this batch, and where they are counted. */
  calls: z.number(),
  reserved_id: z.number().nullable(),
  settings: z.object({
    reminders_minutes: z.array(z.number()),
    all_day_reminder_time: z.string(),
    completed_events: z.enum(["keep", "remove"]),
    obligation_types: z.array(z.string()).nullable(),
    title_template: z.string(),
    calendar_edits: z.enum(CALENDAR_EDITS),
  }),
  /** Runs in a row that achieved nothing. */
  attempts: z.number(),
  /** Jobs that a batch of this lane has at most. */
  batch_jobs: z.number(),
  access_token: z.string().min(1).nullable(),
  token_expires_at: z.string().nullable(),
  jobs: z.array(Job),
  /** Of `reapply`: the next events, in the order of their obligations; none: it is over. */
  events: z.array(LaneEvent).optional(),
  /** For the kind `test_event`; null where the test event is gone. */
  test_event: TestEvent.nullish(),
});

/** What `calendar_claim` answers. */
export const Claimed = z.object({
  /** The lanes that are this worker's now, each with jobs that are due. */
  lanes: z.array(Lane),
  /** There are mails or calls of webhooks to send. */
  deliveries_are_due: z.boolean(),
  /** Channels of integrations that have gone are to be ended. */
  ending_channels_are_due: z.boolean(),
});

/** Of what `calendar_claim` answers the lanes alone. */
export const ClaimedLanes = Claimed.transform(({ lanes }) => lanes);

export type Lane = z.infer<typeof Lane>;
export type Job = z.infer<typeof Job>;
export type TestEvent = z.infer<typeof TestEvent>;
export type LaneEvent = z.infer<typeof LaneEvent>;
export type Cause = z.infer<typeof Cause>;

/** Whether a lane was claimed and then there was nothing to take. */
export function isIdle({ kind, jobs }: Pick<Lane, "kind" | "jobs">): boolean {
  return kind === "event" && jobs.length === 0;
}

/** The deadline of a row with its three columns. */
export function dueOf(
  row: { deadline_date: string | null; deadline_at: string | null; time_zone: string | null },
): Due {
  if (row.deadline_date !== null) return { kind: "date", date: row.deadline_date };
  if (row.deadline_at !== null) return { kind: "instant", at: row.deadline_at, time_zone: row.time_zone };
  return { kind: "none" };
}
