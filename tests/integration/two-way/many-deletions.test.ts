import assert from "node:assert/strict";
import { CONFIRMATIONS_MAX } from "../../../supabase/functions/_shared/sync/confirm-absences.ts";
import { testTwoWay } from "./calendar.ts";

const EVENTS = 200;
/** Fewer than stop a calendar. */
const DELETED = 38;
/** It is looked for in the calendar and by its id, and then made. */
const CALLS_EACH = 3;
/** What else is asked meanwhile, such as the listing itself. */
const CALLS_BESIDES = 30;

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
