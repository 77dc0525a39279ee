import assert from "node:assert/strict";
import type { CalendarChoice } from "../../../../../supabase/functions/_shared/providers/calendar-client.ts";
import {
  createBody,
  EVENT_OWNER_PROPERTY,
  OBLIGATION_PROPERTY,
  OWNER_PROPERTY,
  patchBody,
  REMINDER_PROPERTY,
} from "../../../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import {
  createEvent,
  deleteEvent,
  removeUntracked,
  updateEvent,
} from "../../../../../supabase/functions/_shared/providers/outlook/event-writes.ts";
import { transactionId } from "../../../../../supabase/functions/_shared/providers/outlook/transaction-id.ts";
import { event } from "./events.ts";
import { GONE, nameOf, ok, play, refused } from "./play.ts";

const GRAPH = "https://graph.test/v1.0";
const EVENT = event({});
const MADRID = event({
  time: {
    kind: "timed",
    start: "2027-01-31T17:00:00+01:00",
    end: "2027-01-31T17:30:00+01:00",
    time_zone: "Europe/Madrid",
  },
});

function target(role: CalendarChoice["role"], id = "cal/1", owner = "owner-1") {
  return { owner, graph_url: GRAPH, calendar: { id, role } };
}

function duplicate(event_id?: string, status = 400) {
  return refused(
    status,
    "ErrorDuplicateTransactionId",
    event_id ? { "@event.existingEventId": event_id } : {},
  );
}

const written = ok({ id: "event/1", "@odata.etag": 'W/"1"' });
const done = { kind: "done", event_id: "event/1", etag: 'W/"1"' };
const DENIED = refused(403, "ErrorAccessDenied");
const DELETED_BEFORE = refused(403, "ErrorCannotDeleteObject");
const LOOKUP =
  `GET /me/calendars/cal/1/events?$filter=singleValueExtendedProperties/Any(ep: ep/id eq '${OBLIGATION_PROPERTY}'` +
  ` and ep/value eq '${EVENT.obligation_id}')` +
  `&$expand=singleValueExtendedProperties($filter=id eq '${EVENT_OWNER_PROPERTY}')&$select=id,transactionId&$top=250`;
const FIND_OWN =
  `GET /me/calendars?$top=100&$expand=singleValueExtendedProperties($filter=id eq '${OWNER_PROPERTY}')`;

function ownCalendar(id: string) {
  return ok({
    value: [
      { id: "foreign", name: "Team", canEdit: true },
      {
        id,
        name: "Deadlines",
        canEdit: true,
        singleValueExtendedProperties: [{ id: OWNER_PROPERTY, value: "owner-1" }],
      },
    ],
  });
}

/** An event as a look-up by the obligation's tag shows it. */
function tagged(id: string, owner = "owner-1", property = EVENT_OWNER_PROPERTY) {
  return { id, singleValueExtendedProperties: [{ id: property, value: owner }] };
}

/** The answer to a look-up in a calendar that has these events of ours. */
const HERE = (...ids: readonly string[]) => ok({ value: ids.map((id) => tagged(id)) });

Deno.test("a creation posts into the calendar by its id, encoded", () => {
  const { outcome, calls } = play(createEvent(target("own"), EVENT), [written]);
  assert.deepEqual(outcome, done);
  assert.equal(calls[0]?.path, "/me/calendars/cal%2F1/events");
  assert.deepEqual(
    calls[0]?.body,
    createBody(EVENT, "owner-1", transactionId("owner-1", EVENT.obligation_id, "own", 0)),
  );
});

Deno.test("the default calendar goes by its alias, whatever its id", () => {
  const { calls } = play(createEvent(target("primary", "an id that changes"), EVENT), [written]);
  assert.equal(calls[0]?.path, "/me/calendar/events");
});

Deno.test("a transaction id stays when a calendar of our own gets another id, and differs elsewhere and for another owner", () => {
  const idOf = (role: CalendarChoice["role"], id: string, owner = "owner-1") => {
    const { calls } = play(createEvent(target(role, id, owner), EVENT), [written]);
    const body = calls[0]?.body;
    return typeof body === "object" && body !== null && "transactionId" in body ? body.transactionId : null;
  };
  assert.equal(idOf("own", "a"), idOf("own", "b"));
  assert.equal(idOf("primary", "a"), idOf("primary", "b"));
  assert.equal(
    new Set([idOf("own", "a"), idOf("primary", "a"), idOf("other", "a"), idOf("other", "b")]).size,
    4,
  );
  for (const role of ["own", "primary", "other"] as const) {
    assert.notEqual(idOf(role, "a"), idOf(role, "a", "owner-2"), role);
  }
});

