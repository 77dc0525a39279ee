import assert from "node:assert/strict";
import type { GoogleAnswer } from "../../../../../supabase/functions/_shared/providers/google/answers.ts";
import { eventId } from "../../../../../supabase/functions/_shared/providers/google/event-id.ts";
import { listOwnEvents } from "../../../../../supabase/functions/_shared/providers/google/own-events.ts";

const TARGET = { calendar: { id: "c@group.calendar.google.com", role: "own" }, owner: "owner-1" } as const;

/** A page with these in it. */
function page(items?: readonly Record<string, unknown>[], nextPageToken?: string): GoogleAnswer {
  return {
    kind: "ok",
    body: { ...(items && { items }), ...(nextPageToken !== undefined && { nextPageToken }) },
  };
}

/** Plays the listing against answers in their order. */
function play(...answers: readonly GoogleAnswer[]) {
  const listing = listOwnEvents(TARGET);
  const paths: string[] = [];
  let step = listing.next();
  while (!step.done) {
    paths.push(step.value.path);
    const answer = answers[paths.length - 1];
    assert.ok(answer, "there is no answer to one more call");
    step = listing.next(answer);
  }
  assert.equal(paths.length, answers.length);
  return { outcome: step.value, paths };
}

/** An id as we give it, for an event that the test calls by a name. */
const idOf = (name: string, owner = "owner-1") =>
  eventId(owner, new TextEncoder().encode(name.padEnd(16)).toHex(), 0);

function item(name: string, more: Record<string, unknown> = {}, owner = "owner-1") {
  const tags = { obligation_id: `of ${name}`, owner };
  return { id: idOf(name, owner), extendedProperties: { private: tags }, ...more };
}

/** The names of the events of a listing. */
function namesOf(outcome: ReturnType<typeof play>["outcome"]) {
  assert.ok(outcome.kind === "done");
  return outcome.value.map(({ obligation_id }) => obligation_id.replace("of ", ""));
}

Deno.test("Google is asked for one property, live events, long pages and few fields", () => {
  const { outcome, paths: [path = ""] } = play(page([item("a")]));
  assert.deepEqual(outcome, { kind: "done", value: [{ event_id: idOf("a"), obligation_id: "of a" }] });
  const url = new URL(path, "https://google.test");
  assert.equal(url.pathname, "/calendars/c%40group.calendar.google.com/events");
  assert.deepEqual([...url.searchParams], [
    ["privateExtendedProperty", "owner=owner-1"],
    ["showDeleted", "false"],
    ["maxResults", "2500"],
    ["fields", "items(id,status,recurringEventId,extendedProperties/private,attendees/email),nextPageToken"],
  ]);
});

Deno.test("a further page is asked for with its token and the same question", () => {
  const { paths: [first = "", second] } = play(page([item("a")], "t/1"), page());
  assert.equal(second, `${first}&pageToken=t%2F1`);
});

Deno.test("a page without events may have a next one; without a token, or with none in it, it is the last", () => {
  const { outcome } = play(page(undefined, "1"), page([], "2"), page([item("a")], ""));
  assert.deepEqual(namesOf(outcome), ["a"]);
});

Deno.test("an event that two pages show is one", () => {
  assert.deepEqual(namesOf(play(page([item("a")], "1"), page([item("a")])).outcome), [
    "a",
  ]);
});

Deno.test("what is not ours is left out even if Google lists it", () => {
  const { outcome } = play(page([
    { id: "bare" },
    { id: "without", extendedProperties: {} },
    { id: "owner only", extendedProperties: { private: { owner: "owner-1" } } },
    item("another's", {}, "owner-2"),
    // A copy has the tags, and an id that Google made.
    item("copied", { id: "4kbb7c9p0m1n2o3q4r5s6t7u8v" }),
    item("ours"),
  ]));
  assert.deepEqual(namesOf(outcome), ["ours"]);
});

Deno.test("occurrences that the user changed or cancelled of a series are left out, the series is not", () => {
  const { outcome } = play(page([
    item("series"),
    item("occurrence", { recurringEventId: "series" }),
    { id: "series_20270108", status: "cancelled", recurringEventId: "series" },
    item("deleted", { status: "cancelled" }),
  ]));
  assert.deepEqual(namesOf(outcome), ["series"]);
});

Deno.test("what cannot be found is the calendar's on the first page, and the page's on a further one", () => {
  const gone: GoogleAnswer = { kind: "gone", reason: "notFound" };
  assert.equal(play(gone).outcome.kind, "calendar_missing");
  assert.equal(play(page([], "1"), gone).outcome.kind, "retry");
});

Deno.test("what is refused on the first page is refused, and on a further one tried again", () => {
  const rejected: GoogleAnswer = { kind: "rejected", reason: "invalid" };
  assert.equal(play(rejected).outcome.kind, "rejected");
  assert.equal(play(page([], "1"), rejected).outcome.kind, "retry");
});
