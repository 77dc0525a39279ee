import assert from "node:assert/strict";
import { z } from "zod";
import { until } from "../../support/calendar-api.ts";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

const Problem = z.object({
  reason: z.string().nullable(),
  stands: z.record(z.string(), z.unknown()).nullable(),
  message: z.string(),
});
const Told = z.object({ kind: z.string(), message: z.string() });

/** What is said of an event that is moved each time it is put back. */
const LEFT =
  "Another program, or another person, keeps changing the time of this event, so it is left as it is. End those changes, then choose Sync now to try again. The event stands on 19 March 2027. Its legal date is 15 March 2027.";

const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;

testTwoWay("an edit and a change of ours meet", async (t, calendar) => {
  const { scene, eventOf } = calendar;
  const { sql } = scene;
  const move = async (obligation_id: string, day = OTHER_DAY) => {
    const event = eventOf(obligation_id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day, time: null });
    return event.id;
  };
  const proposalsOf = async (obligation_id: string) =>
    (await calendar.proposals()).filter((each) => each.obligation_id === obligation_id)
      .map(({ state }) => state);

  await t.step("a new title goes over a move, and the move is not forgotten", async () => {
    const id = await calendar.obligation();
    await move(id);
    await sql`update public.obligations set title = 'Renamed' where id = ${id}`;
    await calendar.settled();
    await calendar.sync();
    assert.deepEqual([eventOf(id)?.title, eventOf(id)?.time], ["Renamed", ON_DAY]);
    // Outlook cannot refuse a write: what was moved before it is written over unseen.
    if (scene.provider.name !== "outlook") assert.deepEqual(await proposalsOf(id), ["open"]);
  });

  for (const [how, refusal] of Object.entries(scene.provider.refusals)) {
    if (how !== "rate_limit" && how !== "unauthorized") continue;
    await t.step(`what is moved while a change waits is not forgotten (${how})`, async () => {
      const id = await calendar.obligation({ title: how });
      const method = scene.provider.name === "caldav" ? "GET" : "PATCH";
      scene.provider.emulator.faults.set([
        { ...refusal, retry_after: "3", match: { method, path: "events|[.]ics" }, times: 2 },
      ]);
      await sql`update public.obligations set title = ${`${how}, renamed`} where id = ${id}`;
      await until(async () =>
        (await sql`select from calendar_sync.lanes where wait_reason is not null`).length > 0
      );
      await move(id);
      scene.provider.emulator.faults.clear();
      await calendar.settled();
      await calendar.sync();
      assert.deepEqual([eventOf(id)?.title, eventOf(id)?.time], [`${how}, renamed`, ON_DAY]);
      if (scene.provider.name !== "outlook") assert.deepEqual(await proposalsOf(id), ["open"]);
    });
  }

  for (const kind of ["drop_before", "drop_after"] as const) {
    // Deno itself repeats a request once whose connection was an old one.
    await t.step(`what is moved after a write without an answer is not forgotten (${kind})`, async () => {
      const id = await calendar.obligation({ title: kind });
      const method = scene.provider.name === "caldav" ? "PUT" : "PATCH";
      scene.provider.emulator.faults.set([{ kind, match: { method, path: "events|[.]ics" }, times: 2 }]);
      await sql`update public.obligations set title = ${`${kind}, renamed`} where id = ${id}`;
      await until(
        async () => (await sql`select from calendar_sync.jobs where attempts > 0`).length > 0,
        15_000,
      );
      await move(id);
      await calendar.settled();
      await calendar.sync();
      assert.deepEqual([eventOf(id)?.title, eventOf(id)?.time], [`${kind}, renamed`, ON_DAY]);
      if (scene.provider.name !== "outlook") assert.deepEqual(await proposalsOf(id), ["open"]);
    });
  }

  await t.step("a title that comes back after a write without an answer is written", async () => {
    const id = await calendar.obligation({ title: "Back" });
    const method = scene.provider.name === "caldav" ? "PUT" : "PATCH";
    scene.provider.emulator.faults.set([
      { kind: "drop_after", match: { method, path: "events|[.]ics" }, times: 2 },
    ]);
    const rename = (title: string) => sql`update public.obligations set title = ${title} where id = ${id}`;
    await rename("Renamed");
    // Outlook cannot refuse the repetition.
    const error = scene.provider.name === "outlook" ? "network" : "edited";
    await until(
      async () => (await sql`select from calendar_sync.jobs where last_error = ${error}`).length > 0,
      15_000,
    );
    assert.equal(eventOf(id)?.title, "Renamed");
    await rename("Back");
    await calendar.settled();
    assert.equal(eventOf(id)?.title, "Back");
  });

  await t.step("a new deadline goes over a move, and there is nothing to decide", async () => {
    const id = await calendar.obligation({ title: "New deadline" });
    await move(id);
    await sql`update public.obligations set deadline_date = '2027-04-01' where id = ${id}`;
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, {
      kind: "all_day",
      start_date: "2027-04-01",
      end_date: "2027-04-02",
    });
    assert.deepEqual((await proposalsOf(id)).filter((state) => state === "open"), []);
  });

  await t.step("moved to where its deadline goes, it is in line", async () => {
    const id = await calendar.obligation({ title: "By luck" });
    const event_id = await move(id);
    await sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
    await calendar.sync();
    const event = eventOf(id);
    assert.deepEqual([event?.id, event?.time], [event_id, {
      kind: "all_day",
      start_date: OTHER_DAY,
      end_date: "2027-03-20",
    }]);
    assert.deepEqual((await proposalsOf(id)).filter((state) => state === "open"), []);
    assert.equal((await calendar.explain(id)).code, "synced");
  });

  await t.step("a completed obligation is put back with its mark", async () => {
    const id = await calendar.obligation({ title: "Done", status: "completed" });
    await move(id);
    await calendar.sync();
    assert.deepEqual([eventOf(id)?.title, eventOf(id)?.time], ["✓ Done", ON_DAY]);
  });

  await t.step("what is to go goes, moved or deleted", async () => {
    const moved = await calendar.obligation({ title: "Cancelled" });
    const deleted = await calendar.obligation({ title: "Cancelled, too" });
    await move(moved);
    const event = eventOf(deleted);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "delete" });
    await sql`update public.obligations set status = 'cancelled' where id in ${sql([moved, deleted])}`;
    await calendar.sync();
    assert.deepEqual([eventOf(moved), eventOf(deleted)], [undefined, undefined]);
    assert.deepEqual([await calendar.notices(deleted), await proposalsOf(moved)], [[], []]);
  });

  await t.step("reminders and titles of its user are no edits", async () => {
    const id = await calendar.obligation({ title: "Ours" });
    const event = eventOf(id);
    assert.ok(event);
    scene.provider.user.remind(calendar.user.calendar_id, event.id);
    await calendar.edit(event.id, { kind: "rename", title: "Theirs" });
    await calendar.sync();
    assert.equal(eventOf(id)?.title, "Theirs");
    assert.deepEqual([await calendar.notices(id), await proposalsOf(id)], [[], []]);
    await sql`update public.obligations set title = 'Ours again' where id = ${id}`;
    await calendar.settled();
    const after = eventOf(id);
    assert.deepEqual([after?.title, after?.reminders_minutes], ["Ours again", [5]]);
  });

  await t.step("a move is seen although its reminders were set anew before anybody read it", async () => {
    const id = await calendar.obligation({ title: "Reminded" });
    await move(id);
    const body = { integration_id: calendar.user.integration.id };
    const response = await calendar.user.api.request("POST", "/reapply", body);
    assert.equal(response.status, 202, await response.text());
    await calendar.settled();
    await calendar.sync();
    assert.deepEqual([eventOf(id)?.time, await proposalsOf(id)], [ON_DAY, ["open"]]);
  });

  await t.step("another program that moves it each time is not fought", async () => {
    const id = await calendar.obligation({ title: "Fought over" });
    for (let round = 0; round < 3; round++) {
      await move(id);
      await calendar.sync();
      assert.deepEqual(eventOf(id)?.time, ON_DAY);
    }
    await move(id);
    await calendar.sync();
    assert.notDeepEqual(eventOf(id)?.time, ON_DAY);
    const { code, reason, stands, message } = await calendar.explain(id);
    assert.deepEqual([code, reason, stands], ["rejected", "changed_again", { deadline_date: OTHER_DAY }]);
    assert.equal(message, LEFT);
    const { problems: [problem] } = z.object({ problems: z.array(Problem) }).parse(
      await (await calendar.user.api.request("GET", "/problems")).json(),
    );
    assert.deepEqual(problem, { reason, stands, message });
    const { notices } = z.object({ notices: z.array(Told) }).parse(
      await (await calendar.user.api.request("GET", "/notices")).json(),
    );
    assert.match(
      notices.find(({ kind }) => kind === "deadline_failed")?.message ?? "",
      /^Another program, or another person, keeps changing the time of an event in .+, so it is left as it is\. End those changes, then try again on the page\.$/,
    );
    const response = await calendar.user.api.request("POST", "/retry", {
      integration_id: calendar.user.integration.id,
      obligation_id: id,
    });
    assert.equal(response.status, 202, await response.text());
    await until(() => Promise.resolve(JSON.stringify(eventOf(id)?.time) === JSON.stringify(ON_DAY)));
    await calendar.settled();
    assert.equal((await calendar.notices(id)).includes("deadline_failed"), false);
  });
});