for (const status of [400, 409]) {
  Deno.test(`a duplicate (${status}) that names the event is brought up to date`, () => {
    const { outcome, calls } = play(createEvent(target("own"), EVENT), [duplicate("old/1", status), written]);
    assert.deepEqual(outcome, done);
    assert.equal(calls[1]?.method, "PATCH");
    assert.equal(calls[1]?.path, "/me/events/old%2F1");
    assert.deepEqual(calls[1]?.body, patchBody(EVENT, "owner-1"));
  });
}

Deno.test("a creation that is answered with an event from before brings it up to date; with one just made, it is done", () => {
  const createdAgo = (ms: number) =>
    ok({ id: "kept/1", createdDateTime: new Date(Date.now() - ms).toISOString() });
  const { outcome, calls } = play(createEvent(target("own"), EVENT), [createdAgo(3_600_000), written]);
  assert.deepEqual(outcome, done);
  assert.equal(calls[1]?.path, "/me/events/kept%2F1");
  assert.deepEqual(calls[1]?.body, patchBody(EVENT, "owner-1"));
  for (const ms of [0, 20_000, -20_000]) {
    assert.deepEqual(play(createEvent(target("own"), EVENT), [createdAgo(ms)]).outcome, {
      kind: "done",
      event_id: "kept/1",
      etag: null,
    });
  }
});

Deno.test("a duplicate that names no event is found by its tags in that calendar, among those of others", () => {
  const { outcome, calls } = play(createEvent(target("own"), EVENT), [
    duplicate(),
    ok({ value: [tagged("theirs", "owner-2"), { id: "nobody's" }, tagged("ours"), tagged("another")] }),
    written,
  ]);
  assert.deepEqual(outcome, done);
  assert.deepEqual(calls.slice(1).map(nameOf), [LOOKUP, "PATCH /me/events/ours"]);
});

Deno.test("a duplicate of a deleted event is followed by the next transaction id", () => {
  const { outcome, calls } = play(createEvent(target("own"), EVENT), [
    duplicate("deleted"),
    GONE,
    duplicate(),
    ok({ value: [tagged("theirs", "owner-2")] }),
    written,
  ]);
  assert.deepEqual(outcome, done);
  assert.deepEqual(
    calls[4]?.body,
    createBody(EVENT, "owner-1", transactionId("owner-1", EVENT.obligation_id, "own", 2)),
  );
});

Deno.test("a creation gives up after 32 burned ids", () => {
  const answers = Array.from({ length: 32 }, () => [duplicate("deleted"), GONE]).flat();
  assert.deepEqual(play(createEvent(target("own"), EVENT), answers).outcome, {
    kind: "rejected",
    reason: "transaction_ids_exhausted",
  });
});

Deno.test("a failure on the way is the outcome", () => {
  const throttled = refused(429, "ApplicationThrottled");
  assert.equal(play(createEvent(target("own"), EVENT), [throttled]).outcome.kind, "pause");
  assert.equal(play(createEvent(target("own"), EVENT), [duplicate(), throttled]).outcome.kind, "pause");
  assert.equal(play(createEvent(target("own"), EVENT), [duplicate("a"), throttled]).outcome.kind, "pause");
  assert.equal(play(createEvent(target("own"), EVENT), [ok({ nothing: 1 })]).outcome.kind, "unknown");
  assert.equal(play(createEvent(target("own"), EVENT), [duplicate(), ok({})]).outcome.kind, "unknown");
});

Deno.test("an update of the version that we know changes the event in place, wherever that is, under no condition", () => {
  const { outcome, calls } = play(updateEvent(target("own"), "a+b=", EVENT, 'W/"1"'), [written]);
  assert.deepEqual(outcome, done);
  assert.equal(calls[0]?.path, "/me/events/a%2Bb%3D");
  assert.deepEqual(calls[0]?.body, patchBody(EVENT, "owner-1"));
});

