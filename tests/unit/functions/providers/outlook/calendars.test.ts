import assert from "node:assert/strict";
import {
  checkAccount,
  createCalendar,
  deleteCalendar,
  findOwn,
  getCalendar,
  isEmptyCalendar,
  listCalendars,
} from "../../../../../supabase/functions/_shared/providers/outlook/calendars.ts";
import { OWNER_PROPERTY } from "../../../../../supabase/functions/_shared/providers/outlook/event-body.ts";
import { GONE, nameOf, ok, play, refused } from "./play.ts";

const ACCOUNT = { owner: "owner-1", graph_url: "https://graph.test/v1.0" };
const NEW = { name: "Deadlines", description: "d", time_zone: "Europe/Berlin" };
const OTHER = { id: "c/1", role: "other" } as const;
const OWN = { id: "c/1", role: "own" } as const;

function tagged(id: string, owner: string, property = OWNER_PROPERTY) {
  return {
    id,
    name: "Deadlines",
    canEdit: true,
    singleValueExtendedProperties: [{ id: property, value: owner }],
  };
}

Deno.test("calendars are listed with what the user needs to choose, whatever is null", () => {
  const { outcome } = play(listCalendars(ACCOUNT), [ok({
    value: [
      { id: "1", name: "Calendar", canEdit: true, isDefaultCalendar: true, hexColor: "#0078D4" },
      { id: "2", name: "Shared", canEdit: false, isDefaultCalendar: false, hexColor: "" },
      { id: "3", name: "Auto", canEdit: true, hexColor: "auto" },
      { id: "4", name: null, canEdit: null, isDefaultCalendar: null, hexColor: null, owner: null },
    ],
  })]);
  assert.deepEqual(outcome, {
    kind: "done",
    value: [
      { id: "1", name: "Calendar", primary: true, writable: true, time_zone: null, color: "#0078D4" },
      { id: "2", name: "Shared", primary: false, writable: false, time_zone: null, color: null },
      { id: "3", name: "Auto", primary: false, writable: true, time_zone: null, color: null },
      { id: "4", name: "4", primary: false, writable: true, time_zone: null, color: null },
    ],
  });
});

Deno.test("the next page is asked for in Graph's own words", () => {
  const { outcome, calls } = play(listCalendars(ACCOUNT), [
    ok({ value: [{ id: "1" }], "@odata.nextLink": "https://graph.test/v1.0/me/calendars?$skiptoken=a%2Bb" }),
    ok({ value: [{ id: "2" }] }),
  ]);
  assert.ok(outcome.kind === "done");
  assert.deepEqual(outcome.value.map(({ id }) => id), ["1", "2"]);
  assert.equal(calls[1]?.path, "/me/calendars?$skiptoken=a%2Bb");
});

Deno.test("a next page elsewhere is not asked for: the token stays with Graph", () => {
  for (
    const link of [
      "https://evil.test/v1.0/me/calendars",
      "https://graph.test.evil.test/v1.0/me",
      "https://graph.test/v1.0.evil/me",
      "https://graph.test@evil.test/v1.0/me",
      "http://graph.test/v1.0/me/calendars",
    ]
  ) {
    const { outcome } = play(listCalendars(ACCOUNT), [ok({ value: [], "@odata.nextLink": link })]);
    assert.deepEqual(outcome, { kind: "unknown", reason: "next_link", after_s: null });
  }
});

Deno.test("pages without end are left after twenty", () => {
  const page = ok({
    value: [{ id: "1" }],
    "@odata.nextLink": "https://graph.test/v1.0/me/calendars?$skip=1",
  });
  const { outcome } = play(listCalendars(ACCOUNT), Array.from({ length: 20 }, () => page));
  assert.ok(outcome.kind === "done" && outcome.value.length === 20);
});

Deno.test("a list that makes no sense is not an empty one", () => {
  assert.equal(play(listCalendars(ACCOUNT), [ok({ calendars: [] })]).outcome.kind, "unknown");
});

