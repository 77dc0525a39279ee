import assert from "node:assert/strict";
import { assertStandsElsewhere, chooseEdits, DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

const KEPT = { kind: "all_day", start_date: OTHER_DAY, end_date: "2027-03-20" } as const;

testTwoWay("with keep, a moved event stays where it is", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  await chooseEdits(calendar, "keep");
  const move = async (obligation_id: string, day: string) => {
    const event = eventOf(obligation_id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day, time: null });
    await calendar.sync();
    return event.id;
  };
  const states = async (obligation_id: string) =>
    (await calendar.proposals()).filter((each) => each.obligation_id === obligation_id)
      .map(({ state, seen }) => [state, seen["deadline_date"]]).sort();

  await t.step("its description says the legal date, and other changes leave it there", async () => {
    const id = await calendar.obligation({ description: "Form A", url: "https://example.com/o" });
    const event_id = await move(id, OTHER_DAY);
    const kept = eventOf(id);
    assert.deepEqual([kept?.id, kept?.time], [event_id, KEPT]);
    assert.equal(kept?.text, `Form A\n\nLegal date: ${DAY}\n\nhttps://example.com/o`);
    assert.deepEqual(await states(id), [["open", OTHER_DAY]]);
    const { since } = await assertStandsElsewhere(calendar, id);

    await scene.sql`update public.obligations set title = 'Renamed' where id = ${id}`;
    await calendar.settled();
    await calendar.sync();
    assert.deepEqual([eventOf(id)?.title, eventOf(id)?.time], ["Renamed", KEPT]);
    assert.equal((await assertStandsElsewhere(calendar, id)).since, since, "it was moved no later");
    const last = (await calendar.evidence(id)).at(-1);
    assert.deepEqual([last?.due, last?.reason, last?.in_calendar, last?.until_at], [
      OTHER_DAY,
      "moved_by_user",
      true,
      null,
    ]);
  });

  await t.step("made longer, and as long again as it was, it stays there", async () => {
    const id = await calendar.obligation({ title: "Longer" });
    const event_id = await move(id, OTHER_DAY);
    const { since } = await calendar.explain(id);
    await calendar.edit(event_id, { kind: "lengthen" });
    await calendar.sync();
    assert.notDeepEqual(eventOf(id)?.time, KEPT);
    assert.equal((await calendar.explain(id)).since, since, "it was moved no later");
    // A day again, by way of an hour.
    await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: "10:00" });
    await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, KEPT);
    assert.deepEqual(await states(id), [["open", OTHER_DAY]]);
  });

  await t.step("reminders that are set anew are those of the time that it shows", async () => {
    const { user } = calendar;
    const call = async (method: "PATCH" | "POST", path: string, more = {}) => {
      const body = { integration_id: user.integration.id, ...more };
      const response = await user.api.request(method, path, body);
      assert.ok(response.ok, await response.text());
    };
    const id = await calendar.obligation({ title: "Reminded" });
    const event_id = eventOf(id)?.id ?? assert.fail("there is no event");
    await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: "15:00" });
    await calendar.sync();
    await call("PATCH", "/status", { settings: { reminders_minutes: [120] } });
    await call("POST", "/reapply");
    await calendar.settled();
    // Before nine o'clock on the day, where it were all-day.
    assert.deepEqual(eventOf(id)?.reminders_minutes, [120]);
    await calendar.sync();
    assert.equal(eventOf(id)?.time.kind, "timed");
  });

  await t.step("a new deadline moves it and supersedes the proposal", async () => {
    const id = await calendar.obligation({ title: "New deadline" });
    await move(id, OTHER_DAY);
    await scene.sql`update public.obligations set deadline_date = '2027-04-01' where id = ${id}`;
    await calendar.settled();
    assert.deepEqual(eventOf(id)?.time, {
      kind: "all_day",
      start_date: "2027-04-01",
      end_date: "2027-04-02",
    });
    assert.doesNotMatch(eventOf(id)?.text ?? "", /Legal date/);
    assert.deepEqual(await states(id), [["superseded", OTHER_DAY]]);
    assert.deepEqual(await calendar.notices(id), []);
    assert.equal((await calendar.explain(id)).stands, null);
  });

  await t.step("a later move supersedes the earlier one", async () => {
    const id = await calendar.obligation({ title: "Moved on" });
    await move(id, OTHER_DAY);
    await move(id, "2027-03-22");
    assert.deepEqual(await states(id), [["open", "2027-03-22"], ["superseded", OTHER_DAY]]);
    assert.deepEqual(eventOf(id)?.time, {
      kind: "all_day",
      start_date: "2027-03-22",
      end_date: "2027-03-23",
    });
  });

  await t.step("moved back by its user, nothing is left to decide", async () => {
    const id = await calendar.obligation({ title: "Moved back" });
    await move(id, OTHER_DAY);
    await move(id, DAY);
    assert.deepEqual(await states(id), [["superseded", OTHER_DAY]]);
    assert.doesNotMatch(eventOf(id)?.text ?? "", /Legal date/);
    const last = (await calendar.evidence(id)).at(-1);
    assert.deepEqual([last?.due, last?.reason, last?.until_at], [DAY, null, null]);
  });

  await t.step("a move that is dismissed leaves it there", async () => {
    const id = await calendar.obligation({ title: "Dismissed" });
    await move(id, OTHER_DAY);
    const [open] = (await calendar.proposals()).filter((each) => each.obligation_id === id);
    const response = await calendar.user.api.request("POST", `/proposals/${open?.id}/dismiss`);
    assert.equal(response.status, 200, await response.text());
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, KEPT);
    assert.match(eventOf(id)?.text ?? "", new RegExp(`Legal date: ${DAY}`));
    assert.deepEqual(await states(id), [["dismissed", OTHER_DAY]]);
  });

  await t.step("a move that is accepted stays, and the line goes", async () => {
    const id = await calendar.obligation({ title: "Accepted" });
    await move(id, OTHER_DAY);
    const [open] = (await calendar.proposals()).filter((each) => each.obligation_id === id);
    const response = await calendar.user.api.request("POST", `/proposals/${open?.id}/accept`);
    assert.equal(response.status, 200, await response.text());
    await calendar.settled();
    const event = eventOf(id);
    assert.deepEqual(event?.time, KEPT);
    assert.doesNotMatch(event?.text ?? "", /Legal date/);
    const last = (await calendar.evidence(id)).at(-1);
    assert.deepEqual([last?.due, last?.reason], [OTHER_DAY, null]);
    assert.equal((await calendar.explain(id)).stands, null);
  });

  await t.step("deleted, it is restored where its deadline is", async () => {
    const id = await calendar.obligation({ title: "Deleted" });
    await move(id, OTHER_DAY);
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "delete" });
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, { kind: "all_day", start_date: DAY, end_date: "2027-03-16" });
  });

  await t.step("with another choice since, the next move of a kept event is put back", async () => {
    const id = await calendar.obligation({ title: "Another choice" });
    await move(id, OTHER_DAY);
    await chooseEdits(calendar, "restore");
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, KEPT, "the choice acts on moves that come");
    await move(id, "2027-03-22");
    assert.deepEqual(eventOf(id)?.time, { kind: "all_day", start_date: DAY, end_date: "2027-03-16" });
    assert.doesNotMatch(eventOf(id)?.text ?? "", /Legal date/);
  });
});