testTwoWay(
  "a change takes several calls",
  async (t, calendar) => {
    const { scene, eventOf } = calendar;
    const { sql } = scene;

    await t.step("what the first wrote is no move of its user where the next is throttled", async () => {
      const id = await calendar.obligation({ title: "In two calls" });
      const refusal = scene.provider.refusals.rate_limit;
      assert.ok(refusal);
      // A pull that waited for five seconds goes before the events.
      scene.provider.emulator.faults.set([
        { ...refusal, retry_after: "7", match: { method: "GET", path: "events/" }, times: 1 },
      ]);
      await sql`
      update public.obligations set status = 'completed', deadline_date = ${OTHER_DAY} where id = ${id}`;
      await until(async () =>
        (await sql`select from calendar_sync.lanes where wait_reason = 'retry_after'`).length > 0
      );
      assert.equal(eventOf(id)?.title, "✓ In two calls");
      await sql`update public.obligations set deadline_date = '2027-04-01' where id = ${id}`;
      await calendar.sync();
      assert.deepEqual(eventOf(id)?.time, {
        kind: "all_day",
        start_date: "2027-04-01",
        end_date: "2027-04-02",
      });
      assert.deepEqual(await calendar.proposals(), []);
      const reasons = (await calendar.evidence(id)).map(({ reason }) => reason);
      assert.ok(!reasons.includes("moved_by_user"), JSON.stringify(reasons));
    });
  },
  {},
  ["outlook"],
);

