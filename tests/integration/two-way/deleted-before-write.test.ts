import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { editAsPerson } from "../../support/person.ts";
import { openScene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

/** Providers that refuse to write to a version of an event that is not there any more. */
const PROVIDERS = ["google", "outlook", "caldav"] as const;

for (const provider of PROVIDERS) {
  Deno.test({
    name: `an event is deleted before its obligation changes (${provider})`,
    // The stack's servers and connections outlive a step, and end with the scene.
    sanitizeOps: false,
    sanitizeResources: false,
  }, async (t) => {
    const scene = await openScene(provider);
    try {
      const { sql } = scene;
      const { id: user_id, api, integration, calendar_id } = await scene.connectedUser(ADA);
      const shown = () => scene.events(calendar_id);
      const obligation = async () => {
        const [row] = await sql<{ id: string }[]>`
          insert into public.obligations (user_id, title, deadline_date)
          values (${user_id}, 'Before', '2027-03-15') returning id`;
        assert.ok(row);
        await until(() => Promise.resolve(shown().length === 1));
        return row.id;
      };
      const deleteEvent = async () => {
        const [event] = shown();
        assert.ok(event);
        await editAsPerson(scene.provider.emulator, {
          account: ADA,
          calendar_id,
          event_id: event.id,
          edit: { kind: "delete" },
        });
        assert.deepEqual(shown(), []);
        return event.id;
      };
      const isSettled = async () => {
        const [row] = await sql`
          select from calendar_sync.jobs where integration_id = ${integration.id} and kind = 'event'`;
        return row === undefined;
      };
      const reasons = async (obligation_id: string) => {
        const rows = await sql<{ kind: string }[]>`
          select kind from calendar_sync.notices
          where obligation_id = ${obligation_id} and dismissed_at is null and ended_at is null order by kind`;
        return rows.map(({ kind }) => kind);
      };
      const forget = async (obligation_id: string) => {
        await sql`delete from public.obligations where id = ${obligation_id}`;
        await until(async () => shown().length === 0 && await isSettled());
      };

      await t.step("another title brings it back, and its user is told", async () => {
        const id = await obligation();
        await deleteEvent();
        await sql`update public.obligations set title = 'After' where id = ${id}`;
        await until(() => Promise.resolve(shown()[0]?.title === "After"));
        await until(isSettled);
        assert.equal(shown().length, 1);
        assert.deepEqual(await reasons(id), ["deadline_restored"]);
        await forget(id);
      });

      await t.step("another deadline shows it on its new day", async () => {
        const id = await obligation();
        await deleteEvent();
        await sql`update public.obligations set deadline_date = '2027-05-05' where id = ${id}`;
        await until(() => Promise.resolve(shown().length === 1));
        await until(isSettled);
        const [{ time } = assert.fail("it stays away"), ...more] = shown();
        assert.deepEqual(more, []);
        assert.deepEqual(time, { kind: "all_day", start_date: "2027-05-05", end_date: "2027-05-06" });
        await forget(id);
      });

      await t.step("put back after another deadline, it is the only one, on its new day", async () => {
        const id = await obligation();
        const event_id = await deleteEvent();
        await sql`update public.obligations set deadline_date = '2027-05-05' where id = ${id}`;
        await until(() => Promise.resolve(shown().length === 1));
        await until(isSettled);
        // A server that gave its new event the same file has nothing to put back.
        if (shown()[0]?.id !== event_id) {
          await editAsPerson(scene.provider.emulator, {
            account: ADA,
            calendar_id,
            event_id,
            edit: { kind: "put_back" },
          });
        }
        await api.request("POST", "/sync", {});
        await scene.untilIdle();
        assert.deepEqual(shown().map(({ time }) => time), [
          { kind: "all_day", start_date: "2027-05-05", end_date: "2027-05-06" },
        ]);
        await forget(id);
      });

      await t.step("deleted a second time, it stays away until its deadline changes", async () => {
        const id = await obligation();
        await deleteEvent();
        await sql`update public.obligations set title = 'Once' where id = ${id}`;
        await until(() => Promise.resolve(shown()[0]?.title === "Once"));
        await until(isSettled);
        await deleteEvent();
        await sql`update public.obligations set title = 'Twice' where id = ${id}`;
        await until(async () => (await reasons(id)).includes("deadline_hidden"));
        await until(isSettled);
        assert.deepEqual(shown(), []);
        assert.deepEqual(await reasons(id), ["deadline_hidden"]);
        await sql`update public.obligations set deadline_date = '2027-05-05' where id = ${id}`;
        await until(() => Promise.resolve(shown().length === 1));
        await forget(id);
      });
    } finally {
      await scene.close();
    }
  });
}
