import assert from "node:assert/strict";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;

testTwoWay("what is its user's stays its user's", async (t, calendar) => {
  const { scene, user, eventOf } = calendar;
  const { sql } = scene;
  const eventsOf = (title: string) => scene.events(user.calendar_id).filter((event) => event.title === title);

  await t.step("a copy stays, moved or not, and the search for orphans leaves it", async () => {
    const id = await calendar.obligation({ title: "Copied" });
    const original = eventOf(id);
    assert.ok(original);
    await calendar.edit(original.id, { kind: "copy" });
    await calendar.sync();
    const copy = eventsOf("Copied").find((event) => event.id !== original.id);
    assert.ok(copy);
    await calendar.edit(copy.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    await sql`select calendar_sync.find_orphans()`;
    await calendar.settled();
    const places = eventsOf("Copied").map((event) => [event.id === original.id, event.time]);
    assert.deepEqual(places.sort(([one]) => one ? -1 : 1), [
      [true, ON_DAY],
      [false, { kind: "all_day", start_date: OTHER_DAY, end_date: "2027-03-20" }],
    ]);
    assert.deepEqual(await calendar.proposals(), []);
  });

  await t.step("a copy does not stand for the original that is deleted", async () => {
    const id = await calendar.obligation({ title: "Copied and deleted" });
    const original = eventOf(id);
    assert.ok(original);
    await calendar.edit(original.id, { kind: "copy" });
    await calendar.edit(original.id, { kind: "delete" });
    await calendar.sync();
    assert.equal(eventsOf("Copied and deleted").length, 2, "restored beside the copy");
    assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
  });

  await t.step("a series that begins on the deadline stays one", async () => {
    const id = await calendar.obligation({ title: "Weekly" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "repeat" });
    await calendar.sync();
    assert.equal(eventOf(id)?.id, event.id);
    assert.deepEqual([await calendar.proposals(), await calendar.notices(id)], [[], []]);
  });

  await t.step("a series that was moved is put back, under the same id, and proposed", async () => {
    const id = await calendar.obligation({ title: "Weekly and moved" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "repeat" });
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    assert.deepEqual([eventOf(id)?.id, eventOf(id)?.time], [event.id, ON_DAY]);
    const asked = (await calendar.proposals()).filter((each) => each.obligation_id === id);
    assert.deepEqual(asked.map(({ seen, state }) => [seen, state]), [[{ deadline_date: OTHER_DAY }, "open"]]);
    const state = await (await fetch(`${scene.provider.emulator.url}/emulator/state`)).text();
    assert.equal(state.match(/FREQ=WEEKLY|"weekly"/g)?.length, 2, "both are series still");
  });

  await t.step("an event with guests keeps them, and its id, when it is put back", async () => {
    const id = await calendar.obligation({ title: "With guests" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "invite", email: "guest@example.com" });
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    const after = eventOf(id);
    assert.deepEqual([after?.id, after?.time, after?.invites_nobody], [event.id, ON_DAY, false]);
    const [edit] = await sql`select has_guests from calendar_sync.edits where obligation_id = ${id}`;
    assert.deepEqual({ ...edit }, { has_guests: true });
  });

  await t.step("its own events are none of ours", async () => {
    scene.provider.user.addEvent(user.calendar_id);
    const before = scene.writes();
    await calendar.sync();
    assert.equal(scene.writes(), before);
    assert.equal(eventsOf("Dentist").length, 1);
  });
});
