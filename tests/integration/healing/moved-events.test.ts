import assert from "node:assert/strict";
import { z } from "zod";
import { until } from "../../support/calendar-api.ts";
import { openScene, type Scene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

const DAY = "2027-04-20";
const Explanation = z.object({
  integrations: z.array(z.object({
    in_calendar: z.boolean(),
    message: z.string(),
    also_in: z.array(z.object({ calendar_id: z.string(), reason: z.string() })),
  })),
});

/** What Google's own page does: the event keeps its id, and is cancelled where it was. A copy has an id of its own. */
function toOtherCalendar(scene: Scene, calendar_id: string, to: string, change: "move" | "copy", extra = {}) {
  const calendars = scene.stack.google?.state.accounts.get(ADA)?.calendars;
  const [from, target] = [calendars?.get(calendar_id), calendars?.get(to)];
  const event = [...from?.events.values() ?? []].find(({ status }) => status !== "cancelled");
  assert.ok(from && target && event);
  const id = change === "move" ? event.id : `copy0${event.id.slice(0, 20)}`;
  target.events.set(id, { ...event, ...extra, id });
  if (change === "move") from.events.set(event.id, { ...event, status: "cancelled" });
}

Deno.test({
  name: "an event that its user moved to another Google calendar",
  // The stack's servers and connections outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const scene = await openScene("google");
    const { sql, provider } = scene;
    const connect = async (access: "dedicated" | "existing") => {
      const user = await scene.connectedUser(ADA, access);
      const [row] = await sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Report', ${DAY}) returning id`;
      assert.ok(row);
      await scene.untilTitles(user.calendar_id, ["Report"]);
      await user.api.untilStatus(({ progress }) => progress.pending === 0);
      const explain = async () => {
        const response = await user.api.request("GET", `/explain?obligation_id=${row.id}`);
        const [first] = Explanation.parse(await response.json()).integrations;
        assert.ok(first);
        return first;
      };
      const syncNow = () => user.api.request("POST", "/sync", { integration_id: user.integration.id });
      const searched = () =>
        until(async () =>
          (await sql`select from calendar_sync.jobs where kind = 'find_orphans'`).length === 0 &&
          (await sql`select from calendar_sync.changes`).length === 0
        );
      return { ...user, obligation_id: row.id, explain, syncNow, searched };
    };
    const other = provider.calendars(ADA).map(({ id }) => id).find((id) => id !== ADA) ??
      provider.calendars(ADA)[0]?.id;
    assert.ok(other);
    try {
      await t.step(
        "is moved back: what stands elsewhere goes, and the deadline is in its calendar again",
        async () => {
          const ada = await connect("existing");
          toOtherCalendar(scene, ada.calendar_id, other, "move");
          await ada.syncNow();
          await scene.untilTitles(ada.calendar_id, ["Report"]);
          await scene.untilTitles(other, []);
          await until(async () => (await ada.explain()).also_in.length === 0);
          await scene.deleteUsers(ada.id);
        },
      );

      await t.step("is moved back also where a change has already made a second one", async () => {
        for (const possible of [true, false]) {
          const ada = await connect("existing");
          assert.ok(scene.stack.google);
          scene.stack.google.state.restore_allowed = possible;
          toOtherCalendar(scene, ada.calendar_id, other, "move");
          const title = `Report ${possible}`;
          await sql`update public.obligations set title = ${title} where id = ${ada.obligation_id}`;
          await scene.untilTitles(ada.calendar_id, [title]);
          assert.equal(scene.events(other).length, 1, "the old one stays behind");
          await ada.syncNow();
          await scene.untilTitles(other, []);
          await scene.untilTitles(ada.calendar_id, [title]);
          await scene.deleteUsers(ada.id);
        }
        assert.ok(scene.stack.google);
        scene.stack.google.state.restore_allowed = true;
      });

      await t.step("is named by explain while it cannot be moved back", async () => {
        const ada = await connect("existing");
        toOtherCalendar(scene, ada.calendar_id, other, "move");
        const path = encodeURIComponent(other).replaceAll(".", "\\.");
        provider.emulator.faults.set([{
          match: { method: "DELETE", path: `(${path}|${other})/events` },
          ...provider.refusals.may_not_remove,
        }]);
        await ada.syncNow();
        await until(async () => (await ada.explain()).also_in.length === 1);
        await scene.untilTitles(ada.calendar_id, ["Report"]);
        assert.equal((await ada.explain()).also_in[0]?.calendar_id, other);
        provider.emulator.faults.clear();
        await ada.syncNow();
        await scene.untilTitles(other, []);
        await scene.deleteUsers(ada.id);
      });

      await t.step("a copy is its user's, and so is what has guests", async () => {
        const ada = await connect("existing");
        toOtherCalendar(scene, ada.calendar_id, other, "copy");
        await ada.syncNow();
        await ada.searched();
        assert.equal(scene.events(other).length, 1);
        toOtherCalendar(scene, ada.calendar_id, other, "move", {
          attendees: [{ email: "guest@example.com" }],
        });
        await ada.syncNow();
        await ada.searched();
        assert.equal(scene.events(other).length, 2);
        for (const { id } of scene.events(other)) provider.user.deleteEvent(other, id);
        await scene.deleteUsers(ada.id);
      });

      await t.step("stays out of sight where we may only see our own calendar", async () => {
        const ada = await connect("dedicated");
        toOtherCalendar(scene, ada.calendar_id, other, "move");
        await sql`select calendar_sync.find_orphans()`;
        await ada.searched();
        assert.equal(scene.events(other).length, 1);
        await sql`update public.obligations set title = 'Again' where id = ${ada.obligation_id}`;
        await scene.untilTitles(ada.calendar_id, ["Again"]);
        assert.deepEqual((await ada.explain()).also_in, []);
      });
    } finally {
      await scene.close();
    }
  },
});
