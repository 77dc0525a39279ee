import assert from "node:assert/strict";
import { consent } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { swapId } from "../../support/subjects/outlook-subject.ts";
import { ADA } from "../../support/subjects/subject.ts";

const DAY = "2027-04-20";

Deno.test({
  name: "where a calendar of our own is found under another id, it holds what it should",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("outlook");
  const { sql, provider, redirect_to } = scene;
  const { outlook } = scene.stack;
  assert.ok(outlook);
  const { faults } = outlook;
  const insert = (user_id: string, title: string) =>
    sql`insert into public.obligations (user_id, title, deadline_date) values (${user_id}, ${title}, ${DAY})`;
  const connected = async () => {
    const user = await scene.connectedUser(ADA);
    await insert(user.id, "First");
    await insert(user.id, "Second");
    await scene.untilTitles(user.calendar_id, ["First", "Second"]);
    // The calendar was read, too: it is not found missing before it is made anew.
    await scene.untilIdle();
    return user;
  };
  try {
    await t.step(
      "also where it is a new one, made while connecting again, whose answer was lost",
      async () => {
        const user = await connected();
        provider.user.deleteCalendar(ADA, user.calendar_id);
        faults.set([{ match: { method: "POST", path: "/calendars$" }, kind: "drop_after", times: 20 }]);
        const landed = await consent(await user.api.authorizeUrl({ provider: "outlook", redirect_to }), ADA);
        const connection = landed.searchParams.get("calendar_connection");
        const refused = await user.api.request("POST", "/confirm", { connection });
        await refused.body?.cancel();
        assert.equal(refused.status, 502);
        faults.clear();
        await insert(user.id, "Third");
        const { calendar_id } = await user.api.untilStatus((now) =>
          now.calendar_id !== user.calendar_id && now.progress.pending === 0
        );
        assert.ok(calendar_id);
        await scene.untilTitles(calendar_id, ["First", "Second", "Third"]);
        await scene.deleteUsers(user.id);
      },
    );

    await t.step("and where it is the same one, nothing is there twice", async () => {
      const user = await connected();
      const calendar_id = swapId(outlook, ADA, user.calendar_id);
      const before = scene.events(calendar_id).map(({ id }) => id).sort();
      await insert(user.id, "Third");
      await user.api.untilStatus((now) => now.calendar_id === calendar_id && now.progress.pending === 0);
      await scene.untilTitles(calendar_id, ["First", "Second", "Third"]);
      const after = scene.events(calendar_id).map(({ id }) => id);
      assert.ok(before.every((id) => after.includes(id)));
      await scene.deleteUsers(user.id);
    });
  } finally {
    await scene.close();
  }
});
