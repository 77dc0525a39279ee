import assert from "node:assert/strict";
import { ADA } from "../../support/subjects/subject.ts";
import { DAY, OTHER_DAY, testTwoWay, type TwoWay } from "./calendar.ts";

/** The calendar that an event is dragged to. */
function elsewhere({ scene, user }: TwoWay): string {
  const other = scene.provider.calendars(ADA).find(({ id }) => id !== user.calendar_id);
  assert.ok(other);
  return other.id;
}

/** Moves an event from one calendar of its user to another, as the provider's own application does. */
async function moveTo({ scene }: TwoWay, calendar_id: string, event_id: string, to: string): Promise<void> {
  const body = JSON.stringify({ account: ADA, calendar_id, event_id, change: { move_to: to } });
  const url = `${scene.provider.emulator.url}/emulator/user_edit`;
  const response = await fetch(url, { method: "POST", body });
  assert.equal(response.status, 204, await response.text());
}

/** Drags the event of an obligation out of our calendar. @returns its id */
async function drag(calendar: TwoWay, obligation_id: string): Promise<string> {
  const event_id = calendar.eventOf(obligation_id)?.id ?? "";
  await moveTo(calendar, calendar.user.calendar_id, event_id, elsewhere(calendar));
  return event_id;
}

/** Looks at the calendar and for what was moved out of it. */
async function search(calendar: TwoWay): Promise<void> {
  await calendar.sync();
  await calendar.scene.sql`select calendar_sync.find_orphans()`;
  await calendar.settled();
}

/** The days of the events with a title. */
function days({ scene }: TwoWay, calendar_id: string, title: string): string[] {
  return scene.events(calendar_id).filter((event) => event.title === title)
    .map(({ time }) => time.kind === "all_day" ? time.start_date : time.start);
}

async function inSight(t: Deno.TestContext, calendar: TwoWay): Promise<void> {
  const { scene, user } = calendar;
  const ours = (title: string) => days(calendar, user.calendar_id, title);
  const theirs = (title: string) => days(calendar, elsewhere(calendar), title);

  await t.step("stands in ours alone again, and its user is told", async () => {
    const id = await calendar.obligation({ title: "Dragged" });
    await drag(calendar, id);
    assert.deepEqual([ours("Dragged"), theirs("Dragged")], [[], [DAY]]);
    await calendar.sync();
    assert.deepEqual([ours("Dragged"), theirs("Dragged")], [[DAY], []]);
    assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
    const back = calendar.eventOf(id)?.id;
    await search(calendar);
    assert.deepEqual([ours("Dragged"), calendar.eventOf(id)?.id], [[DAY], back]);
  });

  await t.step("is followed by what changes before that is read, and then comes back", async () => {
    const id = await calendar.obligation({ title: "Followed" });
    await drag(calendar, id);
    await scene.sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
    await calendar.settled();
    await calendar.sync();
    assert.deepEqual([ours("Followed"), theirs("Followed")], [[OTHER_DAY], []]);
  });

  await t.step("dragged again it stays there, as one that was deleted twice stays away", async () => {
    const id = await calendar.obligation({ title: "Again" });
    await drag(calendar, id);
    await calendar.sync();
    await drag(calendar, id);
    await search(calendar);
    assert.deepEqual([ours("Again"), theirs("Again")], [[], [DAY]]);
    assert.deepEqual(await calendar.notices(id), ["deadline_hidden"]);
    assert.equal((await calendar.explain(id)).code, "hidden_by_user");

    await scene.sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
    await calendar.settled();
    await calendar.sync();
    // The new deadline has an event of its own. At Google and on CalDAV servers the id of the other one says where it belongs.
    const stays = scene.provider.name === "outlook" ? [DAY] : [];
    assert.deepEqual([ours("Again"), theirs("Again")], [[OTHER_DAY], stays]);
  });

  await t.step("dragged back by its user, it is the one that counts", async () => {
    const id = await calendar.obligation({ title: "Back" });
    const event_id = await drag(calendar, id);
    await moveTo(calendar, elsewhere(calendar), event_id, user.calendar_id);
    await calendar.sync();
    assert.deepEqual([ours("Back"), calendar.eventOf(id)?.id], [[DAY], event_id]);
    assert.deepEqual(await calendar.notices(id), []);
  });
}

testTwoWay(
  "an event that its user drags to a calendar that we may see",
  inSight,
  {},
  ["google", "outlook", "caldav"],
  "existing",
);

// Of an event of ours Outlook says where it is, whatever was granted.
testTwoWay("an event that its user drags out of Outlook's calendar of ours", inSight, {}, ["outlook"]);

testTwoWay(
  "an event that its user drags to a calendar that we may not see",
  async (t, calendar) => {
    await t.step("comes back to ours, stays behind where it is, and its user is told", async () => {
      const id = await calendar.obligation({ title: "Dragged" });
      await drag(calendar, id);
      await search(calendar);
      const places = () =>
        [calendar.user.calendar_id, elsewhere(calendar)].map((id) => days(calendar, id, "Dragged"));
      assert.deepEqual(places(), [[DAY], [DAY]]);
      assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
      await calendar.scene.sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
      await search(calendar);
      assert.deepEqual(places(), [[OTHER_DAY], [DAY]]);
    });
  },
  {},
  ["google", "caldav"],
);
