import assert from "node:assert/strict";
import { z } from "zod";
import { until } from "../../support/calendar-api.ts";
import { chooseEdits, DAY, OTHER_DAY, testTwoWay, type TwoWay } from "./calendar.ts";

const THIRD_DAY = "2027-03-23";

testTwoWay("a moved deadline is decided on, and the calendar follows", async (t, calendar) => {
  await t.step("accepted, its event stands where it was moved, and nothing more is asked", async () => {
    const id = await calendar.obligation();
    const proposal_id = await moved(calendar, id, OTHER_DAY);
    assert.equal(shown(calendar, id), DAY);
    assert.equal(await decide(calendar, proposal_id, "accept"), "accepted");
    await calendar.settled();
    assert.equal(shown(calendar, id), OTHER_DAY);
    await calendar.sync();
    assert.deepEqual(await statesOf(calendar, id), ["accepted"]);
    assert.deepEqual(await calendar.notices(id), []);
  });

  await t.step("taken back, its event is back, and the proposal is open", async () => {
    const id = await calendar.obligation({ title: "Undo" });
    const proposal_id = await moved(calendar, id, OTHER_DAY);
    await decide(calendar, proposal_id, "accept");
    await calendar.settled();
    assert.equal(await decide(calendar, proposal_id, "undo"), "open");
    await calendar.settled();
    assert.equal(shown(calendar, id), DAY);
    await calendar.sync();
    assert.deepEqual(await statesOf(calendar, id), ["open"]);
  });

  await t.step("dismissed, nothing changes, and the next move asks again", async () => {
    const id = await calendar.obligation({ title: "Dismiss" });
    const proposal_id = await moved(calendar, id, OTHER_DAY);
    assert.equal(await decide(calendar, proposal_id, "dismiss"), "dismissed");
    await calendar.sync();
    assert.equal(shown(calendar, id), DAY);
    assert.notEqual(await moved(calendar, id, OTHER_DAY), proposal_id);
    assert.deepEqual(await statesOf(calendar, id), ["open", "dismissed"]);
  });

  await t.step("a later move supersedes the earlier one", async () => {
    const id = await calendar.obligation({ title: "Twice" });
    await moved(calendar, id, OTHER_DAY);
    const second = await moved(calendar, id, THIRD_DAY);
    assert.deepEqual(await statesOf(calendar, id), ["open", "superseded"]);
    await decide(calendar, second, "accept");
    await calendar.settled();
    assert.equal(shown(calendar, id), THIRD_DAY);
  });

  await t.step("a new deadline supersedes it", async () => {
    const id = await calendar.obligation({ title: "Overtaken" });
    await moved(calendar, id, OTHER_DAY);
    await calendar.scene.sql`update public.obligations set deadline_date = ${THIRD_DAY} where id = ${id}`;
    await until(async () => (await statesOf(calendar, id)).join() === "superseded");
    await calendar.settled();
    assert.equal(shown(calendar, id), THIRD_DAY);
    assert.deepEqual(await calendar.notices(id), []);
  });

  await t.step("an all-day deadline that was given a time becomes a timed one", async () => {
    const id = await calendar.obligation({ title: "Timed" });
    const event = calendar.eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: "10:00" });
    await calendar.sync();
    const proposal = (await calendar.proposals()).find(({ obligation_id }) => obligation_id === id);
    assert.ok(proposal);
    assert.equal(await decide(calendar, proposal.id, "accept"), "accepted");
    await calendar.settled();
    assert.equal(calendar.eventOf(id)?.time.kind, "timed");
    assert.equal(await decide(calendar, proposal.id, "undo"), "open");
    await calendar.settled();
    assert.equal(shown(calendar, id), DAY);
  });
});

testTwoWay("a move that was accepted in advance is undone", async (t, calendar) => {
  const { scene, user } = calendar;
  await chooseEdits(calendar, "accept");

  await t.step("the deadline follows the event, and a notice undoes it", async () => {
    const id = await calendar.obligation();
    const proposal_id = await moved(calendar, id, OTHER_DAY);
    await until(async () => (await statesOf(calendar, id)).join() === "accepted");
    await calendar.settled();
    assert.deepEqual([await due(calendar, id), shown(calendar, id)], [OTHER_DAY, OTHER_DAY]);
    assert.deepEqual(await calendar.notices(id), ["proposal_opened"]);
    const [change] = await scene.sql`
      select caused_by from calendar_sync.activity where obligation_id = ${id} and action = 'proposal_accepted'`;
    assert.equal(change?.["caused_by"], `user:${user.id}`);
    assert.equal(await decide(calendar, proposal_id, "undo"), "open");
    await calendar.settled();
    assert.deepEqual([await due(calendar, id), shown(calendar, id)], [DAY, DAY]);
  });
}, { CALENDAR_ACCEPT_EDITS: "on" });

/** Moves the event of an obligation to a day. @returns the proposal that came of it */
async function moved(calendar: TwoWay, obligation_id: string, day: string): Promise<string> {
  const event = calendar.eventOf(obligation_id);
  assert.ok(event);
  await calendar.edit(event.id, { kind: "move", day, time: null });
  await calendar.sync();
  const [newest] = (await calendar.proposals()).filter((proposal) =>
    proposal.obligation_id === obligation_id
  );
  assert.ok(newest);
  return newest.id;
}

/** Decides on a proposal. @returns its state then */
async function decide({ user }: TwoWay, proposal_id: string, decision: string): Promise<string> {
  const response = await user.api.request("POST", `/proposals/${proposal_id}/${decision}`);
  assert.equal(response.status, 200, await response.clone().text());
  return z.object({ state: z.string() }).parse(await response.json()).state;
}

async function statesOf(calendar: TwoWay, id: string): Promise<string[]> {
  return (await calendar.proposals()).filter(({ obligation_id }) => obligation_id === id).map(({ state }) =>
    state
  );
}

/** On which day the event of an obligation stands. */
function shown({ eventOf }: TwoWay, obligation_id: string): string | undefined {
  const time = eventOf(obligation_id)?.time;
  return time?.kind === "all_day" ? time.start_date : time?.start;
}

async function due({ scene: { sql } }: TwoWay, obligation_id: string): Promise<unknown> {
  const [row] =
    await sql`select deadline_date::text as due from public.obligations where id = ${obligation_id}`;
  return row?.["due"];
}
