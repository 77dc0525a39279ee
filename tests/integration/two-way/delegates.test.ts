import assert from "node:assert/strict";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";
import { shareCalendar } from "./delegate.ts";

const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;
const ON_OTHER_DAY = { kind: "all_day", start_date: OTHER_DAY, end_date: "2027-03-20" } as const;

testTwoWay("somebody else edits events of a calendar that is shared", async (t, calendar) => {
  const { scene, user, eventOf } = calendar;
  const colleague = await scene.connectedUser(GRACE);
  const delegate = shareCalendar(scene, user.calendar_id, ADA, GRACE);
  const proposalsOfColleague = async () => await (await colleague.api.request("GET", "/proposals")).json();

  await t.step("a move is put back, and the calendar's own user alone is asked", async () => {
    const id = await calendar.obligation({ title: "Moved by a colleague" });
    const event = eventOf(id);
    assert.ok(event);
    await delegate.move(event.id, OTHER_DAY, ON_OTHER_DAY.end_date);
    assert.deepEqual(eventOf(id)?.time, ON_OTHER_DAY);
    await calendar.sync();
    assert.deepEqual([eventOf(id)?.id, eventOf(id)?.time], [event.id, ON_DAY]);
    const own = (await calendar.proposals()).filter((each) => each.obligation_id === id);
    assert.deepEqual(own.map(({ seen, state }) => [seen, state]), [[{ deadline_date: OTHER_DAY }, "open"]]);
    assert.deepEqual((await proposalsOfColleague()).proposals, []);
    const moved = (await calendar.evidence(id)).filter(({ reason }) => reason === "moved_by_user");
    assert.deepEqual(moved.map(({ due }) => due), [OTHER_DAY]);
  });

  await t.step("a deletion is taken back, and the calendar's own user is told", async () => {
    const id = await calendar.obligation({ title: "Deleted by a colleague" });
    const event = eventOf(id);
    assert.ok(event);
    await delegate.remove(event.id);
    assert.equal(eventOf(id), undefined);
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, ON_DAY);
    assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
  });
});
