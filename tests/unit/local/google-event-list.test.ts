import assert from "node:assert/strict";
import { GoogleError } from "../../../local/providers/google/errors.ts";
import { eventPage, parseEventQuery } from "../../../local/providers/google/event-list.ts";
import { type Fields, parseFields, partial } from "../../../local/providers/google/partial-response.ts";
import {
  type CalendarEntry,
  EmulatorState,
  type EventResource,
} from "../../../local/providers/google/state.ts";

const OWNER = "privateExtendedProperty=owner%3Dada";
const KNOWN: Fields = { a: null, b: { c: { d: null }, e: null } };

/** A calendar with events of which every second one has an owner's tag. */
function calendarWith(count: number): CalendarEntry {
  const state = new EmulatorState([{ email: "ada@example.com", name: "Ada", sub: "1" }], null);
  const calendar = state.accounts.get("ada@example.com")?.calendars.get("ada@example.com");
  assert.ok(calendar);
  for (let number = 0; number < count; number++) {
    calendar.events.set(`event${number}`, eventAt(`event${number}`, number % 2 === 0 ? "ada" : "grace"));
  }
  return calendar;
}

function eventAt(id: string, owner: string): EventResource {
  const at = "2027-01-01T00:00:00Z";
  const extendedProperties = { private: { owner } };
  const day = { start: { date: "2027-01-01" }, end: { date: "2027-01-02" } };
  return {
    id,
    status: "confirmed",
    etag: "",
    created: at,
    updated: at,
    sequence: 0,
    ...day,
    extendedProperties,
  };
}

function page(calendar: CalendarEntry, query: string, page_size_max: number | null = null) {
  const { items, next } = eventPage(
    calendar,
    parseEventQuery(`http://google.test/events?${query}`),
    { revision: 0, sync_tokens_from: 0, page_size_max, isListed: () => true },
  );
  return { ids: items.map(({ id }) => id), next };
}

