import assert from "node:assert/strict";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

testTwoWay("a moved event is put back", async (t, calendar) => {
  const { scene, eventOf } = calendar;

  await t.step("it is back on its deadline under the same id, and its user is asked", async () => {
    const id = await calendar.obligation();
    const before = eventOf(id);
    assert.ok(before);
    await calendar.edit(before.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    const after = eventOf(id);
    assert.deepEqual([after?.id, after?.time], [before.id, before.time]);
    const [proposal, ...others] = await calendar.proposals();
    assert.equal(others.length, 0);
    assert.deepEqual([proposal?.obligation_id, proposal?.kind, proposal?.state], [id, "move", "open"]);
    assert.deepEqual([proposal?.seen, proposal?.legal], [{ deadline_date: OTHER_DAY }, {
      deadline_date: DAY,
    }]);
    assert.deepEqual(await calendar.notices(id), ["proposal_opened"]);
    const [row] = await scene.sql`select deadline_date::text from public.obligations where id = ${id}`;
    assert.equal(row?.["deadline_date"], DAY);
  });

  await t.step("the evidence says what the event showed meanwhile", async () => {
    const id = await calendar.obligation({ title: "Evidence" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    const periods = await calendar.evidence(id);
    assert.deepEqual(periods.map(({ due, reason, in_calendar }) => [due, reason, in_calendar]), [
      [DAY, null, true],
      [OTHER_DAY, "moved_by_user", true],
      [DAY, null, true],
    ]);
  });

  await t.step("one that was made timed is all-day again", async () => {
    const id = await calendar.obligation({ title: "Kind" });
    const before = eventOf(id);
    assert.ok(before);
    await calendar.edit(before.id, { kind: "move", day: DAY, time: "10:00" });
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, before.time);
  });
});
