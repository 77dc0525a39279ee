import assert from "node:assert/strict";
import type {
  CalendarAnswer,
  CalendarClient,
  Channel,
} from "../../../../supabase/functions/_shared/providers/calendar-client.ts";
import { until } from "../../../support/calendar-api.ts";
import { type ReceivedCall, type Receiver, startReceiver } from "../../../support/receiver.ts";
import { ADA } from "../../../support/subjects/subject.ts";
import { eventOf, writtenId } from "../event.ts";
import { openScene, type TestCalendar } from "../scene.ts";
import { OUTLOOK } from "../subjects/outlook.ts";
import { answerGraph, type Item, itemsIn, proofIn } from "./notifications.ts";

const TOKEN = "no real token";
const HOUR_MS = 3_600_000;
const WEEK_LESS_AN_HOUR_MS = 167 * HOUR_MS;
/** Longer than a call takes that was made, and than one waits that is to be overtaken. */
const QUIET_MS = 300;

interface Channels {
  readonly calendar: TestCalendar;
  readonly client: CalendarClient;
  readonly receiver: Receiver;
  readonly url: string;
  control(path: string, body?: unknown): Promise<unknown>;
  settings(body: unknown): Promise<void>;
  create(url?: string): Promise<CalendarAnswer<Channel>>;
  /** Everything that was told, without the calls that ask for proof. */
  told(): readonly Item[];
  /** Until so much was told. */
  heard(count: number): Promise<readonly Item[]>;
}

function test(
  name: string,
  run: (channels: Channels) => Promise<void>,
  answer: (call: ReceivedCall) => Response | Promise<Response> = answerGraph,
): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false }, async () => {
    const scene = await openScene(OUTLOOK);
    const receiver = startReceiver(answer);
    try {
      const calendar = await scene.newCalendar();
      const url = `${receiver.url}/hook/microsoft`;
      const { emulator } = scene.subject;
      const control = async (path: string, body: unknown = {}, method = "POST") => {
        const response = await fetch(`${emulator.url}/emulator${path}`, {
          method,
          body: JSON.stringify(body),
        });
        const text = await response.text();
        assert.ok(response.ok, text);
        return text === "" ? null : JSON.parse(text);
      };
      const told = () => receiver.calls.flatMap(itemsIn);
      await run({
        calendar,
        client: calendar.client,
        receiver,
        url,
        control,
        settings: (body) => control("/settings", body, "PATCH"),
        create: async (address = url) => {
          assert.ok(calendar.client.createChannel);
          const channel = { channel_id: crypto.randomUUID(), url: address, token: TOKEN };
          return await calendar.client.createChannel(calendar.id, channel);
        },
        told,
        heard: async (count) => {
          await until(() => Promise.resolve(told().length >= count));
          return told();
        },
      });
    } finally {
      await scene.close();
      await receiver.close();
    }
  });
}

function made(answer: CalendarAnswer<Channel>): { readonly id: string; readonly lives_ms: number } {
  assert.ok(answer.kind === "done", JSON.stringify(answer));
  assert.equal(answer.value.is_verified, true);
  assert.ok(answer.value.resource_id);
  return { id: answer.value.resource_id, lives_ms: Date.parse(answer.value.expires_at) - Date.now() };
}

function close(actual: number, wanted: number): void {
  assert.ok(Math.abs(actual - wanted) < HOUR_MS / 60, `${actual} and not ${wanted}`);
}

async function renewed(client: CalendarClient, id: string | null): Promise<CalendarAnswer<Channel>> {
  assert.ok(client.renewChannel);
  return await client.renewChannel("ours", id);
}

async function stopped(client: CalendarClient, id: string | null): Promise<void> {
  assert.ok(client.stopChannel);
  assert.deepEqual(await client.stopChannel("ours", id), { kind: "done", value: null });
}

async function assertQuiet({ told }: Channels, count: number): Promise<void> {
  const ends_at = Date.now() + QUIET_MS;
  await until(() => Promise.resolve(told().length > count || Date.now() > ends_at));
  assert.equal(told().length, count);
}

