import assert from "node:assert/strict";
import { assertStandsElsewhere, chooseEdits, DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

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
    await assertStandsElsewhere(calendar, id);

    await scene.sql`update public.obligations set title = 'Renamed' where id = ${id}`;
    await calendar.settled();
    assert.deepEqual(eventOf(id)?.time, { kind: "all_day", start_date: DAY, end_date: "2027-03-16" });
    assert.deepEqual(
      (await calendar.evidence(id)).map(({ due, reason }) => [due, reason]),
      [[DAY, null], [OTHER_DAY, "moved_by_user"], [DAY, null]],
    );
    const { code, stands, message } = await calendar.explain(id);
    assert.deepEqual([code, stands, message], [
      "synced",
      null,
      "It is in the calendar, as it was last changed.",
    ]);

    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, moved, "the same move again is one");
    assert.equal((await calendar.evidence(id)).length, 4);
    await assertStandsElsewhere(calendar, id);
  });

  await t.step("moved to a time of its day, it stands elsewhere, too", async () => {
    const id = await calendar.obligation({ title: "Timed" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: DAY, time: "10:00" });
    await calendar.sync();
    const { code, stands, message } = await calendar.explain(id);
    const seen = (await calendar.proposals()).find((each) => each.obligation_id === id)?.seen;
    assert.deepEqual([code, stands], ["synced", seen]);
    assert.match(
      message,
      /it has stood on 15 March 2027, 10:00 \S+ since .*\. Its legal date is 15 March 2027\.$/,
    );
  });
});
