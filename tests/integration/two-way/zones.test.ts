import assert from "node:assert/strict";
import { testTwoWay } from "./calendar.ts";

testTwoWay("a timed deadline that is moved", async (t, calendar) => {
  await t.step(
    "is proposed and accepted in its own time zone, by whatever name the provider knows that",
    async () => {
      const id = await calendar.obligation({
        deadline_date: null,
        deadline_at: "2027-03-15T10:00:00Z",
        time_zone: "Europe/Madrid",
      });
      const event = calendar.eventOf(id);
      assert.ok(event);
      // As the event's own clock shows it: an hour ahead of UTC.
      await calendar.edit(event.id, { kind: "move", day: "2027-03-16", time: "16:00" });
      await calendar.sync();
      const [proposal] = await calendar.proposals();
      assert.ok(proposal);
      const { deadline_at, time_zone } = proposal.seen;
      assert.deepEqual([Date.parse(String(deadline_at)), time_zone], [
        Date.parse("2027-03-16T15:00:00Z"),
        "Europe/Madrid",
      ]);
      const response = await calendar.user.api.request("POST", `/proposals/${proposal.id}/accept`, {});
      assert.equal(response.status, 200, await response.text());
      const [row] = await calendar.scene.sql`
      select deadline_at = '2027-03-16T15:00:00Z' as is_moved, time_zone from public.obligations where id = ${id}`;
      assert.deepEqual([row?.["is_moved"], row?.["time_zone"]], [true, "Europe/Madrid"]);
    },
  );
});
