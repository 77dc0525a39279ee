import assert from "node:assert/strict";
import { GOOGLE_NOTIFICATIONS } from "../../../../supabase/functions/_shared/providers/google/notifications.ts";
import { OUTLOOK_NOTIFICATIONS } from "../../../../supabase/functions/_shared/providers/outlook/notifications.ts";

const google = (headers: Readonly<Record<string, string>>) =>
  GOOGLE_NOTIFICATIONS.read(
    new Headers({
      "x-goog-channel-id": "id",
      "x-goog-channel-token": "token",
      "x-goog-resource-id": "resource",
      "x-goog-resource-state": "exists",
      "x-goog-message-number": "4",
      ...headers,
    }),
    "",
  );

Deno.test("Google's headers say which channel, and what became of the calendar", () => {
  const changed = { token: "token", channel_id: "id", resource_id: "resource", kind: "changed" };
  assert.deepEqual(google({}), [{ ...changed, expires_at: null }]);
  assert.deepEqual(google({ "x-goog-channel-expiration": "Tue, 19 Nov 2030 01:13:52 GMT" }), [
    { ...changed, expires_at: "2030-11-19T01:13:52.000Z" },
  ]);
  assert.equal(google({ "x-goog-resource-state": "sync" })[0]?.kind, "opened");
  assert.equal(google({ "x-goog-resource-state": "not_exists" })[0]?.kind, "changed");
});

Deno.test("a call without Google's headers says nothing", () => {
  assert.deepEqual(GOOGLE_NOTIFICATIONS.read(new Headers(), "{}"), []);
});

Deno.test("each of Graph's items is read, and those that cannot be read are left out", () => {
  const item = { subscriptionId: "subscription", clientState: "token", changeType: "updated" };
  const body = {
    value: [
      item,
      { ...item, lifecycleEvent: "reauthorizationRequired" },
      { ...item, lifecycleEvent: "subscriptionRemoved" },
      { ...item, lifecycleEvent: "missed", subscriptionExpirationDateTime: "2030-11-19T01:13:52Z" },
      { changeType: "updated" },
      null,
    ],
  };
  const read = OUTLOOK_NOTIFICATIONS.read(new Headers(), JSON.stringify(body));
  assert.deepEqual(read.map(({ kind }) => kind), ["changed", "renewal_due", "removed", "missed"]);
  assert.deepEqual(read[3], {
    token: "token",
    channel_id: null,
    resource_id: "subscription",
    kind: "missed",
    expires_at: "2030-11-19T01:13:52.000Z",
  });
});

Deno.test("of a call of Graph's a thousand items are read", () => {
  const body = { value: Array(1_001).fill({ subscriptionId: "subscription", clientState: "token" }) };
  assert.equal(OUTLOOK_NOTIFICATIONS.read(new Headers(), JSON.stringify(body)).length, 1_000);
});

for (const body of ["", "no JSON", "null", "[]", '{"value":{}}']) {
  Deno.test(`Graph's body ${JSON.stringify(body)} says nothing`, () => {
    assert.deepEqual(OUTLOOK_NOTIFICATIONS.read(new Headers(), body), []);
  });
}

Deno.test("Graph's question is repeated as it is meant, Google asks none", () => {
  const url = new URL("https://example.com/microsoft?validationToken=Validation%3A+a%20%26b");
  assert.equal(OUTLOOK_NOTIFICATIONS.challengeOf(url), "Validation: a &b");
  assert.equal(OUTLOOK_NOTIFICATIONS.challengeOf(new URL("https://example.com/microsoft")), null);
  assert.equal(GOOGLE_NOTIFICATIONS.challengeOf(url), null);
});
