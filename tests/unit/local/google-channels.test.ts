import assert from "node:assert/strict";
import { startGoogleEmulator } from "../../../local/providers/google/server.ts";
import { randomToken } from "../../../local/providers/observed-state.ts";
import { until } from "../../support/calendar-api.ts";
import { type Receiver, startReceiver } from "../../support/receiver.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

const CLIENT = { id: "client", secret: "no real secret", redirect_uris: [] };
const SCOPE = "https://www.googleapis.com/auth/calendar.events";
const DAY = { start: { date: "2027-01-01" }, end: { date: "2027-01-02" } };

interface Scene extends Awaited<ReturnType<typeof openGoogle>> {
  readonly receiver: Receiver;
}

async function openGoogle() {
  const google = await startGoogleEmulator({ client: CLIENT, quota_per_minute_per_user: null });
  const tokenOf = (email: string) => {
    const account = google.state.accounts.get(email);
    assert.ok(account);
    const token = randomToken("ya29.");
    google.state.accessTokens.set(token, {
      account,
      scopes: [SCOPE],
      client_id: CLIENT.id,
      expires_at: Infinity,
    });
    return token;
  };
  const tokens = { [ADA]: tokenOf(ADA), [GRACE]: tokenOf(GRACE) };
  const post = async (path: string, body: unknown, as: keyof typeof tokens = ADA) => {
    const response = await fetch(`${google.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokens[as]}` },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const json = text === "" ? {} : JSON.parse(text);
    return { status: response.status, reason: json.error?.errors?.[0]?.reason, json };
  };
  return {
    google,
    api: (path: string, body: unknown, as: keyof typeof tokens = ADA) =>
      post(`/calendar/v3${path}`, body, as),
    control: (path: string, body: unknown = {}) => post(`/emulator${path}`, body),
    settings: async (settings: unknown) => {
      const response = await fetch(`${google.url}/emulator/settings`, {
        method: "PATCH",
        body: JSON.stringify(settings),
      });
      assert.equal(response.status, 204, await response.text());
    },
    addEvent: (summary = "x") => post("/calendar/v3/calendars/primary/events", { summary, ...DAY }),
  };
}

const test = (name: string, run: (scene: Scene) => Promise<void>, answer?: () => Response) =>
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    const scene = await openGoogle();
    const receiver = startReceiver(answer);
    try {
      await run({ ...scene, receiver });
    } finally {
      await scene.google.close();
      await receiver.close();
    }
  });

const WATCH = "/calendars/primary/events/watch";
const channel = (receiver: Receiver, more: Record<string, unknown> = {}) => ({
  id: "channel-1",
  type: "web_hook",
  address: `${receiver.url}/hook`,
  token: "t",
  ...more,
});
const states = ({ calls }: Receiver) => calls.map(({ headers }) => headers.get("x-goog-resource-state"));
const numbers = ({ calls }: Receiver) =>
  calls.map(({ headers }) => Number(headers.get("x-goog-message-number")));
const arrived = (receiver: Receiver, count: number) =>
  until(() => Promise.resolve(receiver.calls.length >= count));

test("whoever watches is told before the answer, and of every change, in headers alone", async (scene) => {
  const { api, receiver, addEvent } = scene;
  const { status, json } = await api(WATCH, channel(receiver));
  assert.equal(status, 200);
  assert.deepEqual(states(receiver), ["sync"]);
  await addEvent();
  await arrived(receiver, 2);
  const [, told] = receiver.calls;
  assert.ok(told);
  assert.equal(told.path, "/hook");
  assert.equal(told.body, "");
  assert.equal(told.headers.get("x-goog-channel-id"), "channel-1");
  assert.equal(told.headers.get("x-goog-channel-token"), "t");
  assert.equal(told.headers.get("x-goog-resource-id"), json.resourceId);
  assert.equal(told.headers.get("x-goog-resource-uri"), json.resourceUri);
  assert.deepEqual(numbers(receiver), [1, 2]);
  assert.match(told.headers.get("x-goog-channel-expiration") ?? "", /GMT$/);
});

test("a person's change is told as well", async ({ api, control, receiver, addEvent }) => {
  const { json } = await addEvent();
  await api(WATCH, channel(receiver));
  const edit = { kind: "move", day: "2027-02-01", time: null };
  await control("/edit", { account: ADA, calendar_id: ADA, event_id: json.id, edit });
  await arrived(receiver, 2);
  assert.deepEqual(states(receiver), ["sync", "exists"]);
});

test("what Google refuses of a channel is refused", async ({ api, receiver }) => {
  const refusal = async (more: Record<string, unknown>) => {
    const { status, reason } = await api(WATCH, channel(receiver, more));
    return [status, reason];
  };
  assert.deepEqual(await refusal({ address: "http://example.com/hook" }), [400, "push.webhookUrlNotHttps"]);
  assert.deepEqual(await refusal({ address: "hook" }), [400, "push.webhookUrlNotHttps"]);
  assert.deepEqual(await refusal({ id: "x".repeat(65) }), [400, "invalid"]);
  assert.deepEqual(await refusal({ id: "a b" }), [400, "invalid"]);
  assert.deepEqual(await refusal({ token: "x".repeat(257) }), [400, "invalid"]);
  assert.deepEqual(await refusal({ type: "email" }), [400, "invalid"]);
  assert.equal((await refusal({}))[0], 200);
  assert.deepEqual(await refusal({}), [400, "channelIdNotUnique"]);
});