test("a channel is made for a week less an hour, by an address that proves itself, and tells of every change", async (channels) => {
  const { calendar: { id, client }, receiver, create, heard, control } = channels;
  const channel = made(await create());
  close(channel.lives_ms, WEEK_LESS_AN_HOUR_MS);
  assert.equal(receiver.calls.length, 1);
  assert.equal(receiver.calls[0]?.body, "");
  const event_id = writtenId(await client.createEvent(id, eventOf()));
  await heard(1);
  const edit = { account: ADA, calendar_id: id, event_id, change: { subject: "Mine" } };
  await control("/user_edit", edit);
  await heard(2);
  await control("/user_edit", { ...edit, change: "delete" });
  const items = await heard(3);
  assert.deepEqual(items.map(({ changeType }) => changeType), ["created", "updated", "deleted"]);
  for (const { subscriptionId, clientState, resourceData } of items) {
    assert.deepEqual([subscriptionId, clientState], [channel.id, TOKEN]);
    assert.ok(typeof resourceData === "object" && resourceData !== null && "id" in resourceData);
    assert.equal(resourceData.id, event_id);
  }
});

test("one call tells of several changes, and none of another calendar's", async (channels) => {
  const { calendar, client, create, heard, receiver } = channels;
  made(await create());
  const calls_before = receiver.calls.length;
  const listed = await client.listCalendars();
  const other = listed.kind === "done" ? listed.value.find(({ primary }) => primary)?.id : undefined;
  assert.ok(other);
  writtenId(await client.createEvent(other, eventOf()));
  const created = [eventOf(), eventOf(), eventOf()].map((event) =>
    ({ kind: "create", calendar_id: calendar.id, event }) as const
  );
  await calendar.apply(created);
  await heard(3);
  await assertQuiet(channels, 3);
  assert.ok(receiver.calls.length - calls_before < 3, `${receiver.calls.length - calls_before} calls`);
});

for (
  const [how, answer] of Object.entries({
    "something else": () => new Response("hello"),
    "the token still encoded": (call: ReceivedCall) => new Response(encodeURIComponent(proofIn(call) ?? "")),
    "as HTML": (call: ReceivedCall) =>
      new Response(proofIn(call), { headers: { "content-type": "text/html" } }),
    "202": (call: ReceivedCall) => new Response(proofIn(call), { status: 202 }),
  })
) {
  test(
    `an address that answers ${how} gets no channel now, and may get one later`,
    async ({ create, control }) => {
      assert.deepEqual(await create(), { kind: "retry", reason: "ValidationError", after_s: null });
      assert.ok(await control("/lifecycle", { account: ADA, event: "missed" }));
      assert.deepEqual(await control("/lifecycle", { account: ADA, event: "missed" }), { subscriptions: 0 });
    },
    answer,
  );
}

test("where only the shorter life of before is allowed, that is asked for", async ({ create, client, settings }) => {
  await settings({ subscription_minutes_max: 4230 });
  const channel = made(await create());
  close(channel.lives_ms, 69.5 * HOUR_MS);
  close(made(await renewed(client, channel.id)).lives_ms, 69.5 * HOUR_MS);
});

test("the life that is granted counts, and not the one that was asked for", async ({ create, settings }) => {
  await settings({ channel_life_s: 7200 });
  close(made(await create()).lives_ms, 2 * HOUR_MS);
});

test("a second channel for the same calendar and address takes the place of the first", async (channels) => {
  const { create, calendar, heard } = channels;
  const first = made(await create());
  const second = made(await create());
  assert.notEqual(first.id, second.id);
  writtenId(await calendar.client.createEvent(calendar.id, eventOf()));
  assert.deepEqual((await heard(1)).map(({ subscriptionId }) => subscriptionId), [second.id]);
  await assertQuiet(channels, 1);
});

test("a channel to another address is another installation's, and stays", async (channels) => {
  const { create, calendar, heard, receiver } = channels;
  const theirs = made(await create(`${receiver.url}/theirs`));
  assert.equal((await create()).kind, "conflict");
  writtenId(await calendar.client.createEvent(calendar.id, eventOf()));
  assert.deepEqual((await heard(1)).map(({ subscriptionId }) => subscriptionId), [theirs.id]);
});

test("where Graph lets a second one be, both tell", async ({ create, calendar, heard, settings }) => {
  await settings({ refuse_second_subscriptions: false });
  const ids = [made(await create()).id, made(await create()).id];
  writtenId(await calendar.client.createEvent(calendar.id, eventOf()));
  assert.deepEqual((await heard(2)).map(({ subscriptionId }) => subscriptionId).sort(), ids.sort());
});

test("a channel that lives is renewed; one that ended, or was never answered, has to be made anew", async (channels) => {
  const { create, client, control, settings } = channels;
  await settings({ channel_life_s: 7200 });
  const { id } = made(await create());
  await settings({ channel_life_s: null });
  const again = made(await renewed(client, id));
  assert.equal(again.id, id);
  close(again.lives_ms, WEEK_LESS_AN_HOUR_MS);
  await control("/expire_channels");
  assert.equal((await renewed(client, id)).kind, "gone");
  assert.equal((await renewed(client, null)).kind, "gone");
});

