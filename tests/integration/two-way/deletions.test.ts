import assert from "node:assert/strict";
import { assertBetween, DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

testTwoWay("a deleted event comes back once", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  const remove = async (obligation_id: string) => {
    const event = eventOf(obligation_id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "delete" });
    assert.equal(eventOf(obligation_id), undefined);
    await calendar.sync();
    return event.id;
  };

  await t.step("the pull that finds it gone restores it and tells its user", async () => {
    const id = await calendar.obligation();
    await remove(id);
    assert.deepEqual(eventOf(id)?.time, { kind: "all_day", start_date: DAY, end_date: "2027-03-16" });
    assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
    const { code, in_calendar } = await calendar.explain(id);
    assert.deepEqual([code, in_calendar], ["synced", true]);
  });

  await t.step("deleted again it stays away, and everybody says so", async () => {
    const id = await calendar.obligation({ title: "Hidden" });
    await remove(id);
    const before_ms = Date.now();
    await remove(id);
    assert.equal(eventOf(id), undefined);
    assert.deepEqual(await calendar.notices(id), ["deadline_hidden"]);
    const { code, in_calendar, stands, since, message } = await calendar.explain(id);
    assert.deepEqual([code, in_calendar, stands], ["hidden_by_user", false, null]);
    assertBetween(since, before_ms);
    assert.match(
      message,
      /^You deleted its event twice in the calendar, the last time on \d+ \w+ \d{4}, \d\d:\d\d UTC\. /,
    );
    const periods = await calendar.evidence(id);
    const last = periods.at(-1);
    assert.deepEqual([last?.due, last?.reason, last?.in_calendar, last?.until_at], [
      DAY,
      "hidden_by_user",
      false,
      null,
    ]);
    const { progress } = await calendar.user.api.untilStatus(() => true);
    assert.deepEqual([progress.pending, progress.failed], [0, 0]);
    await scene.sql`update public.obligations set title = 'Renamed' where id = ${id}`;
    await calendar.sync();
    await scene.sql`select calendar_sync.find_orphans()`;
    await calendar.settled();
    assert.equal(eventOf(id), undefined, "neither another title nor a search brings it back");
    assert.equal((await calendar.explain(id)).since, since);

    await scene.sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
    await calendar.settled();
    assert.deepEqual(eventOf(id)?.title, "Renamed");
    assert.deepEqual(await calendar.notices(id), []);
    assert.equal((await calendar.explain(id)).code, "synced");
    const shown = (await calendar.evidence(id)).at(-1);
    assert.deepEqual([shown?.due, shown?.reason, shown?.in_calendar], [OTHER_DAY, null, true]);
  });

  await t.step("a deletion of another deadline is a first one", async () => {
    const id = await calendar.obligation({ title: "Moved on" });
    await remove(id);
    await scene.sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
    await calendar.settled();
    await remove(id);
    assert.ok(eventOf(id));
  });

  await t.step("where its user takes the deletion back, the original stands and the copy goes", async () => {
    const id = await calendar.obligation({ title: "Undone" });
    const original = await remove(id);
    // Some providers bring the original back themselves, and then there is nothing to take back.
    const is_original = eventOf(id)?.id === original;
    if (!is_original) await calendar.edit(original, { kind: "put_back" });
    await calendar.sync();
    const events = scene.events(calendar.user.calendar_id).filter(({ obligation_id }) =>
      obligation_id === id
    );
    assert.deepEqual(events.map((event) => event.id), [original]);
    if (is_original) return;
    assert.deepEqual(await calendar.notices(id), []);
    // It counts as never deleted.
    await remove(id);
    assert.ok(eventOf(id));
  });

  await t.step("where its user takes the second deletion back, it is shown again", async () => {
    const id = await calendar.obligation({ title: "Back" });
    await remove(id);
    const hidden = await remove(id);
    await calendar.edit(hidden, { kind: "put_back" });
    await calendar.sync();
    assert.equal(eventOf(id)?.id, hidden);
    assert.deepEqual(await calendar.notices(id), []);
    assert.equal((await calendar.explain(id)).code, "synced");
  });

  await t.step("a title that changes meanwhile is that of the restored event", async () => {
    const id = await calendar.obligation({ title: "Before" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "delete" });
    await scene.sql`update public.obligations set title = 'After' where id = ${id}`;
    await calendar.sync();
    assert.equal(eventOf(id)?.title, "After");
    assert.equal(
      scene.events(calendar.user.calendar_id).filter((each) => each.obligation_id === id).length,
      1,
    );
  });
});