function refuses(work: () => unknown, reason: string, message: RegExp): void {
  assert.throws(work, (error) => {
    assert.ok(error instanceof GoogleError);
    assert.deepEqual([error.status, error.reason], [400, reason]);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("events are listed by a private property, deleted ones only where they are asked for", () => {
  const calendar = calendarWith(4);
  calendar.events.set("event2", { ...eventAt("event2", "ada"), status: "cancelled" });
  assert.deepEqual(page(calendar, OWNER).ids, ["event0"]);
  assert.deepEqual(page(calendar, `${OWNER}&showDeleted=true`).ids, ["event0", "event2"]);
  assert.deepEqual(page(calendar, "privateExtendedProperty=owner%3DADA").ids, []);
  assert.deepEqual(page(calendar, "privateExtendedProperty=owner%3D").ids, []);
});

Deno.test("pages are as long as was asked for, 250 by default, and never longer than the limit", () => {
  const calendar = calendarWith(300);
  assert.equal(page(calendar, "").ids.length, 250);
  assert.equal(page(calendar, "maxResults=2500").next, null);
  assert.equal(page(calendar, "maxResults=2500", 7).ids.length, 7);
  assert.equal(page(calendar, "maxResults=5", 7).ids.length, 5);
});

Deno.test("each page but the last has a token, with which the listing goes on", () => {
  const calendar = calendarWith(10);
  const ids: string[] = [];
  let query = OWNER;
  for (;;) {
    const one = page(calendar, query, 2);
    ids.push(...one.ids);
    if (one.next === null) break;
    query = `${OWNER}&pageToken=${encodeURIComponent(one.next)}`;
  }
  assert.deepEqual(ids, ["event0", "event2", "event4", "event6", "event8"]);
});

Deno.test("a token is good for the question that it was given for, and no other text is one", () => {
  const { next } = page(calendarWith(10), OWNER, 2);
  assert.ok(next !== null);
  const token = encodeURIComponent(next);
  refuses(() => page(calendarWith(10), `pageToken=${token}`), "invalid", /page token/);
  refuses(() => page(calendarWith(10), `${OWNER}&maxResults=3&pageToken=${token}`), "invalid", /page token/);
  for (const other of ["2", "", "é", token.slice(4)]) {
    refuses(() => page(calendarWith(10), `${OWNER}&pageToken=${other}`), "invalid", /page token/);
  }
});

Deno.test("a parameter that is unknown, malformed or repeated is refused by its name", () => {
  const calendar = calendarWith(0);
  for (
    const [query, name] of [
      ["colour=red", "colour"],
      ["maxResults=0", "maxResults"],
      ["maxResults=2501", "maxResults"],
      ["showDeleted=no", "showDeleted"],
      ["privateExtendedProperty=owner", "privateExtendedProperty"],
      [`${OWNER}&privateExtendedProperty=obligation_id%3D7`, "privateExtendedProperty"],
      ["timeMin=today", "timeMin"],
    ] as const
  ) {
    refuses(() => page(calendar, query), "invalid", new RegExp(`parameter: ${name}$`));
  }
});

/** A calendar with two events, and the sync token of a first listing. */
function synchronised() {
  const state = new EmulatorState([{ email: "ada@example.com", name: "Ada", sub: "1" }], null);
  const calendar = state.accounts.get("ada@example.com")?.calendars.get("ada@example.com");
  assert.ok(calendar);
  for (const id of ["event0", "event1"]) state.storeEvent(calendar, eventAt(id, "ada"));
  const list = (query: string, of = calendar) =>
    eventPage(of, parseEventQuery(`http://google.test/events?${query}`), state);
  const since = (token: string, more = "") => list(`syncToken=${encodeURIComponent(token)}${more}`);
  return { state, calendar, list, since, token: list("").sync_token };
}

Deno.test("a sync token lists what changed since, and of what was deleted no more than its id", () => {
  const { state, calendar, since, token } = synchronised();
  assert.deepEqual(since(token).items, []);
  const changed = state.storeEvent(calendar, { ...eventAt("event0", "ada"), summary: "Changed" });
  const deleted = state.storeEvent(calendar, { ...eventAt("event1", "ada"), status: "cancelled" });
  const { items, sync_token } = since(token);
  assert.deepEqual(items, [
    changed,
    { kind: "calendar#event", id: "event1", status: "cancelled", etag: deleted.etag },
  ]);
  assert.deepEqual(since(sync_token).items, []);
});

Deno.test("beside a sync token no filter is taken, and nothing else than at first", () => {
  const { since, token } = synchronised();
  for (
    const more of [
      OWNER,
      "orderBy=updated",
      "timeMin=2027-01-01T00:00:00Z",
      "timeMax=2027-01-01T00:00:00Z",
      "showDeleted=false",
    ]
  ) {
    const [name = ""] = more.split("=");
    refuses(() => since(token, `&${more}`), "invalid", new RegExp(`^${name} cannot be used`));
  }
  refuses(() => since(token, "&singleEvents=true"), "invalid", /sync token value/);
  assert.deepEqual(since(token, "&maxResults=1&fields=nextSyncToken").items, []);
});

Deno.test("a sync token is good for its calendar until it expires", () => {
  const { state, calendar, list, since, token } = synchronised();
  const other = { ...calendar, id: "other" };
  refuses(() => list(`syncToken=${encodeURIComponent(token)}`, other), "invalid", /sync token value/);
  refuses(() => since("broken"), "invalid", /sync token value/);
  state.expireSyncTokens();
  assert.throws(() => since(token), (error) => {
    assert.ok(error instanceof GoogleError);
    assert.deepEqual([error.status, error.reason], [410, "fullSyncRequired"]);
    return true;
  });
  assert.deepEqual(since(list("").sync_token).items, []);
});

Deno.test("a partial response has what was selected, of every item of a list", () => {
  const resource = { a: 1, b: [{ c: { d: 2, x: 3 }, e: 4 }, { e: 5 }] };
  const of = (fields: string) => partial(resource, parseFields(fields, KNOWN));
  assert.deepEqual(of("a"), { a: 1 });
  assert.deepEqual(of("b/e"), { b: [{ e: 4 }, { e: 5 }] });
  assert.deepEqual(of("a,b(c/d,e)"), { a: 1, b: [{ c: { d: 2 }, e: 4 }, { e: 5 }] });
  assert.deepEqual(of("b/c(d)"), { b: [{ c: { d: 2 } }, {}] });
  assert.deepEqual(of("b"), { b: resource.b });
  assert.equal(partial(resource, null), resource);
});

Deno.test("a selection of what there is not, or that is malformed, is refused", () => {
  for (const fields of ["", "x", "a,", "b/x", "b(c", "b(c))", "b()", "a b", "b//c", "(a)", "a,,b"]) {
    refuses(() => parseFields(fields, KNOWN), "invalidParameter", /^Invalid field selection/);
  }
});

Deno.test("fields are selected by the names of the API reference", () => {
  const query = "fields=items(id%2Cstatus%2CextendedProperties%2Fprivate)%2CnextPageToken";
  const { fields } = parseEventQuery(`http://google.test/events?${query}`);
  const items = [eventAt("event0", "ada")];
  assert.deepEqual(partial({ kind: "calendar#events", items, nextPageToken: "x" }, fields), {
    items: [{ id: "event0", status: "confirmed", extendedProperties: { private: { owner: "ada" } } }],
    nextPageToken: "x",
  });
  refuses(() => page(calendarWith(0), "fields=items(ident)"), "invalidParameter", /selection ident$/);
});
