import assert from "node:assert/strict";
import type { GoogleAnswer } from "../../../../../supabase/functions/_shared/providers/google/answers.ts";
import { listChanges } from "../../../../../supabase/functions/_shared/providers/google/changes.ts";
import { eventId } from "../../../../../supabase/functions/_shared/providers/google/event-id.ts";

const OWNER = "owner-1";
const TARGET = { calendar: { id: "c@group.calendar.google.com", role: "own" }, owner: OWNER } as const;
const OBLIGATION = "5f0c9a52-8d0a-4c56-9f0e-0f6f4bb50001";
const OURS = eventId(OWNER, OBLIGATION, 0);
const DAY = { start: { date: "2027-03-15" }, end: { date: "2027-03-16" } };

interface Page {
  readonly items?: readonly Record<string, unknown>[];
  readonly nextPageToken?: string;
  readonly nextSyncToken?: string;
}

function page(body: Page): GoogleAnswer {
  return { kind: "ok", body };
}

function item(id: string, more: Record<string, unknown> = {}, owner = OWNER) {
  return {
    id,
    etag: '"1"',
    status: "confirmed",
    ...DAY,
    extendedProperties: { private: { obligation_id: OBLIGATION, owner } },
    ...more,
  };
}

/** Plays the listing against answers in their order. */
function play(cursor: string | null, ...answers: readonly GoogleAnswer[]) {
  return playOf(listChanges(TARGET, cursor), answers);
}

function playOf(listing: ReturnType<typeof listChanges>, answers: readonly GoogleAnswer[]) {
  const queries: URLSearchParams[] = [];
  let step = listing.next();
  while (!step.done) {
    queries.push(new URL(step.value.path, "https://google.test").searchParams);
    const answer = answers[queries.length - 1];
    assert.ok(answer, "there is no answer to one more call");
    step = listing.next(answer);
  }
  assert.equal(queries.length, answers.length);
  return { outcome: step.value, queries };
}

function newsOf(outcome: ReturnType<typeof play>["outcome"]) {
  assert.ok(outcome.kind === "done", JSON.stringify(outcome));
  return outcome.value;
}

function onlyEvent(more: Record<string, unknown>) {
  const [news] = newsOf(play(null, page({ items: [item(OURS, more)] })).outcome).news;
  assert.ok(news?.kind === "shown");
  return news.event;
}

Deno.test("without a cursor everything is listed, with no filter, and the last page's sync token is the cursor", () => {
  const { outcome, queries } = play(
    null,
    page({ items: [item(OURS)], nextPageToken: "2" }),
    page({ nextSyncToken: "s" }),
  );
  assert.deepEqual(outcome, {
    kind: "done",
    value: {
      news: [{
        kind: "shown",
        event: {
          event_id: OURS,
          etag: '"1"',
          obligation_id: OBLIGATION,
          time: { kind: "all_day", start_date: "2027-03-15", end_date: "2027-03-16" },
          is_series: false,
          has_guests: false,
        },
      }],
      is_complete: true,
      cursor: "s",
    },
  });
  assert.deepEqual(queries.map((query) => [...query.keys()]), [
    ["maxResults", "fields"],
    ["maxResults", "fields", "pageToken"],
  ]);
});

Deno.test("a cursor is the sync token of every page, beside the page's own token", () => {
  const { outcome, queries } = play("s1", page({ nextPageToken: "2" }), page({ nextSyncToken: "s2" }));
  assert.deepEqual(newsOf(outcome), { news: [], is_complete: false, cursor: "s2" });
  assert.deepEqual(
    queries.map((query) => [query.get("syncToken"), query.get("pageToken")]),
    [["s1", null], ["s1", "2"]],
  );
});

Deno.test("pages are shorter where events may be anybody's", () => {
  const calendar = { id: "ada@example.com", role: "primary" } as const;
  const lengthOf = ({ queries: [query] }: ReturnType<typeof play>) => query?.get("maxResults");
  assert.equal(lengthOf(play(null, page({}))), "2500");
  assert.equal(lengthOf(playOf(listChanges({ calendar, owner: OWNER }, null), [page({})])), "1000");
});

Deno.test("a listing without a sync token has no cursor", () => {
  assert.equal(newsOf(play(null, page({})).outcome).cursor, null);
});

Deno.test("what a deleted event leaves is news only under an id of ours", () => {
  const items = [
    { id: OURS, status: "cancelled" },
    { id: eventId("somebody else", OBLIGATION, 0), status: "cancelled" },
    { id: "dentist", status: "cancelled" },
    { id: `${OURS}_20270315`, status: "cancelled" },
  ];
  assert.deepEqual(newsOf(play("s", page({ items, nextSyncToken: "t" })).outcome).news, [
    { kind: "gone", event_id: OURS },
  ]);
});

Deno.test("events of the user's and of other owners are left out, whatever they look like", () => {
  const items = [{ id: "dentist" }, item("theirs", {}, "owner-2"), { id: "odd", start: "today" }];
  assert.deepEqual(newsOf(play(null, page({ items })).outcome).news, []);
});

