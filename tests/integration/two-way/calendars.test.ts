import assert from "node:assert/strict";
import { z } from "zod";
import { until } from "../../support/calendar-api.ts";
import { GRACE } from "../../support/subjects/subject.ts";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

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
    const id = await calendar.obligation({ title: "Interrupted" });
    const event = eventOf(id);
    assert.ok(event);
    await calendar.edit(event.id, { kind: "delete" });
    // The record of a worker that lost its lease is not believed.
    await sql`
      update calendar_sync.lanes set leased_by = gen_random_uuid(), leased_until = now() + interval '2 seconds'
      where integration_id = ${user.integration.id}`;
    await calendar.sync();
    assert.ok(eventOf(id));
    assert.deepEqual(await calendar.notices(id), ["deadline_restored"]);
    assert.equal(scene.events(user.calendar_id).filter((each) => each.obligation_id === id).length, 1);
  });

  await t.step("two calendars of one user are put back each by itself", async () => {
    const second = await scene.connect(user.api, GRACE);
    assert.ok(second.calendar_id);
    const id = await calendar.obligation({ title: "Twice" });
    const [first, other] = [
      eventOf(id),
      scene.events(second.calendar_id).find((each) => each.obligation_id === id),
    ];
    assert.ok(first && other);
    await calendar.edit(first.id, { kind: "move", day: OTHER_DAY, time: null });
    await calendar.sync();
    assert.deepEqual(eventOf(id)?.time, ON_DAY);
    const unmoved = scene.events(second.calendar_id).find((each) => each.obligation_id === id);
    assert.deepEqual(unmoved, other);
    const asked = (await calendar.proposals()).filter((each) => each.obligation_id === id);
    assert.deepEqual(asked.map(({ integration_id }) => integration_id), [user.integration.id]);

    await calendar.edit(first.id, { kind: "delete" });
    await calendar.sync();
    const again = eventOf(id);
    assert.ok(again);
    await calendar.edit(again.id, { kind: "delete" });
    await calendar.sync();
    assert.equal(eventOf(id), undefined, "hidden in the one");
    assert.ok(
      scene.events(second.calendar_id).some((each) => each.obligation_id === id),
      "shown in the other",
    );
    const gone = await user.api.request("DELETE", `/?integration_id=${second.id}`);
    assert.equal(gone.status, 204, await gone.text());
  });

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