test("a channel lives for a week at most, and for less where less was asked for or is given", async (scene) => {
  const { api, receiver, settings } = scene;
  const life_s = async (id: string, more: Record<string, unknown> = {}) => {
    const { json } = await api(WATCH, channel(receiver, { id, ...more }));
    return Math.round((Number(json.expiration) - Date.now()) / 1000);
  };
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual - expected) <= 30, `${actual}`);
  near(await life_s("default"), 604_800);
  near(await life_s("long", { expiration: Date.now() + 30 * 86_400_000 }), 604_800);
  near(await life_s("short", { expiration: String(Date.now() + 3_600_000) }), 3600);
  near(await life_s("ttl", { params: { ttl: "7200" } }), 7200);
  await settings({ channel_life_s: 300 });
  near(await life_s("capped"), 300);
});

test("a channel ends when its maker stops it, and for nobody else", async ({ api, receiver, addEvent }) => {
  const { json } = await api(WATCH, channel(receiver));
  const stop = (resourceId: string, as: typeof ADA | typeof GRACE = ADA) =>
    api("/channels/stop", { id: "channel-1", resourceId }, as);
  assert.equal((await stop("other")).status, 404);
  assert.equal((await stop(json.resourceId, GRACE)).status, 404);
  assert.equal((await stop(json.resourceId)).status, 204);
  assert.equal((await stop(json.resourceId)).reason, "notFound");
  assert.equal((await api(WATCH, channel(receiver))).reason, "channelIdNotUnique");
  await api(WATCH, channel(receiver, { id: "channel-2" }));
  await addEvent();
  await arrived(receiver, 3);
  assert.deepEqual(
    receiver.calls.map(({ headers }) => headers.get("x-goog-channel-id")),
    ["channel-1", "channel-2", "channel-2"],
  );
});

test("an expired channel is silent", async ({ api, control, receiver, addEvent }) => {
  await api(WATCH, channel(receiver));
  await control("/expire_channels");
  await api(WATCH, channel(receiver, { id: "channel-2" }));
  await addEvent();
  await arrived(receiver, 3);
  assert.deepEqual(
    receiver.calls.map(({ headers }) => headers.get("x-goog-channel-id")),
    ["channel-1", "channel-2", "channel-2"],
  );
});

test("notifications are lost, doubled, reordered and late, where that is switched on", async (scene) => {
  const { google, api, receiver, addEvent, settings } = scene;
  await api(WATCH, channel(receiver));
  await settings({ notifications: { lost: true } });
  await addEvent();
  assert.equal(google.state.deliveries.sent.at(-1)?.status, null);
  await settings({ notifications: { lost: false, doubled: true } });
  await addEvent();
  await arrived(receiver, 3);
  assert.deepEqual(numbers(receiver), [1, 3, 3]);
  await settings({ notifications: { doubled: false, reordered: true } });
  await addEvent();
  await addEvent();
  await arrived(receiver, 5);
  assert.deepEqual(numbers(receiver).slice(3), [5, 4]);
  await settings({ notifications: { reordered: false, delay_ms: 300 } });
  const asked_at = Date.now();
  await addEvent();
  await arrived(receiver, 6);
  assert.ok(Date.now() - asked_at >= 300);
});

test("the last of reordered notifications arrives although none follows", async (scene) => {
  const { api, receiver, addEvent, settings } = scene;
  await api(WATCH, channel(receiver));
  await settings({ notifications: { reordered: true } });
  await addEvent();
  await arrived(receiver, 2);
});

test("a notification is forged in every part", async ({ api, control, receiver }) => {
  await api(WATCH, channel(receiver));
  const forge = (says: Record<string, unknown>) =>
    control("/forge_notification", { channel_id: "channel-1", says });
  assert.deepEqual((await forge({ token: "guess" })).json, { status: 204 });
  await forge({ id: "channel-9", resource_id: "r", token: null });
  const told = receiver.calls.slice(1).map(({ headers }) => [
    headers.get("x-goog-channel-id"),
    headers.get("x-goog-channel-token"),
  ]);
  assert.deepEqual(told, [["channel-1", "guess"], ["channel-9", null]]);
  assert.equal((await control("/forge_notification", { channel_id: "none", says: {} })).status, 404);
});

let refusals = 0;
test("a notification that could not be taken comes again", async ({ api, receiver, addEvent }) => {
  await api(WATCH, channel(receiver));
  refusals = 1;
  await addEvent();
  await arrived(receiver, 3);
  assert.deepEqual(numbers(receiver), [1, 2, 2]);
}, () => new Response(null, { status: refusals-- > 0 ? 503 : 204 }));
