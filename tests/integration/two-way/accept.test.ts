import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { chooseEdits, DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

testTwoWay("with accept, a move changes the deadline at once", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  await chooseEdits(calendar, "accept");

  await t.step("as its user, and the event stays", async () => {
    const id = await calendar.obligation();
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    // The worker accepts it once the move is recorded.
    await until(
      async () => (await calendar.proposals())[0]?.state === "accepted",
      undefined,
      calendar.proposals,
    );
    const [row] = await scene.sql`select deadline_date::text from public.obligations where id = ${id}`;
    assert.equal(row?.["deadline_date"], OTHER_DAY);
    await calendar.settled();
    const after = eventOf(id);
    assert.deepEqual([after?.id, after?.time], [event.id, {
      kind: "all_day",
      start_date: OTHER_DAY,
      end_date: "2027-03-20",
    }]);
  });

  await t.step("where the user may not change the obligation, the event is put back", async () => {
    const id = await calendar.obligation({ title: "Read only" });
    const before = eventOf(id);
    assert.ok(before);
    await scene
      .sql`create policy read_only on public.obligations as restrictive for update to authenticated using (false)`;
    try {
      await calendar.edit(before.id, { kind: "move", day: OTHER_DAY, time: null });
      await calendar.sync();
      await until(() => Promise.resolve(JSON.stringify(eventOf(id)?.time) === JSON.stringify(before.time)));
      assert.equal(eventOf(id)?.id, before.id);
    } finally {
      await scene.sql`drop policy read_only on public.obligations`;
    }
  });

  await t.step("where a trigger of the host refuses it with a code of its own, too", async () => {
    const { sql } = scene;
    const id = await calendar.obligation({ title: "Checked" });
    const before = eventOf(id);
    assert.ok(before);
    await sql.unsafe(`
      create function public.refuse_move() returns trigger language plpgsql as
        $$ begin raise sqlstate 'PT403' using message = 'Not by you.'; end $$;
      create trigger refuse_move before update on public.obligations for each row execute function public.refuse_move()`);
    try {
      await calendar.edit(before.id, { kind: "move", day: OTHER_DAY, time: null });
      await calendar.sync();
      await until(() => Promise.resolve(JSON.stringify(eventOf(id)?.time) === JSON.stringify(before.time)));
      const proposal = (await calendar.proposals()).find(({ obligation_id }) => obligation_id === id);
      assert.equal(proposal?.state, "open");
      const answer = await calendar.user.api.request("POST", `/proposals/${proposal.id}/accept`);
      assert.equal(answer.status, 403, await answer.text());
    } finally {
      await sql.unsafe("drop trigger refuse_move on public.obligations; drop function public.refuse_move()");
    }
  });

  await t.step("while somebody else is changing the obligation, it waits", async () => {
    const { sql } = scene;
    const id = await calendar.obligation({ title: "Busy" });
    const event_id = eventOf(id)?.id ?? assert.fail("there is no event");
    const states = async () =>
      (await calendar.proposals()).filter(({ obligation_id }) => obligation_id === id).map(({ state }) =>
        state
      );
    await sql.begin(async (open) => {
      await open`select from public.obligations where id = ${id} for update`;
      await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: null });
      await calendar.sync();
      await until(async () => (await states())[0] === "open");
      // Longer than it is tried.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      assert.deepEqual(await states(), ["open"]);
      assert.deepEqual(eventOf(id)?.time, { kind: "all_day", start_date: OTHER_DAY, end_date: "2027-03-20" });
    });
    await calendar.sync();
    await until(async () => (await states())[0] === "accepted", undefined, states);
  });
}, { CALENDAR_ACCEPT_EDITS: "on" });

testTwoWay("what is undone is not accepted again", async (_t, calendar) => {
  const { scene, eventOf, user } = calendar;
  await chooseEdits(calendar, "accept");
  const id = await calendar.obligation();
  const event_id = eventOf(id)?.id ?? assert.fail("there is no event");
  const due = async () =>
    (await scene.sql`select deadline_date::text as due from public.obligations where id = ${id}`)[0]?.["due"];
  // The move is accepted, and its event cannot be written.
  const { faults } = scene.provider.emulator;
  const match = { method: scene.provider.name === "caldav" ? "PUT" : "PATCH" };
  faults.set([{ kind: "status", status: 503, match }]);
  await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: null });
  await user.api.request("POST", "/sync", {});
  await until(async () => (await calendar.proposals())[0]?.state === "accepted");
  assert.equal(await due(), OTHER_DAY);
  const [proposal] = await calendar.proposals();
  const undone = await user.api.request("POST", `/proposals/${proposal?.id}/undo`);
  assert.equal(undone.status, 200, await undone.text());
  faults.clear();
  await calendar.sync();
  await calendar.sync();
  assert.equal(await due(), DAY);
  assert.deepEqual((await calendar.proposals()).map(({ state }) => state), ["open"]);
  const time = eventOf(id)?.time;
  assert.equal(time?.kind === "all_day" && time.start_date, DAY);
}, { CALENDAR_ACCEPT_EDITS: "on" });

testTwoWay(
  "another program that moves an event each time is not fought, where moves are refused",
  async (_t, calendar) => {
    const { scene, eventOf } = calendar;
    await chooseEdits(calendar, "accept");
    const id = await calendar.obligation();
    const before = eventOf(id);
    assert.ok(before);
    await scene
      .sql`create policy read_only on public.obligations as restrictive for update to authenticated using (false)`;
    const isBack = () => JSON.stringify(eventOf(id)?.time) === JSON.stringify(before.time);
    const move = async () => {
      await calendar.edit(before.id, { kind: "move", day: OTHER_DAY, time: null });
      await calendar.sync();
    };
    for (let times = 0; times < 3; times++) {
      await move();
      await until(() => Promise.resolve(isBack()));
      await calendar.settled();
    }
    await move();
    await calendar.settled();
    assert.ok(!isBack());
    assert.equal((await calendar.explain(id)).reason, "changed_again");
    assert.ok((await calendar.notices(id)).includes("deadline_failed"));
  },
  { CALENDAR_ACCEPT_EDITS: "on" },
);
