import assert from "node:assert/strict";
import { chooseEdits, DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

testTwoWay("with ignore, a moved event stays until something changes", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  await chooseEdits(calendar, "ignore");

  await t.step("it is a proposal, and the next change puts it back", async () => {
    const id = await calendar.obligation();
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    await calendar.sync();
    const moved = { kind: "all_day", start_date: OTHER_DAY, end_date: "2027-03-20" };
    assert.deepEqual(eventOf(id)?.time, moved);
    assert.doesNotMatch(eventOf(id)?.text ?? "", /Legal date/);
    assert.deepEqual((await calendar.proposals()).map(({ state }) => state), ["open"]);

    await scene.sql`update public.obligations set title = 'Renamed' where id = ${id}`;
    await calendar.settled();
    assert.deepEqual(eventOf(id)?.time, { kind: "all_day", start_date: DAY, end_date: "2027-03-16" });
    assert.deepEqual(
      (await calendar.evidence(id)).map(({ due, reason }) => [due, reason]),
      [[DAY, null], [OTHER_DAY, "moved_by_user"], [DAY, null]],
    );

    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, moved, "the same move again is one");
    assert.equal((await calendar.evidence(id)).length, 4);
  });
});
