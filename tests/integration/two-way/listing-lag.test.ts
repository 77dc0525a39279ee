import assert from "node:assert/strict";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

const MINUTES_MS = 600_000;
const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;

testTwoWay("a complete listing that lags behind what was written", async (t, calendar) => {
  const { scene, user, eventOf } = calendar;
  const { sql } = scene;
  const { state } = scene.provider.emulator;
  /** The next listing is a complete one. */
  const forgetCursor = () => sql`delete from vault.secrets where description = 'calendar_sync: cursor'`;
  const lagging = async (act: () => Promise<void>) => {
    state.listing_lag_ms = MINUTES_MS;
    try {
      await act();
    } finally {
      state.listing_lag_ms = 0;
    }
  };

  await t.step("restores nothing, writes nothing, and tells nobody", async () => {
    const id = await calendar.obligation();
    const before = eventOf(id);
    assert.ok(before);
    const writes = scene.writes();
    await lagging(async () => {
      for (let time = 0; time < 2; time++) {
        await forgetCursor();
        await calendar.sync();
      }
    });
    assert.deepEqual([eventOf(id), scene.writes()], [before, writes]);
    assert.deepEqual(await calendar.notices(id), []);
    assert.equal((await calendar.explain(id)).code, "synced");
    await calendar.sync();
    assert.deepEqual([eventOf(id), await calendar.notices(id)], [before, []]);
  });

  await t.step("shows a move all the same", async () => {
    const id = await calendar.obligation({ title: "Moved" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await lagging(async () => {
      await forgetCursor();
      await calendar.sync();
    });
    assert.deepEqual([eventOf(id)?.id, eventOf(id)?.time], [event.id, ON_DAY]);
    assert.deepEqual(await calendar.notices(id), ["proposal_opened"]);
  });

  await t.step("a deletion among what it leaves out is one", async () => {
    const deleted = await calendar.obligation({ title: "Deleted" });
    const there = await calendar.obligation({ title: "There" });
    const event = eventOf(deleted);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "delete" });
    await lagging(async () => {
      await forgetCursor();
      await calendar.sync();
    });
    assert.ok(eventOf(deleted));
    assert.deepEqual([await calendar.notices(deleted), await calendar.notices(there)], [[
      "deadline_restored",
    ], []]);
  });

  await t.step("after an import it is no mass deletion", async () => {
    await sql`update calendar_sync.options set deletions_free = 25`;
    await sql`insert into public.obligations (user_id, title, deadline_date)
      select ${user.id}, 'Imported ' || n, ${DAY} from generate_series(1, 40) as n`;
    await calendar.settled();
    const shown = () => scene.events(user.calendar_id).map(({ id }) => id).sort();
    const before = shown();
    await lagging(async () => {
      await forgetCursor();
      await calendar.sync();
    });
    assert.deepEqual(shown(), before);
    await calendar.sync();
    assert.deepEqual(shown(), before);
    const { status } = await user.api.untilStatus(() => true);
    assert.equal(status, "active");
  });
});
