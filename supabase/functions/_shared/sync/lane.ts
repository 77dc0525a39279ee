import { z } from "zod";
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
}).transform((row): Obligation & { readonly obligation_type: string | null } => ({
  obligation_id: row.obligation_id,
  title: row.title ?? "",
  description: row.description ?? "",
  status: row.status,
  due: dueOf(row),
  url: row.url,
  /** As the host's adapter calls it, for the metrics alone. */
  obligation_type: row.obligation_type,
}));

/** What made a job necessary. It is handed back as it came, for the row of activity. */
export const Cause = z.looseObject({ by: z.string(), request_id: z.string().nullable() });

const Job = z.object({
  obligation_id: z.string(),
  version: z.number(),
  attempts: z.number(),
  attempted_in: z.array(z.string()),
  cause: Cause.nullable(),
  deadline: Deadline.nullable(),
  deadline_hash: z.string().nullable(),
  mapping: z.object({
    calendar_id: z.string(),
    external_event_id: z.string(),
    content_hash: z.string(),
  }).nullable(),
});

const Lane = z.object({
  integration_id: z.string(),
  provider: z.string(),
  /** Which claim it comes from; what is recorded counts for that one alone. */
  lease: z.string(),
  /**
   * The kind of its jobs. `event`: the jobs are in `jobs`; of any other kind there is one job, `single`. `keep_alive`: use the
   * refresh token. `find_orphans`: search the calendar for events of ours that no mapping knows. `disconnect`: nothing of ours
   * is left in the calendar of a user who leaves.
   */
  kind: z.enum(["event", "find_orphans", "keep_alive", "disconnect"]),
  single: z.object({ version: z.number(), attempts: z.number() }).nullable(),
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
  }),
  /** Runs in a row that achieved nothing. */
  attempts: z.number(),
  /** Jobs that a batch of this lane has at most. */
  batch_jobs: z.number(),
  access_token: z.string().min(1).nullable(),
  token_expires_at: z.string().nullable(),
  jobs: z.array(Job),
});

/** What `calendar_claim` answers. */
export const Claimed = z.object({
  /** The lanes that are this worker's now, each with jobs that are due. */
  lanes: z.array(Lane),
  /** There are mails or calls of webhooks to send. */
  deliveries_are_due: z.boolean(),
});

/** Of what `calendar_claim` answers the lanes alone. */
export const ClaimedLanes = Claimed.transform(({ lanes }) => lanes);

export type Lane = z.infer<typeof Lane>;
export type Job = z.infer<typeof Job>;
export type Cause = z.infer<typeof Cause>;

/** Whether a lane was claimed and then there was nothing to take. */
export function isIdle({ kind, jobs }: Pick<Lane, "kind" | "jobs">): boolean {
  return kind === "event" && jobs.length === 0;
}

function dueOf(
  row: { deadline_date: string | null; deadline_at: string | null; time_zone: string | null },
): Due {
  if (row.deadline_date !== null) return { kind: "date", date: row.deadline_date };
  if (row.deadline_at !== null) return { kind: "instant", at: row.deadline_at, time_zone: row.time_zone };
  return { kind: "none" };
}