Deno.test("a change that is answered without content is done; its version is not known", () => {
  const unversioned = { kind: "done", event_id: "event/1", etag: null };
  const update = updateEvent(target("own"), "event/1", EVENT, 'W/"1"');
  assert.deepEqual(play(update, [ok(null)]).outcome, unversioned);
  const taken_over = createEvent(target("own"), EVENT);
  assert.deepEqual(play(taken_over, [duplicate("event/1"), ok(null)]).outcome, unversioned);
  assert.equal(play(createEvent(target("own"), EVENT), [ok(null)]).outcome.kind, "unknown");
});

Deno.test("a move between a write and its reminder is not hidden by the version that the reminder gives", () => {
  const completed = { ...EVENT, completed: true };
  const { outcome, calls } = play(updateEvent(target("own"), "event/1", completed, 'W/"1"'), [
    ok({ id: "event/1", "@odata.etag": 'W/"2"', isReminderOn: true, reminderMinutesBeforeStart: 60 }),
    ok({ id: "event/1", singleValueExtendedProperties: [{ id: REMINDER_PROPERTY, value: "set 60" }] }),
    // Moved by its user in between.
    ok({ id: "event/1", "@odata.etag": 'W/"4"', isReminderOn: false }),
  ]);
  assert.deepEqual(calls.map(({ method }) => method), ["PATCH", "GET", "PATCH"]);
  assert.deepEqual(outcome, { kind: "done", event_id: "event/1", etag: 'W/"2"' });
});

Deno.test("an update of the version that we know writes nothing where the event is deleted", () => {
  const update = () => updateEvent(target("own"), "old", EVENT, 'W/"1"');
  const { outcome, calls } = play(update(), [GONE, ok({ id: "cal/1" })]);
  assert.equal(outcome.kind, "gone");
  assert.deepEqual(calls.map(nameOf), ["PATCH /me/events/old", "GET /me/calendars/cal/1"]);
  assert.equal(play(update(), [GONE, GONE, ok({ value: [] })]).outcome.kind, "calendar_missing");
});

Deno.test("an update of whatever became of an event first looks whether it stands in the calendar", () => {
  const { outcome, calls } = play(updateEvent(target("own"), "a", EVENT), [HERE("a"), written]);
  assert.deepEqual(outcome, done);
  assert.deepEqual(calls.map(nameOf), [LOOKUP, "PATCH /me/events/a"]);
});

/** What an event is created with that takes the place of another one. */
const following = (id: string) =>
  createBody(EVENT, "owner-1", transactionId("owner-1", EVENT.obligation_id, "own", id));

Deno.test("where it was deleted, then or just now, it is made anew, under an id that no event had", () => {
  const before = play(updateEvent(target("own"), "old", EVENT), [HERE(), GONE, written]);
  assert.deepEqual(before.outcome, done);
  assert.deepEqual(before.calls.slice(1).map(nameOf), [
    "GET /me/events/old?$select=attendees,lastModifiedDateTime" +
    `&$expand=singleValueExtendedProperties($filter=id eq '${OBLIGATION_PROPERTY}')`,
    "POST /me/calendars/cal/1/events",
  ]);
  assert.deepEqual(before.calls[2]?.body, following("old"));
  const now = play(updateEvent(target("own"), "old", EVENT), [HERE("old"), GONE, written]);
  assert.deepEqual(now.outcome, done);
  assert.deepEqual(now.calls[2]?.body, following("old"));
});

Deno.test("made anew before, as after a lost answer, the same event is found by its tags", () => {
  const { outcome, calls } = play(updateEvent(target("own"), "old", EVENT), [HERE("event/1"), GONE, written]);
  assert.deepEqual(outcome, done);
  assert.equal(nameOf(calls[2] ?? { method: "GET", path: "" }), "PATCH /me/events/event/1");
});

Deno.test("where that was deleted as well, the generations are tried", () => {
  const { outcome, calls } = play(updateEvent(target("own"), "old", EVENT), [
    HERE(),
    GONE,
    duplicate(),
    HERE(),
    duplicate("old"),
    written,
  ]);
  assert.deepEqual(outcome, done);
  assert.deepEqual(calls[2]?.body, following("old"));
  assert.deepEqual(
    calls[5]?.body,
    createBody(EVENT, "owner-1", transactionId("owner-1", EVENT.obligation_id, "own", 1)),
  );
});

