import assert from "node:assert/strict";
import { z } from "zod";
import type {
  CalendarClient,
  ChangeResult,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Outcome } from "../../../../supabase/functions/_shared/providers/outcome.ts";
import type { Job, Lane } from "../../../../supabase/functions/_shared/sync/lane.ts";
import type { WorkerContext } from "../../../../supabase/functions/_shared/sync/worker-context.ts";
import { workLane } from "../../../../supabase/functions/_shared/sync/work-lane.ts";
import { linesOf } from "../../../support/printed-lines.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const lane: Lane = {
  integration_id: "1f0f3a1b-58a5-4c54-9d6a-8f2d6f0e2c3d",
  provider: "google",
  lease: "lease",
  kind: "event",
  single: null,
  push: null,
  cursor: null,
  removing: false,
  user_id: "8f2d6f0e-58a5-4c54-9d6a-1f0f3a1b2c3d",
  calendar: { id: "calendar", role: "own" },
  calls: 10,
  reserved_id: null,
  own_calendar_id: null,
  access: "dedicated",
  settings: { ...DEFAULT_SETTINGS, reminders_minutes: [] },
  attempts: 2,
  batch_jobs: 100,
  access_token: null,
  token_expires_at: null,
  jobs: [],
};

/** An obligation that is gone and was never in the calendar: nothing has to be done. */
const jobOf = (request_id: string | null): Job => ({
  obligation_id: crypto.randomUUID(),
  version: 1,
  attempts: 0,
  attempted_in: [],
  is_repetition: false,
  cause: { by: "service", request_id },
  deadline: null,
  deadline_hash: null,
  mapping: null,
  edit: null,
});

const context: WorkerContext = {
  rpc: (_, __, schema) =>
    Promise.resolve(schema.parse({ recorded: true, circuit_breaker: null, accepting: [] })),
  worker_id: "w",
  clientFor: () => assert.fail("no client is needed"),
  getValidAccessToken: () => Promise.resolve({ kind: "lost" }),
  revokeToken: () => Promise.resolve(),
  newChannel: () => Promise.resolve(null),
};

const runOf = async (
  jobs: readonly Job[],
  own: Partial<WorkerContext> = {},
  kind: Lane["kind"] = "event",
) => {
  const lines = await linesOf(() =>
    workLane({ ...lane, kind, jobs: [...jobs] }, { ...context, ...own }, new AbortController().signal)
  );
  const [run] = lines.filter(({ action }) => action === "lane_run");
  assert.ok(run);
  return { run, lines };
};

Deno.test("a run has one line, whatever was asked for", async () => {
  for (
    const kind of [
      "event",
      "pull",
      "find_orphans",
      "keep_alive",
      "disconnect",
      "reapply",
      "test_event",
    ] as const
  ) {
    const { run, lines } = await runOf([], {}, kind);
    assert.deepEqual([lines.length, run["kind"], run.attempt, run.integration_id], [
      1,
      kind,
      3,
      lane.integration_id,
    ]);
  }
});

Deno.test("a run that throws has its line too, which says so", async () => {
  const { run, lines } = await runOf([jobOf(null)], { rpc: () => Promise.reject(new TypeError("broken")) });
  assert.deepEqual(
    [lines.length, run.level, run.success, run.error_code, run["ended_by"], run["error"]],
    [1, "error", false, "internal", "error", { name: "TypeError", message: "broken" }],
  );
});

Deno.test("a run without a token says why", async () => {
  const { run } = await runOf([], {}, "keep_alive");
  assert.deepEqual([run.success, run.error_code, run["ended_by"]], [false, "token_lost", "without_token"]);
});

/** An update of an event, of which nothing was tried before. */
const update: Job = {
  ...jobOf(null),
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
    calendar_id: "calendar",
    external_event_id: "e",
    content_hash: "another",
    etag: null,
    previous_etag: null,
    sent_time: null,
  },
};
const refused: Outcome = { kind: "token_rejected", reason: "expired" };

/**
 * @param attempts what comes of the updates, with each token
 * @returns the kinds of what is recorded of them
 */
