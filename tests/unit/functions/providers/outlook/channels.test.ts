import assert from "node:assert/strict";
import {
  createChannel,
  renewChannel,
  stopChannel,
} from "../../../../../supabase/functions/_shared/providers/outlook/channels.ts";
import type { CalendarChoice } from "../../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { GONE, nameOf, ok, play, refused } from "./play.ts";

const GRAPH = "https://graph.test/v1.0";
const NOW = Date.parse("2027-01-01T00:00:00Z");
const WEEK = "2027-01-07T23:00:00.000Z";
const THREE_DAYS = "2027-01-03T21:30:00.000Z";
const URL = "https://project.test/functions/v1/calendar-webhook/microsoft";
const CHANNEL = { channel_id: "channel-1", url: URL, token: "no real token" };
const MADE = ok({ id: "sub/1", expirationDateTime: "2027-01-07T23:00:00.1234567Z", clientState: null });
const DONE = {
  kind: "done",
  value: { resource_id: "sub/1", expires_at: "2027-01-07T23:00:00.123Z", is_verified: true },
};
const TAKEN = refused(409, "Conflict");
const TOO_LONG = refused(400, "InvalidRequest");

function target(role: CalendarChoice["role"], id: string) {
  return { owner: "owner-1", graph_url: GRAPH, calendar: { id, role } };
}

function create(answers: Parameters<typeof play>[1], role: CalendarChoice["role"] = "own", id = "AQMk-_=") {
  return play(createChannel(target(role, id), CHANNEL, NOW), answers);
}

function expiries(calls: readonly { readonly body?: unknown }[]): readonly unknown[] {
  return calls.map(({ body }) =>
    typeof body === "object" && body !== null && "expirationDateTime" in body ? body.expirationDateTime : null
  );
}

Deno.test("a subscription is to every change of the calendar's events, for as long as is allowed less an hour", () => {
  const { outcome, calls } = create([MADE]);
  assert.deepEqual(outcome, DONE);
  assert.deepEqual(calls, [{
    method: "POST",
    path: "/subscriptions",
    body: {
      changeType: "created,updated,deleted",
      notificationUrl: URL,
      lifecycleNotificationUrl: URL,
      resource: "me/calendars/AQMk-_=/events",
      expirationDateTime: WEEK,
      clientState: "no real token",
    },
  }]);
});

Deno.test("a calendar's id is escaped where it has to be, and the default calendar goes by the whole mailbox", () => {
  const resourceOf = (role: CalendarChoice["role"], id: string) => {
    const { body } = create([MADE], role, id).calls[0] ?? {};
    return typeof body === "object" && body !== null && "resource" in body ? body.resource : null;
  };
  assert.equal(resourceOf("other", "A/b+c=="), "me/calendars/A%2Fb%2Bc==/events");
  assert.equal(resourceOf("primary", "an id that changes"), "me/events");
});

Deno.test("where so long a life is refused, the one of before is asked for; and then no other", () => {
  const shorter = create([TOO_LONG, MADE]);
  assert.deepEqual(expiries(shorter.calls), [WEEK, THREE_DAYS]);
  assert.deepEqual(shorter.outcome, DONE);
  assert.equal(create([TOO_LONG, TOO_LONG]).outcome.kind, "rejected");
  const renewed = play(renewChannel("sub/1", NOW), [TOO_LONG, MADE]);
  assert.deepEqual(expiries(renewed.calls), [WEEK, THREE_DAYS]);
  assert.deepEqual(renewed.outcome, DONE);
});

Deno.test("whatever else is wrong is not asked for again with a shorter life", () => {
  for (const answer of [refused(403, "Forbidden"), refused(503, "x"), refused(401, "x")]) {
    assert.equal(create([answer]).calls.length, 1);
  }
});

const listed = (resource: string | null, notificationUrl: string | null, id = "old/1") => ({
  id,
  resource,
  notificationUrl,
});

Deno.test("where there is one that calls us already, it is ended and another one made", () => {
  const { outcome, calls } = create([
    TAKEN,
    ok({
      value: [
        listed("me/calendars/another/events", URL),
        listed("me/calendars/AQMk-_=/events", "https://elsewhere.test/hook"),
        listed(null, null),
      ],
      "@odata.nextLink": `${GRAPH}/subscriptions?$skiptoken=2`,
    }),
    ok({
      value: [
        listed("Users/6f0c/calendars/AQMk-_%3D/events", URL, "ours/1"),
        listed("/me/calendars/AQMk-_=/events", URL, "ours/2"),
      ],
    }),
    ok(null),
    GONE,
    MADE,
  ]);
  assert.deepEqual(outcome, DONE);
  assert.deepEqual(calls.map(nameOf), [
    "POST /subscriptions",
    "GET /subscriptions",
    "GET /subscriptions?$skiptoken=2",
    "DELETE /subscriptions/ours/1",
    "DELETE /subscriptions/ours/2",
    "POST /subscriptions",
  ]);
});

Deno.test("one that calls another address stays, and ours is not made", () => {
  const others = ok({ value: [listed("me/calendars/AQMk-_=/events", `${URL}/other`)] });
  assert.deepEqual(create([TAKEN, others]).outcome, { kind: "conflict", reason: "Conflict" });
});

Deno.test("a list that leads elsewhere is not followed; a failure on the way is the outcome", () => {
  const away = ok({ value: [], "@odata.nextLink": "https://evil.test/v1.0/subscriptions" });
  assert.deepEqual(create([TAKEN, away]).outcome, { kind: "unknown", reason: "next_link", after_s: null });
  const throttled = refused(429, "TooManyRequests");
  const ours = ok({ value: [listed("me/calendars/AQMk-_=/events", URL)] });
  assert.equal(create([TAKEN, throttled]).outcome.kind, "pause");
  assert.equal(create([TAKEN, ours, throttled]).outcome.kind, "pause");
  assert.equal(create([TAKEN, ours, ok(null), TAKEN]).outcome.kind, "conflict");
});

Deno.test("a calendar that is gone is missing, and one of our own is looked for", () => {
  assert.equal(create([GONE], "other").outcome.kind, "calendar_missing");
  assert.equal(create([GONE, ok({ value: [] })], "own").outcome.kind, "calendar_missing");
});

Deno.test("an answer without an end or an id says nothing", () => {
  for (
    const body of [{}, { id: "a" }, { id: "a", expirationDateTime: "soon" }, {
      id: "",
      expirationDateTime: WEEK,
    }]
  ) {
    assert.equal(create([ok(body)]).outcome.kind, "unknown", JSON.stringify(body));
  }
});

Deno.test("one that was never answered has nothing to renew or to end", () => {
  assert.deepEqual(play(renewChannel(null, NOW), []).outcome, { kind: "gone", reason: "never_made" });
  assert.deepEqual(play(stopChannel(null), []).outcome, { kind: "done", value: null });
});

Deno.test("one that is not there any more is gone for a renewal, and done for an end", () => {
  assert.equal(play(renewChannel("sub/1", NOW), [GONE]).outcome.kind, "gone");
  const { outcome, calls } = play(stopChannel("sub/1"), [GONE]);
  assert.deepEqual(outcome, { kind: "done", value: null });
  assert.deepEqual(calls, [{ method: "DELETE", path: "/subscriptions/sub%2F1" }]);
  assert.equal(play(stopChannel("sub/1"), [refused(503, "x")]).outcome.kind, "unknown");
});
