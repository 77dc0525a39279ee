import assert from "node:assert/strict";
import { DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

const EVENTS = 500;
const EDITS_AT_ONCE = 20;

testTwoWay("an import moves hundreds of events", async (t, calendar) => {
  const { scene, user } = calendar;
  const { sql } = scene;
  await sql`update calendar_sync.options set deletions_free = 25`;
  await sql`insert into public.obligations (user_id, title, deadline_date)
    select ${user.id}, 'Imported ' || n, ${DAY} from generate_series(1, ${EVENTS}::int) as n`;
  await calendar.settled();
  const events = () => scene.events(user.calendar_id).filter(({ obligation_id }) => obligation_id !== null);
  const on = (day: string) =>
    events().filter(({ time }) => time.kind === "all_day" && time.start_date === day).length;
  assert.equal(on(DAY), EVENTS);
  const ids = events().map(({ id }) => id).sort();

  await t.step("it asks first, and writes nothing", async () => {
    const left = [...ids];
    await Promise.all(Array.from({ length: EDITS_AT_ONCE }, async () => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        await calendar.edit(id, { kind: "move", day: OTHER_DAY, time: null });
      }
    }));
    const writes = scene.writes();
    const response = await user.api.request("POST", "/sync", {});
    assert.equal(response.status, 202, await response.text());
    const paused = await user.api.untilStatus(({ status }) => status === "paused");
    assert.deepEqual(paused.last_error?.details, { moves: EVENTS, deletions: 0, events: EVENTS });
    assert.deepEqual([scene.writes(), on(OTHER_DAY)], [writes, EVENTS]);
  });

  await t.step("resumed, each is put back under its id, and proposed once", async () => {
    const writes = scene.writes();
    const response = await user.api.request("POST", "/resume", { integration_id: user.integration.id });
    assert.equal(response.status, 200, await response.text());
    await calendar.settled();
    assert.equal(on(DAY), EVENTS);
    assert.deepEqual(events().map(({ id }) => id).sort(), ids);
    const [proposed] = await sql`
      select count(*)::int as proposals, count(distinct obligation_id)::int as obligations
      from public.calendar_proposals where user_id = ${user.id} and state = 'open'`;
    assert.deepEqual({ ...proposed }, { proposals: EVENTS, obligations: EVENTS });
    assert.equal(scene.writes() - writes, EVENTS, "one write an event");
  });
});
