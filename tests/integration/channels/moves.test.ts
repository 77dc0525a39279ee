import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { DAY, OTHER_DAY, testTwoWay, type TwoWay } from "../two-way/calendar.ts";

/** After a provider's call a move is seen within so long. */
const SEEN_WITHIN_MS = 10_000;

/** What may happen to calls on their way. */
function callsOf({ scene: { stack, provider } }: TwoWay) {
  const state = provider.name === "google" ? stack.google?.state : stack.outlook?.state;
  assert.ok(state);
  return state.deliveries;
}

/** Waits for a channel on which the provider has reached us, and for all work to be done. */
async function untilWatched({ scene: { sql }, user, settled }: TwoWay): Promise<void> {
  await until(async () => {
    const [row] = await sql`
      select from calendar_sync.channels
      where integration_id = ${user.integration.id} and state = 'active' and verified_at is not null`;
    return row !== undefined;
  });
  await settled();
}

/** Moves an event as its user does. @returns waits until it is back, and says how long that took in milliseconds */
async function move(
  calendar: TwoWay,
  obligation_id: string,
): Promise<(timeout_ms: number) => Promise<number>> {
  const event = calendar.eventOf(obligation_id);
  assert.ok(event);
  const moved_at = performance.now();
  await calendar.edit(event.id, { kind: "move", day: OTHER_DAY, time: null });
  return async (timeout_ms) => {
    await until(
      () =>
        Promise.resolve(JSON.stringify(calendar.eventOf(obligation_id)?.time) === JSON.stringify(event.time)),
      timeout_ms,
    );
    return performance.now() - moved_at;
  };
}

testTwoWay(
  "with a channel a move is seen at once",
  async (t, calendar) => {
    const { scene, user } = calendar;
    await untilWatched(calendar);
    const calls = callsOf(calendar);

    await t.step("it is put back within 10 s, although nobody asks for it", async () => {
      const id = await calendar.obligation();
      const took_ms = await (await move(calendar, id))(SEEN_WITHIN_MS);
      console.log(
        `${scene.provider.name}: ${(took_ms / 1000).toFixed(2)} s from a move to its answer, with a channel`,
      );
      await calendar.settled();
      assert.equal((await calendar.proposals()).length, 1);
    });

    await t.step(
      "each of many moves in quick succession, some of them while the calendar is read",
      async () => {
        const ids = [];
        for (const title of ["A", "B", "C", "D", "E", "F"]) ids.push(await calendar.obligation({ title }));
        const back = [];
        for (const id of ids) {
          back.push(await move(calendar, id));
          await new Promise((resolve) => setTimeout(resolve, 150 * Math.random()));
        }
        await Promise.all(back.map((untilBack) => untilBack(2 * SEEN_WITHIN_MS)));
      },
    );

    for (const trouble of [{ doubled: true }, { reordered: true }, { delay_ms: 1500 }]) {
      await t.step(`where calls are ${Object.keys(trouble)[0]}, too`, async () => {
        const id = await calendar.obligation({ title: JSON.stringify(trouble) });
        await calendar.settled();
        calls.switch(trouble);
        try {
          await (await move(calendar, id))(SEEN_WITHIN_MS + 1500);
        } finally {
          calls.reset();
        }
        await calendar.settled();
        const open = (await calendar.proposals()).filter(({ obligation_id }) => obligation_id === id);
        assert.equal(open.length, 1);
      });
    }

    await t.step("where calls are lost the poll finds it", async () => {
      const id = await calendar.obligation({ title: "Lost" });
      await calendar.settled();
      calls.switch({ lost: true });
      try {
        const untilBack = await move(calendar, id);
        await scene
          .sql`update calendar_sync.pulls set next_pull_at = now() where integration_id = ${user.integration.id}`;
        await untilBack(30_000);
      } finally {
        calls.reset();
      }
    });

    await t.step("where pg_net is dead it is seen as soon as that is back", async () => {
      const id = await calendar.obligation({ title: "Dead" });
      await calendar.settled();
      await scene.stack.pgNet.stop();
      const untilBack = await move(calendar, id);
      await until(async () => {
        const [row] = await scene.sql`
        select from calendar_sync.changes where integration_id = ${user.integration.id} and kind = 'pull'`;
        return row !== undefined;
      });
      scene.stack.pgNet.start();
      await untilBack(30_000);
    });

    await t.step("its legal date stays", async () => {
      const rows = await scene.sql`select distinct deadline_date::text as day from public.obligations`;
      assert.deepEqual(rows.map(({ day }) => day), [DAY]);
    });
  },
  { GOOGLE_PUSH: "on", MICROSOFT_PUSH: "on" },
  ["google", "outlook"],
);
