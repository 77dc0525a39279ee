import assert from "node:assert/strict";
import { CONFIRMATIONS_MAX } from "../../../supabase/functions/_shared/sync/confirm-absences.ts";
import { DAY, testTwoWay } from "./calendar.ts";

const EVENTS = 200;
/** Fewer than stop a calendar. */
const DELETED = 38;
/** It is looked for in the calendar and by its id, and then made. */
const CALLS_EACH = 3;
/** What else is asked meanwhile, such as the listing itself. */
const CALLS_BESIDES = 30;
/** More than a reading of few events has calls for. */
const TAKEN_BACK = 40;

// The provider that takes the most calls to bring an event back.
testTwoWay(
  "many events that are deleted at once come back without a call in vain",
  async (_t, calendar) => {
    const { scene, user } = calendar;
    const { state } = scene.provider.emulator;
    await scene.sql`
    insert into public.obligations (user_id, title, deadline_date)
    select ${user.id}, 'Permit ' || number, date '2027-03-15' from generate_series(1, ${EVENTS}::integer) as number`;
    await calendar.settled();
    for (const { id } of scene.events(user.calendar_id).slice(0, DELETED)) {
      await calendar.edit(id, { kind: "delete" });
    }
    state.requests = [];
    await calendar.sync();
    assert.equal(scene.events(user.calendar_id).length, EVENTS);
    const calls = state.requests.length;
    assert.ok(
      calls >= DELETED && calls <= DELETED * CALLS_EACH + CONFIRMATIONS_MAX + CALLS_BESIDES,
      `${calls} calls`,
    );
  },
  {},
  ["outlook"],
);

testTwoWay(
  "more deletions are taken back at once than a reading has calls for",
  async (_t, calendar) => {
    const { scene: { sql, events, provider }, user, eventOf } = calendar;
    // More than are let go without a question, at once.
    await sql`update calendar_sync.options set deletions_free = ${TAKEN_BACK}`;
    const rows = await sql<{ id: string }[]>`
      insert into public.obligations (user_id, title, deadline_date)
      select ${user.id}, 'Permit ' || n, ${DAY}::date from generate_series(1, ${TAKEN_BACK}::int) as n returning id`;
    const ids = rows.map(({ id }) => id);
    await calendar.settled();
    const originals = ids.map((id) => eventOf(id)?.id ?? assert.fail());
    for (const event_id of originals) await calendar.edit(event_id, { kind: "delete" });
    await calendar.sync();
    assert.equal(events(user.calendar_id).length, TAKEN_BACK);
    assert.ok(!originals.includes(eventOf(ids[0] ?? "")?.id ?? ""), `${provider.name} has copies`);
    for (const event_id of originals) await calendar.edit(event_id, { kind: "put_back" });
    await calendar.sync();
    assert.deepEqual(events(user.calendar_id).map(({ id }) => id).sort(), originals.toSorted());
    const mappings = await sql<{ id: string }[]>`
      select external_event_id as id from public.calendar_event_mappings`;
    assert.deepEqual(mappings.map(({ id }) => id).sort(), originals.toSorted());
  },
  {},
  ["outlook"],
);