Deno.test("the default calendar is read by its alias", () => {
  const { calls } = play(getCalendar(ACCOUNT, { id: "x", role: "primary" }), [
    ok({ id: "y", canEdit: true }),
  ]);
  assert.equal(calls[0]?.path, "/me/calendar");
});

Deno.test("another calendar that is gone is missing; our own is looked for by its tag", () => {
  assert.equal(play(getCalendar(ACCOUNT, OTHER), [GONE]).outcome.kind, "calendar_missing");
  assert.deepEqual(
    play(getCalendar(ACCOUNT, OWN), [GONE, ok({ value: [tagged("c/2", "owner-1")] })]).outcome,
    {
      kind: "calendar_moved",
      calendar_id: "c/2",
    },
  );
  assert.equal(
    play(getCalendar(ACCOUNT, OWN), [GONE, ok({ value: [tagged("c/2", "owner-2")] })]).outcome.kind,
    "calendar_missing",
  );
});

Deno.test("access that is denied is the calendar's where the default one may be read, else the grant's", () => {
  const denied = refused(403, "ErrorAccessDenied");
  const primary = { id: "p", role: "primary" } as const;
  const readable = ok({ id: "p" });
  assert.equal(play(getCalendar(ACCOUNT, OTHER), [denied, readable]).outcome.kind, "calendar_missing");
  assert.equal(play(getCalendar(ACCOUNT, OTHER), [denied, denied]).outcome.kind, "needs_reconnect");
  assert.equal(play(getCalendar(ACCOUNT, OTHER), [denied, refused(503, "")]).outcome.kind, "unknown");
  assert.equal(play(getCalendar(ACCOUNT, primary), [denied]).outcome.kind, "needs_reconnect");
  const { outcome, calls } = play(isEmptyCalendar(ACCOUNT, OTHER), [denied, readable]);
  assert.equal(outcome.kind, "calendar_missing");
  assert.equal(nameOf(calls[1] ?? { method: "GET", path: "" }), "GET /me/calendar?$select=id");
  // A new calendar of ours is not everywhere yet.
  const own = ok({ value: [tagged("c/1", "owner-1")] });
  assert.equal(play(getCalendar(ACCOUNT, OWN), [denied, readable, own]).outcome.kind, "retry");
});

Deno.test("a mailbox that is not there is said to be so", () => {
  const nothing = refused(404, "MailboxNotEnabledForRESTAPI");
  for (
    const program of [
      checkAccount(),
      listCalendars(ACCOUNT),
      getCalendar(ACCOUNT, OWN),
      createCalendar(ACCOUNT, NEW),
    ]
  ) {
    assert.equal(play<{ readonly kind: string }>(program, [nothing]).outcome.kind, "mailbox_unavailable");
  }
  // No default calendar is not no mailbox: making ours will tell.
  assert.equal(play(checkAccount(), [GONE]).outcome.kind, "calendar_missing");
  assert.deepEqual(play(checkAccount(), [ok({ id: "1" })]).outcome, { kind: "done", value: null });
  assert.equal(play(checkAccount(), [refused(503, "")]).outcome.kind, "unknown");
});

Deno.test("a calendar's tag is known in any case of its GUID, its value only as it is", () => {
  const found = (property: string, owner: string) => {
    const { outcome } = play(findOwn(ACCOUNT), [ok({ value: [tagged("c", owner, property)] })]);
    return outcome.kind === "done" && outcome.value !== null;
  };
  assert.equal(found(OWNER_PROPERTY, "owner-1"), true);
  assert.equal(found(OWNER_PROPERTY.toUpperCase(), "owner-1"), true);
  assert.equal(found(OWNER_PROPERTY, "OWNER-1"), false);
  assert.equal(found(OWNER_PROPERTY.replace("calendar_owner", "obligation_id"), "owner-1"), false);
});