const CALENDARS = ok({
  value: [
    { id: "cal/1", canEdit: true },
    { id: "read only", canEdit: false },
    { id: "cal/2", canEdit: true },
    { id: "cal/3", canEdit: true, isDefaultCalendar: true },
  ],
});

Deno.test("where its user moved it to another calendar, it is taken away there and made anew", () => {
  const { outcome, calls } = play(updateEvent(target("own"), "moved", EVENT), [
    HERE(),
    ok({ id: "moved", attendees: [] }),
    CALENDARS,
    HERE(),
    HERE("moved"),
    ok(null),
    written,
  ]);
  assert.deepEqual(outcome, done);
  assert.deepEqual(calls.at(-1)?.body, following("moved"));
  assert.deepEqual(calls.map(nameOf).map((name) => name.replace(/\?.*/, "")), [
    "GET /me/calendars/cal/1/events",
    "GET /me/events/moved",
    "GET /me/calendars",
    "GET /me/calendars/cal/2/events",
    "GET /me/calendar/events",
    "DELETE /me/events/moved",
    "POST /me/calendars/cal/1/events",
  ]);
});

Deno.test("with guests it stays there, and another one is made or brought up to date", () => {
  const found = (
    here: ReturnType<typeof ok>,
  ) => [here, ok({ attendees: [{}] }), CALENDARS, HERE("moved"), HERE(), written];
  const made = play(updateEvent(target("own"), "moved", EVENT), found(HERE()));
  assert.deepEqual(made.outcome, done);
  assert.deepEqual(made.calls[5]?.body, following("moved"));
  const again = play(updateEvent(target("own"), "moved", EVENT), found(HERE("event/1")));
  assert.deepEqual(again.outcome, done);
  assert.equal(nameOf(again.calls[5] ?? { method: "GET", path: "" }), "PATCH /me/events/event/1");
});

Deno.test("what we may not take away stays there; a failure on the way is the outcome", () => {
  const found = [HERE(), ok({ attendees: null }), CALENDARS, GONE, HERE("moved")];
  for (const denied of [DENIED, refused(400, "ErrorCannotDeleteObject")]) {
    assert.deepEqual(
      play(updateEvent(target("own"), "moved", EVENT), [...found, denied, written]).outcome,
      done,
    );
  }
  const down = refused(503, "ServiceUnavailable");
  for (let answered = 0; answered <= found.length; answered++) {
    const answers = [...found.slice(0, answered), down];
    assert.equal(play(updateEvent(target("own"), "moved", EVENT), answers).outcome.kind, "unknown");
  }
});

/** An event that its id finds, with our tag or without, as it was written so long ago. */
const writtenAgo = (ms: number, has_tag = true) =>
  ok({
    attendees: [],
    lastModifiedDateTime: new Date(Date.now() - ms).toISOString(),
    singleValueExtendedProperties: has_tag ? [{ id: OBLIGATION_PROPERTY, value: EVENT.obligation_id }] : [],
  });
const JUST_NOW = 60_000;
const LONG_AGO = 3_600_000;

Deno.test("an event that its id finds and no calendar shows is changed where it is, if it was just written or has no tag", () => {
  const tagged = [{ id: OBLIGATION_PROPERTY, value: EVENT.obligation_id }];
  const undated = ok({ attendees: [], singleValueExtendedProperties: tagged });
  // What another program made is in no listing of ours until we have written to it.
  for (const event of [writtenAgo(JUST_NOW), writtenAgo(-JUST_NOW), undated, writtenAgo(LONG_AGO, false)]) {
    const answers = [HERE(), event, CALENDARS, HERE(), HERE(), written];
    const { outcome, calls } = play(updateEvent(target("own"), "late", EVENT), answers);
    assert.deepEqual(outcome, done);
    assert.equal(nameOf(calls[5] ?? { method: "GET", path: "" }), "PATCH /me/events/late");
  }
});

Deno.test("if it was written long ago it is deleted, and made anew", () => {
  const answers = [HERE(), writtenAgo(LONG_AGO), CALENDARS, HERE(), HERE(), written];
  const { outcome, calls } = play(updateEvent(target("own"), "old", EVENT), answers);
  assert.deepEqual(outcome, done);
  assert.deepEqual(calls.at(-1)?.body, following("old"));
});

