import assert from "node:assert/strict";
import type { Activity, Obligation } from "../../../settings/src/api/types.ts";
import { arrivalsOf, nextDeadlines } from "../../../settings/src/calendar/connection/arrivals.ts";

const INTEGRATION = "00000000-0000-4000-8000-000000000001";

function obligation(id: string, due: string | null, status: Obligation["status"] = "open"): Obligation {
  return { id, title: id, due, time_zone: null, status, obligation_type: null, url: null };
}

function row(at: string, action: "connected" | "created" | "updated", obligation_id = ""): Activity {
  const shared = {
    at,
    integration_id: INTEGRATION,
    provider: "google" as const,
    account_email: null,
    calendar_name: null,
    reason: null,
    caused_by: null,
  };
  return action === "connected"
    ? {
      ...shared,
      kind: "connection",
      action,
      calendar_before: null,
      settings_before: null,
      settings: null,
      events: null,
    }
    : {
      ...shared,
      kind: "event",
      action,
      obligation_id,
      title: null,
      due: null,
      event_url: `https://calendar.example/${obligation_id}`,
      obligation_url: null,
    };
}

Deno.test("the next deadlines are open ones from today on, the next first", () => {
  const all = [
    obligation("later", "2027-03-09"),
    obligation("past", "2027-03-04"),
    obligation("today", "2027-03-05"),
    obligation("timed", "2027-03-05T10:00:00Z"),
    obligation("done", "2027-03-06", "completed"),
    obligation("none", null),
  ];
  assert.deepEqual(nextDeadlines(all, "2027-03-05", 5).map(({ id }) => id), ["today", "timed", "later"]);
  assert.equal(nextDeadlines(all, "2027-03-05", 2).length, 2);
});

Deno.test("what was added since the account was connected has arrived, and the first says how fast", () => {
  const next = [obligation("a", "2027-03-05"), obligation("b", "2027-03-06"), obligation("c", "2027-03-07")];
  const activities = [
    row("2027-03-05T12:00:04Z", "updated", "c"),
    row("2027-03-05T12:00:03Z", "created", "b"),
    row("2027-03-05T12:00:00.8Z", "created", "x"),
    row("2027-03-05T12:00:00Z", "connected"),
    row("2027-03-05T11:00:00Z", "created", "a"),
  ];
  const { arrived, first_after_s } = arrivalsOf(next, activities, INTEGRATION);
  assert.deepEqual(
    [arrived.map(({ obligation, event_url }) => [obligation.id, event_url]), first_after_s],
    [[["b", "https://calendar.example/b"]], 0.8],
  );
  assert.deepEqual(arrivalsOf(next, activities, "another"), { arrived: [], first_after_s: null });
});
