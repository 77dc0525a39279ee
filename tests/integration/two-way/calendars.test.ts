import assert from "node:assert/strict";
import { z } from "zod";
import { LEASE_SECONDS } from "../../../supabase/functions/_shared/sync/keep-leases.ts";
import { until } from "../../support/calendar-api.ts";
import { shiftTime } from "../../support/shift-time.ts";
import { GRACE } from "../../support/subjects/subject.ts";
import { DAY, editIn, OTHER_DAY, testTwoWay } from "./calendar.ts";

const ON_DAY = { kind: "all_day", start_date: DAY, end_date: "2027-03-16" } as const;

testTwoWay("edits and the life of calendars", async (t, calendar) => {
  const { scene, user, eventOf } = calendar;
  const { sql } = scene;

  await t.step(
    "a calendar whose cursor is lost is listed as a whole, and what is missing was deleted",
    async () => {
      const kept = await calendar.obligation({ title: "Kept" });
      const lost = await calendar.obligation({ title: "Lost" });
      const event = eventOf(lost);
      assert.ok(event);
      await calendar.edit(event.id, { kind: "delete" });
      await sql`delete from vault.secrets where description = 'calendar_sync: cursor'`;
      await calendar.sync();
      assert.ok(eventOf(kept) && eventOf(lost));
      assert.deepEqual([await calendar.notices(kept), await calendar.notices(lost)], [[], [
        "deadline_restored",
      ]]);
    },
  );

  await t.step("the tick finds an edit that nobody tells of", async () => {
    const id = await calendar.obligation({ title: "By the tick" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await sql`update calendar_sync.pulls set next_pull_at = now()`;
    await sql`select calendar_sync.tick()`;
    await until(async () => (await calendar.proposals()).some((each) => each.obligation_id === id));
    await calendar.settled();
    assert.deepEqual(eventOf(id)?.time, ON_DAY);
  });

  await t.step("a worker that dies while it reads has read nothing", async () => {
    const [moved, deleted] = [
      await calendar.obligation({ title: "Moved" }),
      await calendar.obligation({ title: "Deleted" }),
    ];
    const [one, other] = [eventOf(moved), eventOf(deleted)];
    assert.ok(one && other);
    await calendar.edit(one.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.edit(other.id, { kind: "delete" });
    const found = async () => [
      (await calendar.proposals()).filter(({ obligation_id }) => obligation_id === moved).length,
      await calendar.notices(deleted),
    ];

    const { emulator } = scene.provider;
    const began_at = new Date().toISOString();
    emulator.faults.set([{ match: { method: "GET" }, kind: "hang", times: 1 }]);
    await sql`update calendar_sync.pulls set next_pull_at = now()`;
    await sql`select calendar_sync.tick()`;
    // Requests that hang have no status.
    const hanging = () => emulator.state.requests.find(({ at, status }) => at >= began_at && status === 0);
    await until(() => Promise.resolve(hanging() !== undefined));
    const asked_for = decodeURIComponent(hanging()?.path ?? "");
    assert.ok(asked_for.includes(decodeURIComponent(user.calendar_id)), asked_for);
    const leases = async () =>
      (await sql<{ leased_by: string }[]>`
        select leased_by from calendar_sync.lanes where integration_id = ${user.integration.id}`).map((
        lane,
      ) => lane.leased_by);
    const [reading] = await leases();
    assert.ok(reading, "no worker reads");
    scene.stack.function("calendar-sync").kill("SIGKILL");
    emulator.faults.clear();
    assert.deepEqual(await leases(), [reading]);
    assert.deepEqual(await found(), [0, []]);

    await shiftTime(sql, LEASE_SECONDS);
    await sql`select calendar_sync.tick()`;
    await calendar.settled();
    assert.deepEqual([eventOf(moved)?.time, eventOf(deleted)?.time], [ON_DAY, ON_DAY]);
    assert.deepEqual(await found(), [1, ["deadline_restored"]]);
    assert.equal(scene.events(user.calendar_id).filter((each) => each.title === "Deleted").length, 1);
  });

  const second = await scene.connect(user.api, GRACE);
  const second_id = second.calendar_id ?? "";
  const inSecond = (obligation_id: string) =>
    scene.events(second_id).find((each) => each.obligation_id === obligation_id);

  await t.step(
    "the same move in two calendars of one user is put back in both, and asked in both",
    async () => {
      const id = await calendar.obligation({ title: "Both" });
      const [one, other] = [eventOf(id), inSecond(id)];
      assert.ok(one && other);
      const move = { kind: "move", day: OTHER_DAY, time: null } as const;
      await calendar.edit(one.id, move);
      await editIn(calendar, GRACE, second_id, other.id, move);
      await calendar.sync();
      const times = () => [eventOf(id)?.time, inSecond(id)?.time];
      assert.deepEqual(times(), [ON_DAY, ON_DAY]);
      assert.deepEqual([eventOf(id)?.id, inSecond(id)?.id], [one.id, other.id]);
      const asked = async () => (await calendar.proposals()).filter((each) => each.obligation_id === id);
      const [proposal, ...others] = await asked();
      assert.ok(proposal);
      assert.deepEqual(
        [proposal, ...others].map(({ integration_id }) => integration_id).sort(),
        [user.integration.id, second.id].sort(),
      );
      assert.deepEqual((await asked()).map(({ state }) => state), ["open", "open"]);

      const accepted = await user.api.request("POST", `/proposals/${proposal.id}/accept`);
      assert.equal(accepted.status, 200, await accepted.text());
      await calendar.sync();
      assert.deepEqual(
        (await asked()).map((each) => [each.id === proposal.id, each.state]).sort(),
        [[false, "superseded"], [true, "accepted"]],
      );
      const on_other_day = { kind: "all_day", start_date: OTHER_DAY, end_date: "2027-03-20" };
      assert.deepEqual(times(), [on_other_day, on_other_day]);
      assert.deepEqual(await calendar.notices(id), []);
    },
  );

  await t.step("an edit in one of two calendars of a user leaves the other one", async () => {
    const id = await calendar.obligation({ title: "One" });
    const [one, other] = [eventOf(id), inSecond(id)];
    assert.ok(one && other);
    await calendar.edit(one.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    assert.deepEqual([eventOf(id)?.time, inSecond(id)], [ON_DAY, other]);
    const asked = (await calendar.proposals()).filter((each) => each.obligation_id === id);
    assert.deepEqual(asked.map(({ integration_id }) => integration_id), [user.integration.id]);

    await calendar.edit(one.id, { kind: "delete" });
    await calendar.sync();
    const again = eventOf(id);
    assert.ok(again);
    await calendar.edit(again.id, { kind: "delete" });
    await calendar.sync();
    assert.deepEqual([eventOf(id), inSecond(id)], [undefined, other], "hidden in the one alone");
  });

  await t.step(
    "a calendar that is deleted as a whole is missing, and none of its events was deleted",
    async () => {
      const id = await calendar.obligation({ title: "Whole" });
      assert.ok(inSecond(id));
      const edits = () =>
        sql`select obligation_id, deletions from calendar_sync.edits where integration_id = ${second.id}`;
      const before = await edits();
      scene.provider.user.deleteCalendar(GRACE, second_id);
      const asked = await user.api.request("POST", "/sync", { integration_id: second.id });
      assert.equal(asked.status, 202, await asked.text());
      const stateOf = async () => {
        const integration = (await user.api.status()).find((each) => each.id === second.id);
        return [integration?.status, integration?.last_error?.code];
      };
      // What is to be done there waits, so that it is never settled.
      await until(async () => (await stateOf())[0] !== "active", undefined, stateOf);
      assert.deepEqual(await stateOf(), ["paused", "calendar_missing"]);
      assert.deepEqual([...await edits()], [...before]);
      assert.deepEqual(await calendar.notices(id), []);

      const made = await user.api.request("POST", "/calendars", { integration_id: second.id });
      assert.equal(made.status, 200, await made.clone().text());
      const { calendar_id } = z.object({ calendar_id: z.string() }).parse(await made.json());
      await calendar.sync();
      assert.deepEqual(scene.events(calendar_id).find((each) => each.obligation_id === id)?.time, ON_DAY);
      assert.deepEqual(await calendar.notices(id), []);
      const gone = await user.api.request("DELETE", `/?integration_id=${second.id}`);
      assert.equal(gone.status, 204, await gone.text());
    },
  );

  await t.step("a feed shows the legal date, wherever the event stands", async () => {
    const settings = await user.api.request("PATCH", "/status", {
      integration_id: user.integration.id,
      settings: { calendar_edits: "keep" },
    });
    assert.equal(settings.status, 200, await settings.text());
    const id = await calendar.obligation({ title: "In a feed" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    const made = await user.api.request("POST", "/feeds", { name: "Feed" });
    assert.equal(made.status, 201, await made.clone().text());
    const { url } = z.object({ url: z.string() }).parse(await made.json());
    const text = await (await fetch(url)).text();
    const [, component = ""] =
      /BEGIN:VEVENT\r\n((?:(?!END:VEVENT)[^])*SUMMARY:In a feed[^]*?)END:VEVENT/.exec(text) ?? [];
    assert.match(component, /DTSTART;VALUE=DATE:20270315/);
    assert.doesNotMatch(component, /Legal date/);
  });

  await t.step(
    "who leaves has nothing left to decide, and what is hidden does not hold that up",
    async () => {
      assert.ok((await calendar.proposals()).some(({ state }) => state === "open"));
      const response = await user.api.request(
        "DELETE",
        `/?integration_id=${user.integration.id}&events=remove`,
      );
      assert.equal(response.status, 202, await response.text());
      await until(async () => (await user.api.status()).length === 0, undefined, () => user.api.status());
      assert.deepEqual((await calendar.proposals()).filter(({ state }) => state === "open"), []);
      const secrets = await sql`select from vault.secrets where description = 'calendar_sync: cursor'`;
      assert.equal(secrets.length, 0);
    },
  );
});