async function recordedOf(...attempts: readonly (readonly ChangeResult[])[]): Promise<string[]> {
  const kinds: string[] = [];
  const Args = z.object({ p_outcomes: z.array(z.object({ kind: z.string() })) });
  const left = [...attempts];
  const client: Partial<CalendarClient> = {
    applyChanges: () => Promise.resolve(left.shift() ?? assert.fail()),
  };
  await linesOf(() =>
    workLane({ ...lane, jobs: (attempts[0] ?? []).map(() => ({ ...update })) }, {
      ...context,
      rpc: (name, args, schema) => {
        if (name === "calendar_record") kinds.push(...Args.parse(args).p_outcomes.map(({ kind }) => kind));
        return Promise.resolve(schema.parse({ recorded: true, circuit_breaker: null, accepting: [] }));
      },
      clientFor: () => client as CalendarClient,
      getValidAccessToken: () =>
        Promise.resolve(left.length > 0 ? { kind: "valid", access_token: "t" } : { kind: "lost" }),
    }, new AbortController().signal)
  );
  return kinds;
}

Deno.test("what was written before the token was refused is recorded, also where there is no other token", async () => {
  const kinds = await recordedOf([
    { outcome: { kind: "done", event_id: "e", etag: "2" }, wrote: true },
    { outcome: { kind: "unknown", reason: "network", after_s: null }, wrote: true },
    { outcome: refused, wrote: false },
    { outcome: refused, wrote: true },
  ]);
  assert.deepEqual(kinds, ["synced", "retry", "not_begun", "retry"]);
});

Deno.test("what needed no call is recorded, also where there is no token", async () => {
  const kinds: string[] = [];
  const Args = z.object({ p_outcomes: z.array(z.object({ kind: z.string() })) });
  await runOf([jobOf(null), update], {
    rpc: (name, args, schema) => {
      if (name === "calendar_record") kinds.push(...Args.parse(args).p_outcomes.map(({ kind }) => kind));
      return Promise.resolve(schema.parse({ recorded: true, circuit_breaker: null, accepting: [] }));
    },
  });
  assert.deepEqual(kinds, ["removed", "not_begun"]);
});

Deno.test("what was written with a token that was refused then is in doubt, although nothing was with the next one", async () => {
  const throttled: Outcome = { kind: "pause", reason: "rate", code: null, after_s: 4 };
  const kinds = await recordedOf(
    [{ outcome: refused, wrote: true }, { outcome: refused, wrote: false }],
    [{ outcome: throttled, wrote: false }, { outcome: null, wrote: false }],
  );
  assert.deepEqual(kinds, ["retry", "not_begun"]);
});

Deno.test("a run whose lease was lost is no success, and one that opens the circuit breaker says so", async () => {
  const lost = await runOf([], {
    rpc: (_, __, schema) =>
      Promise.resolve(schema.parse({ recorded: false, circuit_breaker: null, accepting: [] })),
  });
  assert.deepEqual([lost.run.success, lost.run.error_code], [false, "lease_lost"]);
  const closing = await runOf([], {
    rpc: (_, __, schema) =>
      Promise.resolve(schema.parse({ recorded: true, circuit_breaker: "opened", accepting: [] })),
  });
  assert.deepEqual(closing.lines.map(({ action }) => action), ["circuit_breaker_opened", "lane_run"]);
});

Deno.test("a run belongs to a request where that led to all of it; else it only names those that led to some", async () => {
  const one = await runOf([jobOf("a"), jobOf("a")]);
  assert.deepEqual([one.run.request_id, one.run["request_ids"]], ["a", ["a"]]);
  for (const jobs of [[jobOf("a"), jobOf("b")], [jobOf("a"), jobOf(null)], [jobOf(null)], []]) {
    const { run } = await runOf(jobs);
    assert.equal(run.request_id, run["run_id"]);
    assert.deepEqual(run["request_ids"], jobs.flatMap(({ cause }) => cause?.request_id ?? []));
  }
});
