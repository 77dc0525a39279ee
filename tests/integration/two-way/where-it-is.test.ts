import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { chooseEdits, DAY, OTHER_DAY, testTwoWay } from "./calendar.ts";

testTwoWay(
  "a proposal says where its event is now, whatever is chosen for its calendar by then",
  async (t, calendar) => {
    const { scene, user, eventOf } = calendar;
    const { sql } = scene;
    const { faults } = scene.provider.emulator;
    const dayOf = (id: string) => {
      const time = eventOf(id)?.time;
      return time?.kind === "all_day" ? time.start_date : null;
    };
    const openOf = async (id: string) =>
      (await calendar.proposals()).find((each) => each.obligation_id === id && each.state === "open");
    /** Where the event is, in the calendar and by its open proposal. */
    const where = async (id: string) => [dayOf(id), (await openOf(id))?.event_state];
    const edit = async (id: string, change: Parameters<typeof calendar.edit>[1]) =>
      await calendar.edit(eventOf(id)?.id ?? assert.fail("there is no event"), change);
    const move = (id: string, day = OTHER_DAY) => edit(id, { kind: "move", day, time: null });
    const remove = async (id: string) => {
      await edit(id, { kind: "delete" });
      await calendar.sync();
    };
    const moved = async (title: string) => {
      const id = await calendar.obligation({ title });
      await move(id);
      await calendar.sync();
      return id;
    };
    /** What can be seen while no event can be written. */
    const whileFailing = async (see: () => Promise<void>) => {
      faults.set(["POST", "PUT", "PATCH"].map((method) => ({
        kind: "status",
        status: 503,
        match: { method, path: scene.provider.paths.events },
      })));
      try {
        await see();
      } finally {
        faults.clear();
      }
    };
    const untilRead = async (is_read: () => Promise<boolean>) => {
      const response = await user.api.request("POST", "/sync", {});
      assert.equal(response.status, 202, await response.text());
      await until(is_read);
    };
    const switchSync = async (sync_enabled: boolean) => {
      const body = { integration_id: user.integration.id, sync_enabled };
      const response = await user.api.request("PATCH", "/status", body);
      assert.equal(response.status, 200, await response.text());
    };

    await t.step("put back, it is back", async () => {
      assert.deepEqual(await where(await moved("Restored")), [DAY, "back"]);
    });

    await t.step("made longer, it is still on its deadline", async () => {
      const id = await moved("Longer");
      await chooseEdits(calendar, "ignore");
      await edit(id, { kind: "lengthen" });
      await calendar.sync();
      assert.equal((await openOf(id))?.event_state, "back");
    });

    await t.step("kept, it is kept, also when moves are put back from then on", async () => {
      await chooseEdits(calendar, "keep");
      const id = await moved("Kept");
      assert.deepEqual(await where(id), [OTHER_DAY, "kept"]);
      await chooseEdits(calendar, "restore");
      await calendar.sync();
      assert.deepEqual(await where(id), [OTHER_DAY, "kept"]);
    });

    await t.step("kept and deleted, it is back; deleted again, it is gone", async () => {
      await chooseEdits(calendar, "keep");
      const id = await moved("Deleted");
      await remove(id);
      assert.deepEqual(await where(id), [DAY, "back"]);
      await remove(id);
      assert.deepEqual(await where(id), [null, "gone"]);
      await sql`update public.obligations set title = 'Renamed' where id = ${id}`;
      await calendar.settled();
      assert.deepEqual(await where(id), [null, "gone"]);
    });

    await t.step("ignored, it is moved, and back after the next change", async () => {
      await chooseEdits(calendar, "ignore");
      const id = await moved("Ignored");
      assert.deepEqual(await where(id), [OTHER_DAY, "moved"]);
      await sql`update public.obligations set title = 'Renamed' where id = ${id}`;
      await calendar.settled();
      assert.deepEqual(await where(id), [DAY, "back"]);
    });

    await t.step("given up because it is moved each time, it is moved", async () => {
      await chooseEdits(calendar, "restore");
      const id = await calendar.obligation({ title: "Fought over" });
      for (let round = 0; round < 4; round++) {
        await move(id);
        await calendar.sync();
      }
      assert.equal((await calendar.explain(id)).reason, "changed_again");
      assert.deepEqual(await where(id), [OTHER_DAY, "moved"]);
    });

    await t.step("while it waits to be put back it is pending, also where syncing is off", async () => {
      const id = await calendar.obligation({ title: "Waits" });
      await whileFailing(async () => {
        await move(id);
        await untilRead(async () => await openOf(id) !== undefined);
        assert.deepEqual(await where(id), [OTHER_DAY, "pending"]);
        await switchSync(false);
        assert.deepEqual(await where(id), [OTHER_DAY, "pending"]);
      });
      await switchSync(true);
      await calendar.sync();
      assert.deepEqual(await where(id), [DAY, "back"]);
    });

    await t.step("while it waits to be restored it is pending", async () => {
      const id = await moved("Restored late");
      await whileFailing(async () => {
        await edit(id, { kind: "delete" });
        await untilRead(async () => (await calendar.notices(id)).includes("deadline_restored"));
        assert.deepEqual(await where(id), [null, "pending"]);
      });
      await calendar.sync();
      assert.deepEqual(await where(id), [DAY, "back"]);
    });

    await t.step("without its legal date in the description it is moved, and not kept yet", async () => {
      await chooseEdits(calendar, "keep");
      const id = await calendar.obligation({ title: "Kept late" });
      await whileFailing(async () => {
        await move(id);
        await untilRead(async () => await openOf(id) !== undefined);
        assert.deepEqual(await where(id), [OTHER_DAY, "moved"]);
      });
      await calendar.sync();
      assert.deepEqual(await where(id), [OTHER_DAY, "kept"]);
    });

    await t.step("accepted, it is on its deadline where it was moved", async () => {
      const id = await moved("Accepted");
      const { id: proposal_id } = await openOf(id) ?? assert.fail("nothing is proposed");
      const response = await user.api.request("POST", `/proposals/${proposal_id}/accept`);
      assert.equal(response.status, 200, await response.text());
      await calendar.settled();
      const accepted = (await calendar.proposals()).find((each) => each.id === proposal_id);
      assert.deepEqual([dayOf(id), accepted?.event_state], [OTHER_DAY, "back"]);
      await whileFailing(async () => {
        const undone = await user.api.request("POST", `/proposals/${proposal_id}/undo`);
        assert.equal(undone.status, 200, await undone.text());
        assert.deepEqual(await where(id), [OTHER_DAY, "pending"]);
      });
    });
  },
  {},
  ["google"],
);
