import assert from "node:assert/strict";
import { metrics } from "../../../../supabase/functions/_shared/platform/metrics.ts";
import { countSettled } from "../../../../supabase/functions/_shared/sync/count-sync.ts";
import type { Job, Lane } from "../../../../supabase/functions/_shared/sync/lane.ts";
import type { Plan } from "../../../../supabase/functions/_shared/domain/plan.ts";
import { DEFAULT_SETTINGS } from "../../../support/default-settings.ts";

const lane: Lane = {
  integration_id: "integration",
  provider: "google",
  lease: "lease",
  kind: "event",
  single: null,
  push: null,
  cursor: null,
  removing: false,
  user_id: "user",
  calendar: null,
  calls: 0,
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
const job: Job = {
  obligation_id: "obligation",
  version: 1,
  attempts: 0,
  attempted_in: [],
  is_repetition: false,
  cause: null,
  deadline: null,
  deadline_hash: null,
  mapping: null,
  edit: null,
};

Deno.test("what can be in no calendar is counted as refused, with its reason", () => {
  const plans: readonly Plan[] = [
    { kind: "nothing", leftovers: [] },
    { kind: "impossible", reason: "deadline_out_of_range", leftovers: [] },
    { kind: "nothing", leftovers: [] },
  ];
  countSettled(lane, plans.map((plan) => ({ obligation_id: job.obligation_id, job, plan })));
  const counted = metrics.flushes().flatMap(({ counts }) => counts)
    .map(({ metric, labels, value }) => [metric, labels["outcome"] ?? labels["reason"], value]);
  assert.deepEqual(counted, [
    ["calendar_jobs", "unchanged", 2],
    ["calendar_jobs", "rejected", 1],
    ["calendar_job_failures", "deadline_out_of_range", 1],
  ]);
});