test("a channel that is stopped tells nothing more, and may be stopped again", async (channels) => {
  const { create, calendar, client } = channels;
  const { id } = made(await create());
  await stopped(client, id);
  await stopped(client, id);
  await stopped(client, null);
  writtenId(await calendar.client.createEvent(calendar.id, eventOf()));
  await assertQuiet(channels, 0);
});

test("the default calendar, whose id changes, is told of by way of the whole mailbox", async (channels) => {
  const { client, url, heard } = channels;
  const listed = await client.listCalendars();
  const id = listed.kind === "done" ? listed.value.find(({ primary }) => primary)?.id : undefined;
  assert.ok(id);
  const scene = await openScene(OUTLOOK);
  try {
    const own = await scene.client({ access: "existing" });
    const calendars = await own.listCalendars();
    const primary = calendars.kind === "done" ? calendars.value.find((one) => one.primary)?.id : undefined;
    assert.ok(primary);
    const chosen = await scene.client({ access: "existing", calendar: { id: primary, role: "primary" } });
    const channel = { channel_id: crypto.randomUUID(), url, token: TOKEN };
    made(await chosen.createChannel?.(primary, channel) ?? { kind: "gone", reason: "none" });
    scene.traits.changing_ids?.swap(ADA, primary);
    writtenId(await chosen.createEvent(primary, eventOf()));
    assert.equal((await heard(1)).length, 1);
  } finally {
    await scene.close();
  }
});

test("a calendar that is gone is missing, and a mailbox with as many channels as it may have is asked again", async (channels) => {
  const { create, calendar, settings } = channels;
  await settings({ subscriptions_max: 0 });
  assert.equal((await create()).kind, "retry");
  await settings({ subscriptions_max: 1000 });
  assert.equal((await calendar.client.deleteCalendar(calendar.id)).kind, "done");
  assert.equal((await create()).kind, "calendar_missing");
});

test("calls are lost, doubled, reordered and delayed where that is switched on", async (channels) => {
  const { calendar, create, heard, settings, told } = channels;
  made(await create());
  const change = async () => writtenId(await calendar.client.createEvent(calendar.id, eventOf()));
  await settings({ notifications: { lost: true } });
  await change();
  await assertQuiet(channels, 0);
  await settings({ notifications: { lost: false, doubled: true } });
  await change();
  const [first, again] = await heard(2);
  assert.deepEqual(first, again);
  await settings({ notifications: { doubled: false, reordered: true } });
  const earlier = await change();
  // The first call waits for this one.
  await assertQuiet(channels, 2);
  const later = await change();
  const idOf = (item: Item | undefined) => JSON.stringify(item?.["resourceData"]);
  const reordered = (await heard(4)).slice(2);
  assert.ok(idOf(reordered[0]).includes(later) && idOf(reordered[1]).includes(earlier));
  assert.equal(told().length, 4);
});

test("a call that could not be taken is made again", async ({ calendar, create, heard }) => {
  made(await create());
  writtenId(await calendar.client.createEvent(calendar.id, eventOf()));
  const [first, again] = await heard(2);
  assert.deepEqual(first, again);
}, (call) => proofIn(call) === null ? new Response(null, { status: 503 }) : answerGraph(call));

test("what happens to a channel itself is told too, as one that Graph took away is gone", async (channels) => {
  const { client, create, control, heard } = channels;
  const { id } = made(await create());
  for (const event of ["reauthorizationRequired", "missed", "subscriptionRemoved"]) {
    await control("/lifecycle", { account: ADA, event });
  }
  const items = await heard(3);
  assert.deepEqual(items.map(({ lifecycleEvent }) => lifecycleEvent).sort(), [
    "missed",
    "reauthorizationRequired",
    "subscriptionRemoved",
  ]);
  assert.ok(items.every(({ subscriptionId, clientState }) => subscriptionId === id && clientState === TOKEN));
  assert.equal((await renewed(client, id)).kind, "gone");
});

test("a forged call says what it was told to say", async ({ create, control, told }) => {
  const { id } = made(await create());
  const forgery = { subscription_id: id, says: { clientState: "guessed" } };
  assert.deepEqual(await control("/forge_notification", forgery), { status: 202 });
  assert.deepEqual(told().map(({ subscriptionId, clientState }) => [subscriptionId, clientState]), [
    [id, "guessed"],
  ]);
});
