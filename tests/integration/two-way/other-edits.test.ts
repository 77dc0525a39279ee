import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { DAY, OTHER_DAY, testTwoWay, type TwoWay } from "./calendar.ts";

const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;
const LATER_DAY = "2027-03-22";

/** How a user colours an event, in each provider's words. */
const COLOURED = {
  google: { colorId: "11" },
  outlook: { categories: ["Red category"] },
  caldav: { COLOR: "red" },
} as const;

/** Gives an event a colour, as its user does. */
async function colour({ scene, user }: TwoWay, event_id: string): Promise<void> {
  const change = COLOURED[scene.provider.name];
  const response = await fetch(`${scene.provider.emulator.url}/emulator/user_edit`, {
    method: "POST",
    body: JSON.stringify({ account: ADA, calendar_id: user.calendar_id, event_id, change }),
  });
  assert.equal(response.status, 204);
}

testTwoWay("other things that users do to events", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  const { sql } = scene;
  const shown = (obligation_id: string) => {
    const event = eventOf(obligation_id);
    assert.ok(event);
    return event;
  };
  const proposalsOf = async (obligation_id: string) =>
    (await calendar.proposals()).filter((each) => each.obligation_id === obligation_id);

  await t.step("one that was made longer gets its length back, under the same id", async () => {
    const id = await calendar.obligation({ title: "Longer" });
    const before = shown(id);
    await calendar.edit(before.id, { kind: "lengthen" });
    assert.notDeepEqual(shown(id).time, before.time);
    await calendar.sync();
    assert.deepEqual([shown(id).id, shown(id).time], [before.id, before.time]);
    assert.deepEqual(await proposalsOf(id), [], "its deadline is where it was");
  });

  await t.step("one that was timed and made all-day is timed again", async () => {
    const fields = { deadline_date: null, deadline_at: "2027-03-15T10:00:00Z", time_zone: "Europe/Madrid" };
    const id = await calendar.obligation({ title: "Timed", ...fields });
    const before = shown(id);
    await calendar.edit(before.id, { kind: "move", day: DAY, time: null });
    assert.equal(shown(id).time.kind, "all_day");
    await calendar.sync();
    assert.deepEqual([shown(id).id, shown(id).time], [before.id, before.time]);
    assert.deepEqual((await proposalsOf(id)).map(({ seen, state }) => [seen, state]), [[
      { deadline_date: DAY },
      "open",
    ]]);
  });

  await t.step("a colour is its user's, and writes nothing", async () => {
    const id = await calendar.obligation({ title: "Coloured" });
    const { id: event_id } = shown(id);
    await colour(calendar, event_id);
    const writes = scene.writes();
    await calendar.sync();
    assert.equal(scene.writes(), writes);
    assert.deepEqual([await proposalsOf(id), await calendar.notices(id)], [[], []]);
    await sql`update public.obligations set title = 'Coloured and renamed' where id = ${id}`;
    await calendar.settled();
    assert.equal(shown(id).title, "Coloured and renamed");
    const state = await (await fetch(`${scene.provider.emulator.url}/emulator/state`)).text();
    assert.match(state, /"colorId":"11"|Red category|COLOR:red/);
  });

  await t.step("a deletion that is taken back before anybody looked does not count", async () => {
    const id = await calendar.obligation({ title: "Undone at once" });
    const { id: event_id } = shown(id);
    await calendar.edit(event_id, { kind: "delete" });
    await calendar.edit(event_id, { kind: "put_back" });
    await calendar.sync();
    assert.deepEqual([shown(id).id, shown(id).time], [event_id, ON_DAY]);
    assert.deepEqual(await calendar.notices(id), []);
    // It counts as never deleted.
    await calendar.edit(event_id, { kind: "delete" });
    await calendar.sync();
    assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
    assert.ok(eventOf(id));
  });

  await t.step("an edit while an earlier one is put back is put back, too", async () => {
    const id = await calendar.obligation({ title: "Twice" });
    const { id: event_id } = shown(id);
    await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: null });
    // What puts it back is on its way for long, and meanwhile its user moves it again.
    scene.provider.emulator.faults.set([{
      kind: "latency",
      latency_ms: 1500,
      match: { path: `${scene.provider.paths.events}|/batch|\\.ics$` },
    }]);
    try {
      await calendar.user.api.request("POST", "/sync", {});
      await until(async () => (await proposalsOf(id)).length > 0);
      await calendar.edit(event_id, { kind: "move", day: LATER_DAY, time: null });
    } finally {
      scene.provider.emulator.faults.clear();
    }
    await calendar.settled();
    await calendar.sync();
    assert.deepEqual([shown(id).id, shown(id).time], [event_id, ON_DAY]);
    const [open, ...others] = (await proposalsOf(id)).filter(({ state }) => state === "open");
    assert.ok(open);
    assert.deepEqual(others, []);
    const days = (await calendar.evidence(id)).filter(({ reason }) => reason === "moved_by_user")
      .map(({ due }) => due);
    if (scene.provider.name === "outlook" && days.length === 1) {
      // Outlook cannot refuse a write: the second move was written over before anybody saw it.
      assert.deepEqual([open.seen, days], [{ deadline_date: OTHER_DAY }, [OTHER_DAY]]);
    } else {
      assert.deepEqual([open.seen, days], [{ deadline_date: LATER_DAY }, [OTHER_DAY, LATER_DAY]]);
    }
  });

  await t.step("where pg_net is dead the poll sees it as soon as that is back", async () => {
    const id = await calendar.obligation({ title: "Dead" });
    await scene.stack.pgNet.stop();
    try {
      await calendar.edit(shown(id).id, { kind: "move", day: OTHER_DAY, time: null });
      await sql`update calendar_sync.pulls set next_pull_at = now()`;
      await sql`select calendar_sync.tick()`;
    } finally {
      scene.stack.pgNet.start();
    }
    await until(async () => (await proposalsOf(id)).length === 1);
    await calendar.settled();
    assert.deepEqual(shown(id).time, ON_DAY);
  });
});
