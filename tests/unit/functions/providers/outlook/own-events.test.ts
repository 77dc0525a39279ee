import assert from "node:assert/strict";
import {
  EVENT_OWNER_PROPERTY,
  OBLIGATION_PROPERTY,
  OWNER_PROPERTY,
} from "../../../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { findOwnEvents } from "../../../../../supabase/functions/_shared/providers/outlook/own-events.ts";
import { transactionId } from "../../../../../supabase/functions/_shared/providers/outlook/transaction-id.ts";
import { GONE, nameOf, ok, play, refused } from "./play.ts";

const GRAPH = "https://graph.test/v1.0";
const OWN = { owner: "owner-1", graph_url: GRAPH, calendar: { id: "c/1", role: "own" } } as const;
const SHARED = { ...OWN, calendar: { id: "c/1", role: "other" } } as const;
const NEXT = `${GRAPH}/me/calendars/c%2F1/events?$skiptoken=x%2F2`;

function tagged(id: string, property = OBLIGATION_PROPERTY) {
  return { id, singleValueExtendedProperties: [{ id: property, value: `of ${id}` }] };
}

function ownCalendar(id: string) {
  return ok({ value: [{ id, singleValueExtendedProperties: [{ id: OWNER_PROPERTY, value: "owner-1" }] }] });
}

Deno.test("Graph is asked for the owner's events in the calendar, with the obligation's tag and nothing else", () => {
  const { outcome, calls } = play(findOwnEvents(OWN, null), [ok({ value: [tagged("e/1")] })]);
  assert.deepEqual(outcome, { kind: "done", value: [{ event_id: "e/1", obligation_id: "of e/1" }] });
  assert.deepEqual(calls.map(nameOf), [
    "GET /me/calendars/c/1/events" +
    `?$filter=singleValueExtendedProperties/Any(ep: ep/id eq '${EVENT_OWNER_PROPERTY}' and ep/value eq 'owner-1')` +
    `&$expand=singleValueExtendedProperties($filter=id eq '${OBLIGATION_PROPERTY}')&$select=id,transactionId&$top=250`,
  ]);
  assert.ok(!/[ +]/.test(calls[0]?.path ?? ""), "spaces are %20");
});

Deno.test("the default calendar goes by its alias", () => {
  const { calls } = play(findOwnEvents({ ...OWN, calendar: { id: "c", role: "primary" } }, null), [
    ok({ value: [] }),
  ]);
  assert.ok(calls[0]?.path.startsWith("/me/calendar/events?"));
});

Deno.test("links are followed as they are, and an event that two pages show is one", () => {
  const { outcome, calls } = play(findOwnEvents(OWN, null), [
    ok({ value: [tagged("a")], "@odata.nextLink": NEXT }),
    ok({ value: [], "@odata.nextLink": `${NEXT}3` }),
    ok({ value: [tagged("a"), tagged("b")], "@odata.nextLink": null }),
  ]);
  assert.deepEqual(calls.slice(1).map(({ path }) => GRAPH + path), [NEXT, `${NEXT}3`]);
  assert.deepEqual(outcome.kind === "done" && outcome.value.map(({ event_id }) => event_id), ["a", "b"]);
});

Deno.test("a link to anywhere but Graph is not followed, since the token would go there", () => {
  for (
    const link of [
      "https://graph.test.example/v1.0/x",
      "https://evil.test/",
      `${GRAPH}.evil.test/x`,
      "/v1.0/x",
    ]
  ) {
    const { outcome } = play(findOwnEvents(OWN, null), [
      ok({ value: [tagged("a")], "@odata.nextLink": link }),
    ]);
    assert.deepEqual(outcome, { kind: "unknown", reason: "next_link", after_s: null }, link);
  }
});

Deno.test("an event that has no obligation's tag is left out, and a GUID may be in capitals", () => {
  const { outcome } = play(findOwnEvents(OWN, null), [
    ok({
      value: [
        { id: "bare" },
        { id: "null", singleValueExtendedProperties: null },
        { id: "empty", singleValueExtendedProperties: [{ id: OBLIGATION_PROPERTY, value: "" }] },
        tagged("owner only", EVENT_OWNER_PROPERTY),
        tagged("ours", OBLIGATION_PROPERTY.toUpperCase()),
      ],
    }),
  ]);
  assert.deepEqual(outcome.kind === "done" && outcome.value.map(({ event_id }) => event_id), ["ours"]);
});

Deno.test("a copy that its user made is left out: it has our tags, and no transaction id of ours", () => {
  const withId = (id: string, transaction: string | null) => ({ ...tagged(id), transactionId: transaction });
  const own_id = transactionId("owner-1", "of ours", "own", 0);
  const { outcome } = play(findOwnEvents(OWN, null), [
    ok({
      value: [
        withId("ours", own_id),
        withId("ours, shouted", own_id.toUpperCase()),
        withId("without", null),
        withId("a word of Outlook's", "localevent:3f0c4c7e"),
        withId("random", "3f0c4c7e-58a1-4f0e-9a36-0f5d6f3f7a10"),
        tagged("not told"),
      ],
    }),
  ]);
  assert.deepEqual(outcome.kind === "done" && outcome.value.map(({ event_id }) => event_id), [
    "ours",
    "ours, shouted",
    "not told",
  ]);
});

Deno.test("a calendar that is gone is missing, and one of our own is looked for by its tag", () => {
  assert.equal(play(findOwnEvents(SHARED, null), [GONE]).outcome.kind, "calendar_missing");
  assert.equal(play(findOwnEvents(OWN, null), [GONE, ok({ value: [] })]).outcome.kind, "calendar_missing");
  assert.deepEqual(play(findOwnEvents(OWN, null), [GONE, ownCalendar("c/2")]).outcome, {
    kind: "calendar_moved",
    calendar_id: "c/2",
  });
});

Deno.test("a further page that is refused or gone means to begin anew", () => {
  const first = ok({ value: [tagged("a")], "@odata.nextLink": NEXT });
  for (const answer of [GONE, refused(410, "SyncStateNotFound"), refused(400, "ErrorInvalidRequest")]) {
    assert.equal(play(findOwnEvents(OWN, null), [first, answer]).outcome.kind, "retry");
  }
  assert.equal(
    play(findOwnEvents(OWN, null), [refused(400, "ErrorInvalidRequest")]).outcome.kind,
    "rejected",
  );
});