Deno.test("a new calendar carries its owner's tag", () => {
  const { outcome, calls } = play(createCalendar(ACCOUNT, NEW), [
    ok({ value: [tagged("theirs", "owner-2")] }),
    ok({ id: "c/9", name: "Deadlines", canEdit: true, hexColor: "auto" }),
  ]);
  assert.deepEqual(outcome, {
    kind: "done",
    value: { id: "c/9", name: "Deadlines", primary: false, writable: true, time_zone: null, color: null },
  });
  assert.deepEqual(calls[1], {
    method: "POST",
    path: "/me/calendars",
    body: {
      name: "Deadlines",
      singleValueExtendedProperties: [{ id: OWNER_PROPERTY, value: "owner-1" }],
    },
  });
});

Deno.test("the calendar that an unanswered call made is found instead of a second one", () => {
  const { outcome, calls } = play(createCalendar(ACCOUNT, NEW), [ok({ value: [tagged("c/9", "owner-1")] })]);
  assert.ok(outcome.kind === "done" && outcome.value.id === "c/9");
  assert.deepEqual(calls.map(nameOf), [
    `GET /me/calendars?$top=100&$expand=singleValueExtendedProperties($filter=id eq '${OWNER_PROPERTY}')`,
  ]);
});

Deno.test("a name that another calendar has gets a number", () => {
  const taken = refused(409, "ErrorFolderExists");
  const none = ok({ value: [] });
  const { calls } = play(createCalendar(ACCOUNT, NEW), [none, taken, none, taken, none, ok({ id: "c/9" })]);
  const names = calls.flatMap(({ body }) =>
    typeof body === "object" && body && "name" in body ? [body.name] : []
  );
  assert.deepEqual(names, ["Deadlines", "Deadlines (2)", "Deadlines (3)"]);
});

Deno.test("a name that turns out to be taken by our own calendar needs no number", () => {
  const { outcome } = play(createCalendar(ACCOUNT, NEW), [
    ok({ value: [] }),
    refused(409, "ErrorFolderExists"),
    ok({ value: [tagged("c/9", "owner-1")] }),
  ]);
  assert.ok(outcome.kind === "done" && outcome.value.id === "c/9");
});

Deno.test("where calendars cannot be looked for by their tag, one is made all the same", () => {
  const { outcome } = play(createCalendar(ACCOUNT, NEW), [
    refused(400, "ErrorInvalidRequest"),
    ok({ id: "c/9" }),
  ]);
  assert.equal(outcome.kind, "done");
});

Deno.test("while it is not known whether there is a calendar of ours, none is made, lest there be two", () => {
  assert.equal(play(createCalendar(ACCOUNT, NEW), [refused(503, "")]).outcome.kind, "unknown");
});

Deno.test("a calendar is empty when Graph shows no event and no further page", () => {
  const emptyOf = (body: unknown) => play(isEmptyCalendar(ACCOUNT, OTHER), [ok(body)]);
  assert.deepEqual(emptyOf({ value: [] }).outcome, { kind: "done", value: true });
  assert.deepEqual(emptyOf({ value: [{ id: "e" }] }).outcome, { kind: "done", value: false });
  assert.deepEqual(emptyOf({ value: [], "@odata.nextLink": "https://graph.test/v1.0/x" }).outcome, {
    kind: "done",
    value: false,
  });
  assert.equal(emptyOf({}).outcome.kind, "unknown");
  assert.deepEqual(emptyOf({ value: [] }).calls, [
    { method: "GET", path: "/me/calendars/c%2F1/events?$top=1&$select=id" },
  ]);
});

Deno.test("a calendar is deleted by its id; one that is gone already is missing", () => {
  const { outcome, calls } = play(deleteCalendar(OWN), [ok(null)]);
  assert.deepEqual(outcome, { kind: "done", value: null });
  assert.deepEqual(calls, [{ method: "DELETE", path: "/me/calendars/c%2F1" }]);
  assert.equal(play(deleteCalendar(OWN), [GONE]).outcome.kind, "calendar_missing");
});
