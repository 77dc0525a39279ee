import assert from "node:assert/strict";
import { calendarAt } from "../../../local/providers/caldav/state.ts";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;

testTwoWay(
  "the very same move again, where a version is a hash of the file",
  async (t, calendar) => {
    const { scene, user, eventOf } = calendar;
    const { state } = scene.stack.caldav;
    state.odd.hash_etags = true;

    await t.step("it is put back as any other, until another program seems to move it", async () => {
      const id = await calendar.obligation();
      const event = eventOf(id);
      assert.ok(event);
      await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
      const { calendar: stored } = calendarAt(state, user.calendar_id) ?? assert.fail();
      const moved = stored.files.get(`${event.id}.ics`) ?? assert.fail();
      for (let round = 0; round < 3; round++) {
        state.store(stored, `${event.id}.ics`, moved);
        await calendar.sync();
        assert.deepEqual(eventOf(id)?.time, ON_DAY, `round ${round}`);
        assert.deepEqual((await calendar.proposals()).map((each) => each.state), ["open"]);
      }
      state.store(stored, `${event.id}.ics`, moved);
      await calendar.sync();
      assert.equal((await calendar.explain(id)).reason, "changed_again");
    });
  },
  {},
  ["caldav"],
);
