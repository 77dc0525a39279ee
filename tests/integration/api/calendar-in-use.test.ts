import assert from "node:assert/strict";
import { z } from "zod";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";

Deno.test({
  name: "two connections of one user do not write to one calendar",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene();
  const { google } = scene.stack;
  assert.ok(google);
  const choose = async (api: CalendarApi, integration_id: string, calendar_id: string) => {
    const response = await api.request("PATCH", "/status", { integration_id, calendar_id });
    const { code = null } = z.looseObject({ code: z.string().optional() }).parse(await response.json());
    return [response.status, code];
  };
  try {
    const user = await scene.connectedUser(ADA, "existing");
    const second = await scene.connect(user.api, GRACE, "existing");
    // Ada shares her calendar with Grace.
    const shared = google.state.accounts.get(ADA)?.calendars.get(user.calendar_id);
    assert.ok(shared);
    google.state.accounts.get(GRACE)?.calendars.set(user.calendar_id, shared);

    await t.step(
      "the calendar of the first is 409 calendar_in_use for the second, which keeps its own",
      async () => {
        assert.deepEqual(await choose(user.api, second.id, user.calendar_id), [409, "calendar_in_use"]);
        const found = (await user.api.status()).find(({ id }) => id === second.id);
        assert.equal(found?.calendar_id, second.calendar_id);
      },
    );

    await t.step("a connection may choose the calendar that it has", async () => {
      assert.deepEqual(await choose(user.api, user.integration.id, user.calendar_id), [200, null]);
    });

    await t.step("another user may choose it: each has events of their own there", async () => {
      const other = await scene.newUser();
      const integration = await scene.connect(other.api, GRACE, "existing");
      assert.deepEqual(await choose(other.api, integration.id, user.calendar_id), [200, null]);
    });

    await t.step("once the first is disconnected the second may have it", async () => {
      const left = await user.api.request("DELETE", `/?integration_id=${user.integration.id}`);
      assert.equal(left.status, 204);
      assert.deepEqual(await choose(user.api, second.id, user.calendar_id), [200, null]);
    });

    await t.step(
      "the first that connects again gets another, and leaves the second's events alone",
      async () => {
        await scene
          .sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Audit', '2027-01-01')`;
        await scene.untilTitles(user.calendar_id, ["Audit"]);
        const again = await scene.connect(user.api, ADA, "existing");
        assert.ok(again.calendar_id);
        assert.notEqual(again.calendar_id, user.calendar_id);
        await scene.untilTitles(again.calendar_id, ["Audit"]);
        await scene.untilTitles(user.calendar_id, ["Audit"]);
      },
    );
  } finally {
    await scene.close();
  }
});