Deno.test("a copy has our tag, and an event of ours may have lost it", () => {
  const { news } = newsOf(
    play(null, page({ items: [item("copy"), item(OURS, { extendedProperties: {} })] })).outcome,
  );
  assert.deepEqual(news.map((one) => one.kind === "shown" && [one.event.event_id, one.event.obligation_id]), [
    ["copy", OBLIGATION],
    [OURS, null],
  ]);
});

Deno.test("occurrences of a series are no events of their own", () => {
  const items = [
    item(OURS, { recurrence: ["RRULE:FREQ=WEEKLY"] }),
    item(`${OURS}_20270322`, { recurringEventId: OURS }),
    { id: `${OURS}_20270329`, status: "cancelled", recurringEventId: OURS },
  ];
  const { news } = newsOf(play(null, page({ items })).outcome);
  assert.deepEqual(news.map((one) => one.kind === "shown" && [one.event.event_id, one.event.is_series]), [
    [OURS, true],
  ]);
});

Deno.test("an event with guests says so", () => {
  assert.equal(onlyEvent({ attendees: [{ email: "guest@example.com" }] }).has_guests, true);
  assert.equal(onlyEvent({ attendees: [] }).has_guests, false);
});

Deno.test("a timed event is two instants, whatever zone Google shows it in", () => {
  const at = (dateTime: string, timeZone?: string) => ({ dateTime, ...(timeZone && { timeZone }) });
  const timed = (start: object, end: object) => onlyEvent({ start, end }).time;
  const expected = { kind: "timed", start_at: "2027-03-15T09:00:00Z", end_at: "2027-03-15T09:30:00Z" };
  assert.deepEqual(
    timed(at("2027-03-15T10:00:00+01:00", "Europe/Madrid"), at("2027-03-15T10:30:00+01:00", "Europe/Madrid")),
    { ...expected, time_zone: "Europe/Madrid" },
  );
  assert.deepEqual(timed(at("2027-03-15T09:00:00Z"), at("2027-03-15T09:30:00Z")), {
    ...expected,
    time_zone: null,
  });
  assert.deepEqual(
    timed(at("2027-03-15T10:00:00", "Europe/Madrid"), at("2027-03-15T10:30:00", "Europe/Madrid")),
    { ...expected, time_zone: "Europe/Madrid" },
  );
  assert.deepEqual(
    timed(at("2027-03-15T09:00:00Z", "Somewhere/Else"), at("2027-03-15T09:30:00Z", "Somewhere/Else")),
    { ...expected, time_zone: null },
  );
});

Deno.test("an event of ours whose time cannot be read fails the listing: it would look deleted", () => {
  const { outcome } = play(null, page({ items: [item(OURS, { start: {}, end: {} })] }));
  assert.deepEqual(outcome, { kind: "unknown", reason: "unreadable", after_s: null });
});

const REFUSALS: readonly GoogleAnswer[] = [
  { kind: "retry", reason: "fullSyncRequired", after_s: null },
  { kind: "gone", reason: "unspecified" },
  { kind: "rejected", reason: "invalid" },
];

for (const refusal of REFUSALS) {
  Deno.test(`a sync token that is refused (${refusal.kind}) leads to a complete listing`, () => {
    const { outcome, queries } = play("s", refusal, page({ items: [item(OURS)], nextSyncToken: "new" }));
    assert.equal(newsOf(outcome).is_complete, true);
    assert.equal(newsOf(outcome).cursor, "new");
    assert.deepEqual(queries.map((query) => query.get("syncToken")), ["s", null]);
  });

  Deno.test(`the same in the middle of the pages (${refusal.kind}): what was read is forgotten`, () => {
    const first = page({ items: [item("copy")], nextPageToken: "2" });
    const { outcome } = play("s", first, refusal, page({ items: [item(OURS)], nextSyncToken: "new" }));
    assert.deepEqual(
      newsOf(outcome).news.map((one) => one.kind === "shown" && one.event.event_id),
      [OURS],
    );
  });
}

Deno.test("a complete listing that is refused as well is a failure", () => {
  const gone: GoogleAnswer = { kind: "gone", reason: "notFound" };
  assert.deepEqual(play("s", gone, gone).outcome, { kind: "calendar_missing", reason: "notFound" });
});

Deno.test("a further page of a complete listing that is refused begins anew another time", () => {
  const { outcome } = play(null, page({ nextPageToken: "2" }), { kind: "rejected", reason: "invalid" });
  assert.deepEqual(outcome, { kind: "retry", reason: "invalid", after_s: null });
});

Deno.test("what says nothing of the cursor ends the listing", () => {
  const down: GoogleAnswer = { kind: "unknown", reason: "backendError", after_s: null, silent: true };
  assert.deepEqual(play("s", down).outcome, down);
  const rejected: GoogleAnswer = { kind: "token_rejected", reason: "authError" };
  assert.deepEqual(play("s", page({ nextPageToken: "2" }), rejected).outcome, rejected);
});

Deno.test("of an event that two pages show, the later one counts", () => {
  const { news } = newsOf(
    play(
      "s",
      page({ items: [item(OURS)], nextPageToken: "2" }),
      page({ items: [{ id: OURS, status: "cancelled" }], nextSyncToken: "t" }),
    ).outcome,
  );
  assert.deepEqual(news, [{ kind: "gone", event_id: OURS }]);
});
