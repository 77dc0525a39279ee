import assert from "node:assert/strict";
import { testEventOf } from "../../../../supabase/functions/_shared/domain/test-event.ts";
import { planTestEvent } from "../../../../supabase/functions/_shared/sync/work-test-event.ts";

const TEST = {
  id: "75b3c907-1c24-4474-bab3-9a195b776a5b",
  starts_at: "2027-03-05T09:00:00Z",
  time_zone: "Europe/Paris",
  calendar_id: "calendar",
  event_id: null,
  is_wanted: true,
};

Deno.test("a test event is wanted until it stands, and then left alone", () => {
  const plan = planTestEvent(TEST);
  assert.deepEqual(plan, {
    kind: "write",
    change: {
      kind: "create",
      calendar_id: "calendar",
      event: testEventOf(TEST.id, TEST.starts_at, TEST.time_zone),
    },
  });
  assert.deepEqual(planTestEvent({ ...TEST, event_id: "event" }), {
    kind: "leave",
    calendar_id: "calendar",
    event_id: "event",
  });
});

Deno.test("one that is not wanted any more is removed, also where it is not known whether it was written", () => {
  const ended = { ...TEST, is_wanted: false };
  assert.deepEqual(planTestEvent({ ...ended, event_id: "event" }), {
    kind: "remove",
    change: { kind: "delete", calendar_id: "calendar", event_id: "event" },
  });
  assert.deepEqual(planTestEvent(ended), {
    kind: "remove",
    change: { kind: "remove_untracked", calendar_id: "calendar", obligation_id: TEST.id },
  });
  assert.deepEqual(planTestEvent({ ...ended, calendar_id: null }), { kind: "forget" });
});

Deno.test("a test event says what it is, in its user's time zone, and reminds nobody", () => {
  const event = testEventOf(TEST.id, TEST.starts_at, TEST.time_zone);
  assert.ok(event);
  assert.equal(event.title, "Test from EcoComply");
  assert.deepEqual(event.time, {
    kind: "timed",
    start: "2027-03-05T10:00:00+01:00",
    end: "2027-03-05T10:30:00+01:00",
    time_zone: "Europe/Paris",
  });
  assert.deepEqual([event.obligation_id, event.reminders_minutes, event.url], [TEST.id, [], null]);
});
