import assert from "node:assert/strict";
import {
  EVENT_OWNER_PROPERTY,
  OBLIGATION_PROPERTY,
} from "../../../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { findEvents } from "../../../../../supabase/functions/_shared/providers/outlook/find-events.ts";
import { GONE, nameOf, ok, play, refused } from "./play.ts";

const TARGET = {
  owner: "owner-1",
  graph_url: "https://graph.test/v1.0",
  calendar: { id: "ours", role: "own" },
} as const;
const CALENDARS = ok({
  value: [
    { id: "default", canEdit: true, isDefaultCalendar: true },
    { id: "ours", canEdit: true },
    { id: "holidays", canEdit: false },
    { id: "team", canEdit: true },
    { id: "club", canEdit: true },
  ],
});

/** An event that its id finds; without a tag where `obligation_id` is null. */
function found(id: string, written_ago_ms: number, obligation_id: string | null = "o") {
  const at = (dateTime: string) => ({ dateTime, timeZone: "UTC" });
  return ok({
    id,
    isAllDay: true,
    start: at("2027-03-15T00:00:00"),
    end: at("2027-03-16T00:00:00"),
    lastModifiedDateTime: new Date(Date.now() - written_ago_ms).toISOString(),
    singleValueExtendedProperties: obligation_id === null ? null : [
      { id: OBLIGATION_PROPERTY, value: obligation_id },
    ],
  });
}

/** The owner's events in a calendar. */
const listing = (...ids: readonly string[]) =>
  ok({
    value: ids.map((id) => ({
      id,
      singleValueExtendedProperties: [{ id: OBLIGATION_PROPERTY, value: "o" }],
    })),
  });
const JUST_NOW = 60_000;
const LONG_AGO = 3_600_000;

function kindsOf(event_ids: readonly string[], answers: Parameters<typeof play>[1]) {
  const { outcome, calls } = play(findEvents(TARGET, event_ids), answers);
  return {
    kinds: outcome.kind === "done" ? outcome.value.map(({ kind }) => kind) : outcome.kind,
    calls: calls.map(nameOf).map((name) => name.replace(/\?.*/, "")),
  };
}

Deno.test("events that their ids do not find are gone, and no calendar is looked through", () => {
  const { kinds, calls } = kindsOf(["a", "b"], [GONE, GONE]);
  assert.deepEqual(kinds, ["gone", "gone"]);
  assert.deepEqual(calls, ["GET /me/events/a", "GET /me/events/b"]);
});

Deno.test("the other calendars are looked through once, however many events are asked for", () => {
  const ids = Array.from({ length: 25 }, (_, index) => `event ${index}`);
  const answers = [
    ...ids.map((id) => found(id, LONG_AGO)),
    CALENDARS,
    listing(),
    listing(...ids.slice(0, 20)),
    listing(...ids.slice(20)),
  ];
  const { kinds, calls } = kindsOf(ids, answers);
  assert.deepEqual(kinds, ids.map(() => "gone"));
  assert.deepEqual(calls.slice(25), [
    "GET /me/calendars",
    "GET /me/calendar/events",
    "GET /me/calendars/team/events",
    "GET /me/calendars/club/events",
  ]);
  const listed = play(findEvents(TARGET, ids), answers).calls[27];
  assert.match(nameOf(listed ?? { method: "GET", path: "" }), new RegExp(`'${EVENT_OWNER_PROPERTY}'`));
});

Deno.test("what no calendar shows is only late where it was just written, and deleted else", () => {
  const { kinds } = kindsOf(["late", "deleted", "untagged", "moved"], [
    found("late", JUST_NOW),
    found("deleted", LONG_AGO),
    found("untagged", LONG_AGO, null),
    found("moved", JUST_NOW),
    CALENDARS,
    listing(),
    listing("moved"),
    listing(),
  ]);
  assert.deepEqual(kinds, ["shown", "gone", "shown", "gone"]);
});

Deno.test("calendars that may not be read are left out; another failure is the answer", () => {
  const answers = [found("a", JUST_NOW), CALENDARS, listing()];
  const denied = [refused(403, "ErrorAccessDenied"), ok({ id: "default" })];
  assert.deepEqual(kindsOf(["a"], [...answers, ...denied, listing("a")]).kinds, ["gone"]);
  assert.deepEqual(kindsOf(["a"], [...answers, refused(400, "ErrorInvalidRequest"), listing()]).kinds, [
    "shown",
  ]);
  const down = refused(503, "ServiceUnavailable");
  for (let answered = 0; answered <= answers.length; answered++) {
    assert.equal(kindsOf(["a"], [...answers.slice(0, answered), down]).kinds, "unknown");
  }
});