Deno.test("calendars that may not be read, or are gone, hold no event that was moved", () => {
  for (const refusals of [[DENIED, ok({ id: "cal/3" })], [refused(400, "ErrorInvalidRequest")], [GONE]]) {
    const answers = [HERE(), ok({ attendees: [] }), CALENDARS, ...refusals, HERE("moved"), ok(null), written];
    assert.deepEqual(play(updateEvent(target("own"), "moved", EVENT), answers).outcome, done);
  }
});

Deno.test("our own calendar under another id has moved", () => {
  const { outcome, calls } = play(createEvent(target("own"), EVENT), [GONE, ownCalendar("cal/2")]);
  assert.deepEqual(outcome, { kind: "calendar_moved", calendar_id: "cal/2" });
  assert.equal(nameOf(calls[1] ?? { method: "GET", path: "" }), FIND_OWN);
});

Deno.test("our own calendar under the id that was just not there is asked again", () => {
  const { outcome } = play(createEvent(target("own"), EVENT), [GONE, ownCalendar("cal/1")]);
  assert.equal(outcome.kind, "retry");
});

Deno.test("our own calendar that is nowhere is missing", () => {
  const { outcome } = play(createEvent(target("own"), EVENT), [GONE, ok({ value: [] })]);
  assert.deepEqual(outcome, { kind: "calendar_missing", reason: "ErrorItemNotFound" });
});

Deno.test("another calendar that is gone is missing, and nothing is looked for", () => {
  assert.equal(play(createEvent(target("other"), EVENT), [GONE]).outcome.kind, "calendar_missing");
  assert.equal(play(createEvent(target("primary"), EVENT), [GONE]).outcome.kind, "calendar_missing");
});

Deno.test("a calendar that cannot be looked for is not called missing", () => {
  const { outcome } = play(createEvent(target("own"), EVENT), [GONE, refused(503, "ServiceUnavailable")]);
  assert.equal(outcome.kind, "unknown");
});

Deno.test("a mailbox that is not there is not called a missing calendar", () => {
  const { outcome } = play(createEvent(target("own"), EVENT), [refused(404, "MailboxNotEnabledForRESTAPI")]);
  assert.equal(outcome.kind, "mailbox_unavailable");
});

Deno.test("access denied is the calendar's where it is read-only, the grant's where it cannot be read either", () => {
  const denied = (...answers: readonly ReturnType<typeof ok>[]) =>
    play(createEvent(target("other"), EVENT), [DENIED, ...answers]);
  assert.deepEqual(denied(ok({ id: "cal/1", canEdit: false })).outcome, {
    kind: "calendar_missing",
    reason: "ErrorAccessDenied",
  });
  assert.equal(denied(DENIED, ok({ id: "default" })).outcome.kind, "calendar_missing");
  assert.deepEqual(denied(DENIED, DENIED).outcome, {
    kind: "needs_reconnect",
    code: "scope_missing",
    reason: "ErrorAccessDenied",
  });
  assert.equal(denied(ok({ id: "cal/1", canEdit: true })).outcome.kind, "retry");
  assert.equal(denied(refused(429, "TooManyRequests")).outcome.kind, "pause");
  assert.deepEqual(denied(ok({ id: "cal/1", canEdit: true })).calls.map(({ path }) => path), [
    "/me/calendars/cal%2F1/events",
    "/me/calendars/cal%2F1",
  ]);
});

Deno.test("access denied is looked into for changes and removals too", () => {
  const read_only = ok({ id: "cal/1", canEdit: false });
  assert.equal(
    play(updateEvent(target("other"), "e", EVENT, 'W/"1"'), [DENIED, read_only]).outcome.kind,
    "calendar_missing",
  );
  assert.equal(play(deleteEvent(target("other"), "e"), [DENIED, read_only]).outcome.kind, "calendar_missing");
});

Deno.test("a zone that Graph does not know is written as the same instants in UTC, in a creation and in a change", () => {
  const unknown_zone = refused(400, "TimeZoneNotSupportedException");
  for (
    const program of [createEvent(target("own"), MADRID), updateEvent(target("own"), "e", MADRID, 'W/"1"')]
  ) {
    const { outcome, calls } = play(program, [unknown_zone, written]);
    assert.deepEqual(outcome, done);
    const startOf = (body: unknown) =>
      typeof body === "object" && body !== null && "start" in body ? body.start : null;
    assert.deepEqual(calls.map(({ body }) => startOf(body)), [
      { dateTime: "2027-01-31T17:00:00", timeZone: "Romance Standard Time" },
      { dateTime: "2027-01-31T16:00:00", timeZone: "UTC" },
    ]);
    assert.equal(calls[0]?.path, calls[1]?.path);
  }
});

