import assert from "node:assert/strict";
import type { GoogleAnswer } from "../../../../../supabase/functions/_shared/providers/google/answers.ts";
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

function item(id: string, more: Record<string, unknown> = {}, owner = "owner-1") {
  return { id, extendedProperties: { private: { obligation_id: `of ${id}`, owner } }, ...more };
}

function idsOf(outcome: ReturnType<typeof play>["outcome"]) {
  assert.ok(outcome.kind === "done");
  return outcome.value.map(({ event_id }) => event_id);
}

Deno.test("Google is asked for one property, live events, long pages and few fields", () => {
  const { outcome, paths: [path = ""] } = play(page([item("a")]));
  assert.deepEqual(outcome, { kind: "done", value: [{ event_id: "a", obligation_id: "of a" }] });
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
  assert.deepEqual(idsOf(outcome), ["a"]);
});

Deno.test("an event that two pages show is one", () => {
  assert.deepEqual(idsOf(play(page([item("a")], "1"), page([item("a")])).outcome), [
    "a",
  ]);
});

Deno.test("what is not ours is left out even if Google lists it", () => {
  const { outcome } = play(page([
    { id: "bare" },
    { id: "without", extendedProperties: {} },
    { id: "owner only", extendedProperties: { private: { owner: "owner-1" } } },
    item("another's", {}, "owner-2"),
    item("ours"),
  ]));
  assert.deepEqual(idsOf(outcome), ["ours"]);
});

Deno.test("occurrences that the user changed or cancelled of a series are left out, the series is not", () => {
  const { outcome } = play(page([
    item("series"),
    item("series_20270101", { recurringEventId: "series" }),
    { id: "series_20270108", status: "cancelled", recurringEventId: "series" },
    item("deleted", { status: "cancelled" }),
  ]));
  assert.deepEqual(idsOf(outcome), ["series"]);
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
