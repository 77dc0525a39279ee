import assert from "node:assert/strict";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

const EVENTS = 40;

testTwoWay("many edits at once ask first", async (t, calendar) => {
  const { scene, user } = calendar;
  const { sql } = scene;
  await sql`update calendar_sync.options set deletions_free = 25`;
  await sql`insert into public.obligations (user_id, title, deadline_date)
    select ${user.id}, 'Many ' || n, ${DAY} from generate_series(1, ${EVENTS}::int) as n`;
  await calendar.settled();
  const events = () => scene.events(user.calendar_id).filter(({ obligation_id }) => obligation_id !== null);
  const moved = () =>
    events().filter(({ time }) => time.kind === "all_day" && time.start_date === OTHER_DAY).length;

  await t.step(
    "more than 25 and a fifth pause the calendar, and nothing is written or proposed",
    async () => {
      for (const [index, { id }] of events().entries()) {
        if (index < 20) await calendar.edit(id, { kind: "move", day: OTHER_DAY, time: null });
        else if (index < 30) await calendar.edit(id, { kind: "delete" });
      }
      const response = await user.api.request("POST", "/sync", {});
      assert.equal(response.status, 202, await response.text());
      const paused = await user.api.untilStatus(({ status }) => status === "paused");
      assert.equal(paused.last_error?.code, "mass_edit");
      assert.deepEqual(paused.last_error?.details, { moves: 20, deletions: 10, events: EVENTS });
      assert.deepEqual(await calendar.proposals(), []);
      const again = await user.api.request("POST", "/sync", {});
      assert.deepEqual([again.status, await again.json()], [202, { queued: 0 }]);
      assert.deepEqual([events().length, moved()], [EVENTS - 10, 20]);
    },
  );

  await t.step("resumed, each is treated by itself", async () => {
    const response = await user.api.request("POST", "/resume", { integration_id: user.integration.id });
    assert.equal(response.status, 200, await response.text());
    await calendar.settled();
    assert.deepEqual([events().length, moved()], [EVENTS, 0]);
    const proposals = await calendar.proposals();
    assert.deepEqual([proposals.length, new Set(proposals.map(({ state }) => state))], [
      20,
      new Set(["open"]),
    ]);
    const integration = await user.api.untilStatus(() => true);
    assert.deepEqual([integration.status, integration.last_error], ["active", null]);
  });

  await t.step("as many as are let go need no question", async () => {
    for (const { id } of events().slice(0, 25)) {
      await calendar.edit(id, { kind: "move", day: OTHER_DAY, time: null });
    }
    await calendar.sync();
    assert.equal(moved(), 0);
  });

  await t.step("what was agreed to once is asked again", async () => {
    for (const { id } of events().slice(0, 26)) {
      await calendar.edit(id, { kind: "move", day: OTHER_DAY, time: null });
    }
    await user.api.request("POST", "/sync", {});
    const paused = await user.api.untilStatus(({ status }) => status === "paused");
    assert.equal(paused.last_error?.code, "mass_edit");
  });
});
