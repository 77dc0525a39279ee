import assert from "node:assert/strict";
import type { CalendarEvent } from "../../../../../supabase/functions/_shared/domain/calendar-event.ts";
import type { GoogleAnswer } from "../../../../../supabase/functions/_shared/providers/google/answers.ts";
import { eventId } from "../../../../../supabase/functions/_shared/providers/google/event-id.ts";
import {
  createEvent,
  updateEvent,
} from "../../../../../supabase/functions/_shared/providers/google/event-writes.ts";

const OWNER = "owner-1";
const TARGET = { calendar: { id: "calendar", role: "own" }, owner: OWNER } as const;
const OBLIGATION = "5f0c9a52-8d0a-4c56-9f0e-0f6f4bb50001";
const EVENT_ID = eventId(OWNER, OBLIGATION, 0);
const EVENT: CalendarEvent = {
  obligation_id: OBLIGATION,
  title: "Energy report",
  description: "",
  time: { kind: "all_day", start_date: "2027-03-15", end_date: "2027-03-16" },
  url: null,
  completed: false,
  reminders_minutes: [],
};

const CHANGED: GoogleAnswer = { kind: "conflict", reason: "conditionNotMet" };

function answered(etag: string, more: Record<string, unknown> = {}): GoogleAnswer {
  const day = { start: { date: "2027-03-20" }, end: { date: "2027-03-21" } };
  const tags = { private: { obligation_id: OBLIGATION, owner: OWNER } };
  return {
    kind: "ok",
    body: { id: EVENT_ID, etag, status: "confirmed", ...day, extendedProperties: tags, ...more },
  };
}

/** Plays an update against answers in their order. */
function play(etag: string | null, ...answers: readonly GoogleAnswer[]) {
  const program = updateEvent(TARGET, EVENT_ID, EVENT, etag);
  const calls: (readonly [string, string | null])[] = [];
  let step = program.next();
  while (!step.done) {
    calls.push([step.value.method, step.value.if_match ?? null]);
    const answer = answers[calls.length - 1];
    assert.ok(answer, "there is no answer to one more call");
    step = program.next(answer);
  }
  assert.equal(calls.length, answers.length);
  return { outcome: step.value, calls };
}

Deno.test("an update under an etag is refused where the event has another one, and says what the event is", () => {
  const { outcome, calls } = play('"1"', CHANGED, answered('"2"'));
  assert.deepEqual(calls, [["PATCH", '"1"'], ["GET", null]]);
  assert.deepEqual(outcome, {
    kind: "edited",
    event: {
      event_id: EVENT_ID,
      etag: '"2"',
      obligation_id: OBLIGATION,
      time: { kind: "all_day", start_date: "2027-03-20", end_date: "2027-03-21" },
      is_series: false,
      has_guests: false,
    },
  });
});

const DELETED: Readonly<Record<string, GoogleAnswer>> = {
  "listed as cancelled": answered('"2"', { status: "cancelled" }),
  "gone for good": { kind: "gone", reason: "deleted" },
};
const REFUSED: Readonly<Record<string, GoogleAnswer>> = {
  "by its etag": CHANGED,
  "because it cannot be brought back": { kind: "rejected", reason: "forbidden" },
  "because it is deleted": { kind: "gone", reason: "deleted" },
  "without a word, as it stays cancelled": answered('"2"', { status: "cancelled" }),
};

for (const [how, refusal] of Object.entries(REFUSED)) {
  for (const [what, answer] of Object.entries(DELETED)) {
    Deno.test(`an update of an event that was deleted (${what}), refused ${how}, is gone`, () => {
      assert.deepEqual(play('"1"', refusal, answer).outcome, { kind: "gone", reason: "deleted" });
    });
  }
}

const FORBIDDEN: GoogleAnswer = { kind: "rejected", reason: "forbiddenForNonOrganizer" };

for (const etag of ['"1"', null]) {
  Deno.test(`an event that is there and may not be changed is not made anew beside itself (${etag})`, () => {
    const guests = { attendees: [{ email: "guest@example.com" }] };
    const { outcome, calls } = play(etag, FORBIDDEN, answered('"1"', guests));
    assert.deepEqual(outcome, FORBIDDEN);
    assert.deepEqual(calls, [["PATCH", etag], ["GET", null]]);
  });
}

Deno.test("a refusal of what is deleted makes it anew, one that cannot be told from that waits", () => {
  const made = { kind: "ok", body: { id: "new", etag: '"1"' } } as const;
  const { outcome, calls } = play(null, FORBIDDEN, answered('"2"', { status: "cancelled" }), made);
  assert.deepEqual(outcome, { kind: "done", event_id: "new", etag: '"1"' });
  assert.deepEqual(calls.map(([method]) => method), ["PATCH", "GET", "POST"]);
  const throttled: GoogleAnswer = { kind: "pause", reason: "rateLimitExceeded", code: null, after_s: null };
  assert.deepEqual(play(null, FORBIDDEN, throttled).outcome, throttled);
});

