import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { chooseEdits, DAY, OTHER_DAY, testTwoWay, type TwoWay } from "./calendar.ts";

const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;

const statesOf = async ({ proposals }: TwoWay, id: string) =>
  (await proposals()).filter(({ obligation_id }) => obligation_id === id).map(({ state }) => state);

/** What was noted of the user's doings, in its order. */
const notedOf = async ({ scene: { sql } }: TwoWay, id: string) => {
  const rows = await sql<{ action: string }[]>`
    select action from calendar_sync.activity where obligation_id = ${id} and action like '%_by_user' order by at`;
  return rows.map(({ action }) => action);
};

testTwoWay("what we do about an edit is done, and its answer is lost", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  const { sql } = scene;
  // Deno itself repeats a request once whose connection was an old one.
  const lose = (method: string) =>
    scene.provider.emulator.faults.set([
      { kind: "drop_after", match: { method, path: "events|[.]ics" }, times: 2 },
    ]);
  /** The calendar is read before the write is tried again, as where its provider calls about that write. */
  const readFirst = async (id: string) => {
    const response = await calendar.user.api.request("POST", "/sync", {});
    assert.equal(response.status, 202, await response.text());
    await until(
      async () =>
        (await sql`select from calendar_sync.jobs where attempts > 0 and obligation_id = ${id}`).length > 0,
      15_000,
    );
    await sql`update calendar_sync.jobs set run_at = now() + interval '4 seconds' where obligation_id = ${id}`;
    await sql`select calendar_sync.append_changes(array[${calendar.user.integration.id}::uuid], 'pull', 0)`;
    await sql`select calendar_sync.wake_up()`;
    await calendar.settled();
    scene.provider.emulator.faults.clear();
  };

  for (const is_read of [false, true]) {
    await t.step(
      `a move is put back, and still asked about (${is_read ? "read" : "written"} next)`,
      async () => {
        const id = await calendar.obligation({ title: `Moved ${is_read}` });
        lose(scene.provider.name === "caldav" ? "PUT" : "PATCH");
        await calendar.edit(eventOf(id)?.id ?? assert.fail(), { kind: "move", day: OTHER_DAY, time: null });
        if (is_read) await readFirst(id);
        else await calendar.sync();
        await calendar.sync();
        scene.provider.emulator.faults.clear();
        assert.deepEqual(eventOf(id)?.time, ON_DAY);
        assert.deepEqual([await statesOf(calendar, id), await notedOf(calendar, id)], [
          ["open"],
          ["moved_by_user"],
        ]);
      },
    );
  }

  await t.step("a deletion is restored, and that is no return", async () => {
    const id = await calendar.obligation({ title: "Deleted" });
    lose({ google: "PATCH", outlook: "POST", caldav: "PUT" }[scene.provider.name]);
    await calendar.edit(eventOf(id)?.id ?? assert.fail(), { kind: "delete" });
    await readFirst(id);
    assert.deepEqual([await calendar.notices(id), await notedOf(calendar, id)], [
      ["deadline_restored"],
      ["deleted_by_user"],
    ]);
    await calendar.edit(eventOf(id)?.id ?? assert.fail(), { kind: "delete" });
    await calendar.sync();
    assert.equal((await calendar.explain(id)).code, "hidden_by_user");
  });
});

testTwoWay(
  "a move is accepted in advance, and moved back before the event was written",
  async (_t, calendar) => {
    const { scene, eventOf, user } = calendar;
    await chooseEdits(calendar, "accept");
    const id = await calendar.obligation();
    const event_id = eventOf(id)?.id ?? assert.fail();
    const due = async () =>
      (await scene.sql`select deadline_date::text as due from public.obligations where id = ${id}`)[0]
        ?.["due"];
    scene.provider.emulator.faults.set([{
      ...scene.provider.refusals.rate_limit ?? assert.fail(),
      retry_after: "2",
      match: { method: scene.provider.name === "caldav" ? "PUT" : "PATCH", path: "events|[.]ics" },
      times: 1,
    }]);
    await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: null });
    await user.api.request("POST", "/sync", {});
    await until(async () => (await calendar.proposals())[0]?.state === "accepted");
    assert.equal(await due(), OTHER_DAY);
    await calendar.edit(event_id, { kind: "move", day: DAY, time: null });
    scene.provider.emulator.faults.clear();
    await calendar.settled();
    await calendar.sync();
    assert.deepEqual([await due(), eventOf(id)?.time], [DAY, ON_DAY]);
    assert.deepEqual(await statesOf(calendar, id), ["accepted", "accepted"]);
  },
  { CALENDAR_ACCEPT_EDITS: "on" },
  ["google", "caldav"],
);
