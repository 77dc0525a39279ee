import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { chooseEdits, OTHER_DAY, testTwoWay } from "./calendar.ts";

testTwoWay("with accept, a move changes the deadline at once", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  await chooseEdits(calendar, "accept");

  await t.step("as its user, and the event stays", async () => {
    const id = await calendar.obligation();
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    // The worker accepts it once the move is recorded.
    await until(
      async () => (await calendar.proposals())[0]?.state === "accepted",
      undefined,
      calendar.proposals,
    );
    const [row] = await scene.sql`select deadline_date::text from public.obligations where id = ${id}`;
    assert.equal(row?.["deadline_date"], OTHER_DAY);
    await calendar.settled();
    const after = eventOf(id);
    assert.deepEqual([after?.id, after?.time], [event.id, {
      kind: "all_day",
      start_date: OTHER_DAY,
      end_date: "2027-03-20",
    }]);
  });

  await t.step("where the user may not change the obligation, the event is put back", async () => {
    const id = await calendar.obligation({ title: "Read only" });
    const before = eventOf(id);
    assert.ok(before);
    await scene
      .sql`create policy read_only on public.obligations as restrictive for update to authenticated using (false)`;
    try {
      await calendar.edit(before.id, { kind: "move", day: OTHER_DAY, time: null });
      await calendar.sync();
      await until(() => Promise.resolve(JSON.stringify(eventOf(id)?.time) === JSON.stringify(before.time)));
      assert.equal(eventOf(id)?.id, before.id);
    } finally {
      await scene.sql`drop policy read_only on public.obligations`;
    }
  });
}, { CALENDAR_ACCEPT_EDITS: "on" });