Deno.test("where the event is not found, the calendar is asked for", () => {
  const not_found: GoogleAnswer = { kind: "gone", reason: "notFound" };
  assert.equal(play('"1"', not_found, not_found, not_found).outcome.kind, "calendar_missing");
  assert.equal(play('"1"', not_found, not_found, { kind: "ok", body: {} }).outcome.kind, "gone");
});

/** A creation that is answered 404: how its calendar is asked for then, and what comes of the answer. */
function createdIn(role: "own" | "other", answer: GoogleAnswer) {
  const program = createEvent({ ...TARGET, calendar: { id: "calendar", role } }, EVENT);
  program.next();
  const asked = program.next({ kind: "gone", reason: "notFound" });
  const end = program.next(answer);
  return { path: asked.done ? null : asked.value.path, outcome: end.done ? end.value : null };
}

Deno.test("a calendar that is not our own is asked for by a listing, which says what we may do there", () => {
  const listed = (accessRole: string): GoogleAnswer => ({
    kind: "ok",
    body: { summary: "Team", accessRole },
  });
  for (
    const [answer, kind] of [
      [listed("owner"), "retry"],
      [listed("writer"), "retry"],
      [listed("reader"), "calendar_missing"],
      [listed("freeBusyReader"), "calendar_missing"],
      [{ kind: "gone", reason: "notFound" }, "calendar_missing"],
      [
        { kind: "needs_reconnect", code: "scope_missing", reason: "insufficientPermissions" },
        "needs_reconnect",
      ],
    ] as const
  ) {
    const { path, outcome } = createdIn("other", answer);
    assert.deepEqual([path, outcome?.kind], ["/calendars/calendar/events?maxResults=1", kind]);
  }
  const own = createdIn("own", { kind: "ok", body: { id: "calendar", summary: "Deadlines" } });
  assert.deepEqual([own.path, own.outcome?.kind], ["/calendars/calendar", "retry"]);
});

Deno.test("a clash with another write, of an event that is still as we know it, is a conflict", () => {
  assert.deepEqual(play('"1"', CHANGED, answered('"1"')).outcome, CHANGED);
});

Deno.test("without an etag the event is written whatever it is by now", () => {
  const { outcome, calls } = play(null, answered('"2"'));
  assert.deepEqual(calls, [["PATCH", null]]);
  assert.deepEqual(outcome, { kind: "done", event_id: EVENT_ID, etag: '"2"' });
  assert.deepEqual(play(null, CHANGED).outcome, CHANGED);
});

Deno.test("a change that is answered without content is done; its version is not known", () => {
  const no_content: GoogleAnswer = { kind: "ok", body: null };
  const done = { kind: "done", event_id: EVENT_ID, etag: null };
  assert.deepEqual(play('"1"', no_content).outcome, done);
  const taken_over = createEvent(TARGET, EVENT);
  taken_over.next();
  taken_over.next({ kind: "exists", event_id: null });
  assert.deepEqual(taken_over.next(no_content).value, done);
  const created = createEvent(TARGET, EVENT);
  created.next();
  const { value } = created.next(no_content);
  assert.deepEqual(value, { kind: "unknown", reason: "unreadable", after_s: null });
});

Deno.test("an etag that no header can carry is none", () => {
  for (const etag of ["", '"1"\r\nX-Other: 1', '"é"']) {
    assert.deepEqual(play(etag, answered('"2"')).calls, [["PATCH", null]]);
  }
});

for (const etag of ['"1"', null]) {
  const under = etag === null ? "no etag" : "an etag";
  Deno.test(`after a write under ${under}, reminders follow under the etag that it gave`, () => {
    const noted = {
      reminders: { useDefault: false, overrides: [{ method: "popup", minutes: 60 }] },
      extendedProperties: { private: { obligation_id: OBLIGATION, owner: OWNER, reminders: "set 60" } },
    };
    const begin = () => {
      const program = updateEvent(TARGET, EVENT_ID, { ...EVENT, completed: true }, etag);
      program.next();
      const second = program.next(answered('"2"', noted));
      assert.ok(!second.done, "the reminders are not taken away");
      assert.deepEqual([second.value.method, second.value.if_match], ["PATCH", '"2"']);
      return { program, body: second.value.body };
    };
    const undisturbed = begin().program.next(answered('"3"'));
    assert.deepEqual(undisturbed.value, { kind: "done", event_id: EVENT_ID, etag: '"3"' });

    // Its user moved the event in between: it stays known as it was before, so that the next listing tells the move.
    const { program, body } = begin();
    const third = program.next(CHANGED);
    assert.ok(!third.done);
    assert.deepEqual([third.value.method, third.value.if_match, third.value.body], [
      "PATCH",
      undefined,
      body,
    ]);
    const end = program.next(answered('"4"'));
    assert.deepEqual(end.value, { kind: "done", event_id: EVENT_ID, etag: '"2"' });

    // Refused then, they are not as they should be: the change is repeated.
    const again = begin().program;
    again.next(CHANGED);
    const throttled = { kind: "pause", reason: "rateLimitExceeded", code: null, after_s: null } as const;
    assert.deepEqual(again.next(throttled).value, throttled);
  });
}