Deno.test("a zone that Graph refuses even then, or on an all-day event, is refused for good", () => {
  const unknown_zone = refused(400, "TimeZoneNotSupportedException");
  const refusal = { kind: "rejected", reason: "TimeZoneNotSupportedException" };
  assert.deepEqual(play(createEvent(target("own"), MADRID), [unknown_zone, unknown_zone]).outcome, refusal);
  assert.deepEqual(play(createEvent(target("own"), EVENT), [unknown_zone]).outcome, refusal);
});

Deno.test("a removal is gone, by our hand or before", () => {
  const removed = play(deleteEvent(target("own"), "a/b"), [ok(null)]);
  assert.deepEqual(removed.outcome, { kind: "gone", reason: "deleted" });
  assert.deepEqual(removed.calls, [{ method: "DELETE", path: "/me/events/a%2Fb" }]);
  for (
    const [answer, reason] of [[GONE, "ErrorItemNotFound"], [
      DELETED_BEFORE,
      "ErrorCannotDeleteObject",
    ]] as const
  ) {
    assert.deepEqual(play(deleteEvent(target("own"), "a"), [answer]).outcome, { kind: "gone", reason });
  }
});

Deno.test("a 404 that is not Graph's removes nothing", () => {
  assert.equal(play(deleteEvent(target("own"), "a"), [refused(404, "")]).outcome.kind, "retry");
});

Deno.test("what creations left behind is found by its tags, on whatever page, and all of it is deleted", () => {
  const { outcome, calls } = play(removeUntracked(target("own"), EVENT.obligation_id), [
    ok({ value: [tagged("theirs", "owner-2"), tagged("a")], "@odata.nextLink": `${GRAPH}/me/next` }),
    ok({ value: [tagged("b", "owner-1", EVENT_OWNER_PROPERTY.toUpperCase()), tagged("c", "OWNER-1")] }),
    ok(null),
    GONE,
  ]);
  assert.equal(outcome.kind, "gone");
  assert.deepEqual(calls.map(nameOf), [
    LOOKUP,
    "GET /me/next",
    "DELETE /me/events/a",
    "DELETE /me/events/b",
  ]);
});

Deno.test("events of others, and of nobody, are not what creations left", () => {
  const others = ok({ value: [tagged("theirs", "owner-2"), { id: "nobody's" }] });
  assert.deepEqual(play(removeUntracked(target("other"), "o"), [others]).outcome, {
    kind: "gone",
    reason: "never_created",
  });
});

Deno.test("while a page is missing, nothing is deleted", () => {
  const first = ok({ value: [tagged("a")], "@odata.nextLink": `${GRAPH}/me/next` });
  for (const answer of [GONE, refused(503, "ServiceUnavailable"), ok({})]) {
    const { outcome } = play(removeUntracked(target("own"), "o"), [first, answer]);
    assert.ok(outcome.kind === "retry" || outcome.kind === "unknown", outcome.kind);
  }
});

Deno.test("where creations left nothing, or the calendar is gone, there is nothing to do", () => {
  assert.equal(play(removeUntracked(target("own"), "o"), [ok({ value: [] })]).outcome.kind, "gone");
  assert.equal(play(removeUntracked(target("other"), "o"), [GONE]).outcome.kind, "gone");
  assert.equal(play(removeUntracked(target("own"), "o"), [GONE, ok({ value: [] })]).outcome.kind, "gone");
});

Deno.test("what creations left in a calendar that has moved is not called gone", () => {
  const { outcome } = play(removeUntracked(target("own"), "o"), [GONE, ownCalendar("cal/2")]);
  assert.deepEqual(outcome, { kind: "calendar_moved", calendar_id: "cal/2" });
});

Deno.test("a removal that fails half-way is not done", () => {
  const { outcome } = play(removeUntracked(target("own"), "o"), [
    ok({ value: [tagged("a"), tagged("b")] }),
    ok(null),
    refused(503, "ServiceUnavailable"),
  ]);
  assert.equal(outcome.kind, "unknown");
});
