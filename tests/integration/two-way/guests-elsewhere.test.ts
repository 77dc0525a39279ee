import assert from "node:assert/strict";
import { ADA } from "../../support/subjects/subject.ts";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

testTwoWay("guests belong to an event, not to its obligation", async (t, calendar) => {
  const { scene, user, eventOf } = calendar;
  const { sql } = scene;
  await scene.connect(user.api, ADA, "existing");
  await calendar.settled();
  const own = user.calendar_id;
  const primary = scene.provider.calendars(ADA).find(({ id }) => id !== own)?.id ?? assert.fail();
  const choose = async (calendar_id: string) => {
    const body = { integration_id: user.integration.id, calendar_id };
    const response = await user.api.request("PATCH", "/status", body);
    assert.equal(response.status, 200, await response.text());
    await calendar.settled();
    await calendar.sync();
  };
  const invited = async (title: string) => {
    const id = await calendar.obligation({ title });
    const event = eventOf(id) ?? assert.fail();
    await calendar.edit(event.id, { kind: "invite", email: "guest@example.com" });
    await calendar.sync();
    return { id, event_id: event.id };
  };
  /** The day of each event of an obligation, by its calendar. */
  const days = (obligation_id: string) =>
    Object.fromEntries([own, primary].map((calendar_id) => [
      calendar_id === own ? "own" : "primary",
      scene.events(calendar_id).filter((event) => event.obligation_id === obligation_id)
        .map(({ time, invites_nobody }) =>
          `${time.kind === "all_day" ? time.start_date : time.start}${invites_nobody ? "" : ", guests"}`
        ),
    ]));

  await t.step("one that was made anew without them is taken along to another calendar", async () => {
    const { id, event_id } = await invited("Deleted and back");
    await calendar.edit(event_id, { kind: "delete" });
    await calendar.sync();
    const has_guests = eventOf(id)?.invites_nobody === false;
    await choose(primary);
    await sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
    await calendar.settled();
    // Google brings back what its user deleted, with its guests: it is its user's from then on.
    assert.equal(has_guests, scene.provider.name === "google");
    assert.deepEqual(days(id), { own: has_guests ? [`${DAY}, guests`] : [], primary: [OTHER_DAY] });
    await choose(own);
  });

  await t.step("one that stays with its guests does not keep its successor from moving", async () => {
    const { id } = await invited("There and back");
    await choose(primary);
    assert.deepEqual(days(id), { own: [`${DAY}, guests`], primary: [DAY] });
    await choose(own);
    assert.deepEqual(days(id), { own: [`${DAY}, guests`], primary: [] });
    await sql`update public.obligations set deadline_date = ${OTHER_DAY} where id = ${id}`;
    await calendar.settled();
    assert.deepEqual(days(id), { own: [`${OTHER_DAY}, guests`], primary: [] });
    // And the one that was taken over is not deleted either.
    await choose(primary);
    assert.deepEqual(days(id), { own: [`${OTHER_DAY}, guests`], primary: [OTHER_DAY] });
  });
});
