import assert from "node:assert/strict";
import { z } from "zod";
import { ADA } from "../../support/subjects/subject.ts";
import { DAY, OTHER_DAY, testTwoWay, type TwoWay } from "./calendar.ts";

const State = z.object({
  accounts: z.array(z.object({
    email: z.string(),
    calendars: z.array(z.object({
      id: z.string(),
      isDefault: z.boolean(),
      events: z.array(z.object({ id: z.string(), subject: z.string().nullable() })),
    })),
  })),
});

async function elsewhere({ scene }: TwoWay) {
  const response = await fetch(`${scene.provider.emulator.url}/emulator/state`);
  const { accounts } = State.parse(await response.json());
  const calendar = accounts.find(({ email }) => email === ADA)?.calendars.find(({ isDefault }) => isDefault);
  assert.ok(calendar);
  return calendar;
}

/** Drags the event of an obligation to the account's default calendar. @returns its id */
async function drag(calendar: TwoWay, obligation_id: string): Promise<string> {
  const event_id = calendar.eventOf(obligation_id)?.id ?? "";
  const change = { move_to: (await elsewhere(calendar)).id };
  const body = JSON.stringify({ account: ADA, calendar_id: calendar.user.calendar_id, event_id, change });
  const url = `${calendar.scene.provider.emulator.url}/emulator/user_edit`;
  const { status } = await fetch(url, { method: "POST", body });
  assert.equal(status, 204);
  return event_id;
}

// Elsewhere an event that is moved to another calendar is one that is deleted and one that is made.
testTwoWay(
  "an event that its user drags to another calendar",
  async (t, calendar) => {
    const { scene, user } = calendar;
    const ours = (title: string) => scene.events(user.calendar_id).filter((event) => event.title === title);
    const theirs = async (title: string) =>
      (await elsewhere(calendar)).events.filter((event) => event.subject === title);

    await t.step("stands in ours alone again, and its user is told", async () => {
      const id = await calendar.obligation({ title: "Dragged" });
      const before = await drag(calendar, id);
      assert.deepEqual([ours("Dragged").length, (await theirs("Dragged")).length], [0, 1]);
      await calendar.sync();
      const [event, ...more] = ours("Dragged");
      assert.deepEqual(event?.time, { kind: "all_day", start_date: DAY, end_date: "2027-03-16" });
      assert.notEqual(event?.id, before);
      assert.deepEqual([more, await theirs("Dragged")], [[], []]);
      assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
      await calendar.sync();
      await scene.sql`select calendar_sync.find_orphans()`;
      await calendar.settled();
      assert.deepEqual(ours("Dragged").map((one) => one.id), [event?.id]);
    });

    await t.step("is followed by what changes before that is read, and then comes back", async () => {
      const id = await calendar.obligation({ title: "Followed" });
      await drag(calendar, id);
      await scene.sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
      await calendar.settled();
      await calendar.sync();
      assert.deepEqual(await theirs("Followed"), []);
      assert.deepEqual(ours("Followed").map(({ time }) => time.kind === "all_day" && time.start_date), [
        OTHER_DAY,
      ]);
    });

    await t.step("dragged again it stays there, as one that was deleted twice stays away", async () => {
      const id = await calendar.obligation({ title: "Again" });
      await drag(calendar, id);
      await calendar.sync();
      await drag(calendar, id);
      await calendar.sync();
      await scene.sql`select calendar_sync.find_orphans()`;
      await calendar.settled();
      assert.deepEqual([ours("Again").length, (await theirs("Again")).length], [0, 1]);
      assert.deepEqual(await calendar.notices(id), ["deadline_hidden"]);
      assert.equal((await calendar.explain(id)).code, "hidden_by_user");

      await scene.sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
      await calendar.settled();
      await calendar.sync();
      // What its user took away for good is theirs, and the new deadline has an event of its own.
      assert.deepEqual(ours("Again").map(({ time }) => time.kind === "all_day" && time.start_date), [
        OTHER_DAY,
      ]);
      assert.equal((await theirs("Again")).length, 1);
    });

    await t.step("dragged back by its user, it is the one that counts", async () => {
      const id = await calendar.obligation({ title: "Back" });
      const before = await drag(calendar, id);
      const { id: from } = await elsewhere(calendar);
      const change = { move_to: user.calendar_id };
      const body = JSON.stringify({ account: ADA, calendar_id: from, event_id: before, change });
      const url = `${scene.provider.emulator.url}/emulator/user_edit`;
      assert.equal((await fetch(url, { method: "POST", body })).status, 204);
      await calendar.sync();
      assert.deepEqual(ours("Back").map((event) => event.id), [before]);
      assert.deepEqual(await calendar.notices(id), []);
    });
  },
  {},
  ["outlook"],
);
