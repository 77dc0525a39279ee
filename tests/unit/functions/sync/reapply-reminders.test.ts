import assert from "node:assert/strict";
import { z } from "zod";
import type {
  Calendar,
  CalendarAnswer,
  Change,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { SeenTime } from "../../../../supabase/functions/_shared/domain/seen-event.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import type { Lane, LaneEvent } from "../../../../supabase/functions/_shared/sync/lane.ts";
import type { LaneContext } from "../../../../supabase/functions/_shared/sync/lane-context.ts";
import { reapplyReminders } from "../../../../supabase/functions/_shared/sync/reapply-reminders.ts";
import { RecordedBatch, RecordedOutcome } from "../../../../supabase/functions/_shared/sync/recorded.ts";
import { NOOP_CLIENT } from "../../../../bench/support/noop-client.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const Recorded = z.looseObject({ p_outcomes: z.array(RecordedOutcome), p_batch: RecordedBatch });
const CALENDAR = "calendar";
const IN_A_YEAR = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
const SERVER_ERROR: Outcome = { kind: "unknown", reason: "http_500", after_s: null, silent: true };

function known(
  obligation_id: string,
  date = IN_A_YEAR,
  kept: SeenTime | null = null,
): LaneEvent {
  return {
    obligation_id,
    calendar_id: CALENDAR,
    event_id: `event of ${obligation_id}`,
    deadline: {
      obligation_id,
      title: "Report",
      description: "",
      obligation_type: null,
      status: "open",
      due: { kind: "date", date },
      url: null,
    },
    edit: kept && { seen: kept, is_kept: true, is_gone: false, original_event_id: null, has_guests: false },
  };
}

/** Works one portion, and tells what was asked of the provider and recorded. */
async function run(
  {
    events,
    attempts = 0,
    settings = { reminders_minutes: [60], all_day_reminder_time: "00:00" },
    answer,
    calendar = { kind: "unknown", reason: "http_500", after_s: null, silent: true },
  }: {
    readonly events: readonly LaneEvent[];
    readonly attempts?: number;
    readonly settings?: Pick<Lane["settings"], "reminders_minutes" | "all_day_reminder_time">;
    readonly answer: (change: Change) => Outcome | null;
    readonly calendar?: CalendarAnswer<Calendar>;
  },
) {
  const lane: Lane = {
    integration_id: "i",
    provider: "google",
    lease: "l",
    kind: "reapply",
    cursor: null,
    push: null,
    single: { version: 4, attempts, failing_s: 0 },
    removing: false,
    user_id: "u",
    calendar: { id: CALENDAR, role: "own" },
    calls: 10,
    reserved_id: null,
    own_calendar_id: null,
    access: "dedicated",
    settings: { ...DEFAULT_SETTINGS, ...settings },
    attempts: 0,
    batch_jobs: 100,
    access_token: null,
    token_expires_at: null,
    jobs: [],
    events: [...events],
  };
  const asked: Change[] = [];
  const recorded: z.infer<typeof Recorded>[] = [];
  const context: LaneContext = {
    rpc: (_name, args, schema) => {
      recorded.push(Recorded.parse(args));
      return Promise.resolve(schema.parse({ recorded: true, circuit_breaker: null, accepting: [] }));
    },
    worker_id: "w",
    clientFor: () => ({
      ...NOOP_CLIENT,
      getCalendar: () => Promise.resolve(calendar),
      applyChanges: (changes) => {
        asked.push(...changes);
        return Promise.resolve(changes.map((change) => ({ outcome: answer(change), wrote: false })));
      },
    }),
    getValidAccessToken: () => Promise.resolve({ kind: "valid", access_token: "a", expires_at: IN_A_YEAR }),
  };
  await reapplyReminders(lane, context, new AbortController().signal);
  const [record, ...more] = recorded;
  assert.ok(record);
  assert.deepEqual(more, []);
  const rows = record.p_outcomes.map((row) => {
    switch (row.kind) {
      case "advanced":
        return `advanced to ${row.obligation_id}`;
      case "retry":
        return `retry for ${row.error}`;
      default:
        return row.kind;
    }
  });
  return { asked, rows, batch: record.p_batch };
}

const done = (change: Change): Outcome => ({
  kind: "done",
  event_id: "event_id" in change ? change.event_id : "",
  etag: '"1"',
});
/** Answers in this way for these obligations, and well for the others. */
const failing = (outcome: Outcome | null, ...ids: readonly string[]) => (change: Change) =>
  change.kind === "set_reminders" && ids.includes(change.event.obligation_id) ? outcome : done(change);

Deno.test("each event gets the reminders of the settings, past ones and those without an obligation are passed over", async () => {
  const gone: LaneEvent = { ...known("c"), deadline: null };
  const { asked, rows } = await run({
    events: [known("a"), known("b", "2020-01-01"), gone, known("d")],
    answer: done,
  });
  assert.deepEqual(
    asked.map((change) =>
      change.kind === "set_reminders" && [change.event_id, change.event.reminders_minutes]
    ),
    [["event of a", [60]], ["event of d", [60]]],
  );
  assert.deepEqual(rows, ["advanced to d"]);
});

Deno.test("reminders follow an event to where its user keeps it", async () => {
  const timed = { start_at: `${IN_A_YEAR}T15:00:00Z`, end_at: `${IN_A_YEAR}T15:30:00Z`, time_zone: "UTC" };
  const past = { kind: "all_day", start_date: "2020-01-01", end_date: "2020-01-02" } as const;
  const { asked } = await run({
    events: [
      known("all-day, kept at an hour", IN_A_YEAR, { kind: "timed", ...timed }),
      known("over, kept on a day that comes", "2020-01-01", { kind: "timed", ...timed }),
      known("kept on a day that is over", IN_A_YEAR, past),
    ],
    settings: { reminders_minutes: [60], all_day_reminder_time: "09:00" },
    answer: done,
  });
  assert.deepEqual(
    asked.map((change) =>
      change.kind === "set_reminders" && [change.event.obligation_id, change.event.reminders_minutes]
    ),
    [["all-day, kept at an hour", [60]], ["over, kept on a day that comes", [60]]],
  );
});

Deno.test("when no event is left, it is done, and nothing is asked of the provider", async () => {
  const { asked, rows, batch } = await run({ events: [], answer: () => null });
  assert.deepEqual([asked, rows, batch.calls_made], [[], ["done"], 0]);
});

Deno.test("an event that is gone or that the provider refuses for good is passed over", async () => {
  const refused: Outcome = { kind: "rejected", reason: "invalid" };
  const { rows } = await run({ events: [known("a"), known("b")], answer: failing(refused, "a") });
  assert.deepEqual(rows, ["advanced to b"]);
});

Deno.test("one that fails for a while is tried again, and so are those after it", async () => {
  const conflict: Outcome = { kind: "conflict", reason: "clash" };
  const { rows } = await run({
    events: ["a", "b", "c"].map((id) => known(id)),
    answer: failing(conflict, "b"),
  });
  assert.deepEqual(rows, ["advanced to a", "retry for clash"]);
});

Deno.test("what the calls did not suffice for stays due", async () => {
  const { rows } = await run({
    events: ["a", "b", "c"].map((id) => known(id)),
    answer: failing(null, "b", "c"),
  });
  assert.deepEqual(rows, ["advanced to a"]);
});

Deno.test("one that fails again and again is given up, whether others succeed or its calendar answers", async () => {
  const events = [known("a"), known("b")];
  const once_more = await run({ events, attempts: 6, answer: failing(SERVER_ERROR, "a") });
  assert.deepEqual(once_more.rows, ["retry for http_500"]);
  const given_up = await run({ events, attempts: 7, answer: failing(SERVER_ERROR, "a") });
  assert.deepEqual(given_up.rows, ["advanced to a"]);
  const calendar: CalendarAnswer<Calendar> = {
    kind: "done",
    value: { id: CALENDAR, name: "Deadlines", primary: false, writable: true, time_zone: null, color: null },
  };
  const alone = await run({
    events: [known("a")],
    attempts: 7,
    answer: failing(SERVER_ERROR, "a"),
    calendar,
  });
  assert.deepEqual(alone.rows, ["advanced to a"]);
});

Deno.test("while the provider is down the lane waits, and no event is given up for it", async () => {
  const { rows, batch } = await run({
    events: [known("a"), known("b")],
    attempts: 7,
    answer: () => SERVER_ERROR,
  });
  assert.deepEqual([rows, batch.wait_reason, batch.last_error?.code], [
    [],
    "backoff",
    "provider_unavailable",
  ]);
});

Deno.test("what concerns the whole integration stops it, and the job goes on from there later", async () => {
  const missing: Outcome = { kind: "calendar_missing", reason: "not_found" };
  const { rows, batch } = await run({
    events: [known("a"), known("b")],
    attempts: 7,
    answer: failing(missing, "b"),
  });
  assert.deepEqual([rows, batch.status], [["advanced to a"], "paused"]);
});