testTwoWay(
  "a deletion is taken back, and the event moved, before anybody saw that",
  async (t, calendar) => {
    const { scene, eventOf } = calendar;
    const { sql } = scene;
    const deletedOnce = async (title: string) => {
      const id = await calendar.obligation({ title });
      const event_id = eventOf(id)?.id ?? assert.fail();
      await calendar.edit(event_id, { kind: "delete" });
      return { id, event_id };
    };
    const takeBack = async (event_id: string) => {
      await calendar.edit(event_id, { kind: "put_back" });
      await calendar.edit(event_id, { kind: "move", day: OTHER_DAY, time: null });
    };
    const assertAsked = async (id: string) => {
      assert.deepEqual(eventOf(id)?.time, ON_DAY);
      const asked = (await calendar.proposals()).filter(({ obligation_id }) => obligation_id === id);
      assert.deepEqual(asked.map(({ state, seen }) => [state, seen["deadline_date"]]), [["open", OTHER_DAY]]);
    };

    for (const is_read of [false, true]) {
      const by = is_read ? "the next reading" : "what was to restore it";
      await t.step(`the move is met by ${by}, and asked about`, async () => {
        const { id, event_id } = await deletedOnce(by);
        const refusal = scene.provider.refusals.rate_limit;
        assert.ok(refusal);
        const first = scene.provider.name === "caldav"
          ? { method: "PUT", path: "[.]ics" }
          : { method: "GET", path: "events/" };
        // A pull that waited for five seconds goes before the events.
        scene.provider.emulator.faults.set([
          { ...refusal, retry_after: is_read ? "7" : "2", match: first, times: 1 },
        ]);
        const response = await calendar.user.api.request("POST", "/sync", {});
        assert.equal(response.status, 202, await response.text());
        await until(async () =>
          (await sql`select from calendar_sync.lanes where wait_reason = 'retry_after'`).length > 0
        );
        await takeBack(event_id);
        if (is_read) await calendar.sync();
        else await calendar.settled();
        await assertAsked(id);
      });
    }

    await t.step("a deadline that was hidden is shown again, and its move asked about", async () => {
      const { id } = await deletedOnce("Hidden");
      await calendar.sync();
      const event_id = eventOf(id)?.id ?? assert.fail();
      await calendar.edit(event_id, { kind: "delete" });
      await calendar.sync();
      assert.equal(eventOf(id), undefined);
      await takeBack(event_id);
      await calendar.sync();
      await assertAsked(id);
    });
  },
  {},
  ["google", "caldav"],
);
