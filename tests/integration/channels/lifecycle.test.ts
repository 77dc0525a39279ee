import assert from "node:assert/strict";
import { until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

Deno.test({
  name: "what Graph says of a subscription becomes work",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("outlook", { MICROSOFT_PUSH: "on" });
  const { sql, stack } = scene;
  assert.ok(stack.outlook);
  const { state, url } = stack.outlook;
  const tell = async (event: string) => {
    const response = await fetch(`${url}/emulator/lifecycle`, {
      method: "POST",
      body: JSON.stringify({ account: ADA, event }),
    });
    assert.equal(response.status, 200, await response.text());
  };
  const subscriptionTo = (calendar_id: string) =>
    [...state.subscriptions.values()].find((subscription) => subscription.calendar_id === calendar_id);
  try {
    const user = await scene.connectedUser(ADA);
    const pulledAt = async () => {
      const [row] = await sql<{ at: string | null }[]>`
        select pulled_at::text as at from calendar_sync.pulls where integration_id = ${user.integration.id}`;
      return row?.at ?? null;
    };
    const untilAtRest = () =>
      until(async () => {
        const [left] = await sql`
          select from calendar_sync.jobs where integration_id = ${user.integration.id}
          union all select from calendar_sync.changes where integration_id = ${user.integration.id}`;
        const [channel] = await sql`
          select from calendar_sync.channels where integration_id = ${user.integration.id} and state = 'active'`;
        return left === undefined && channel !== undefined && await pulledAt() !== null;
      });
    await untilAtRest();

    await t.step("one that asks for it is renewed", async () => {
      const before = subscriptionTo(user.calendar_id);
      assert.ok(before);
      const [id, expires_at] = [before.id, before.expires_at];
      await tell("reauthorizationRequired");
      await until(() => Promise.resolve((subscriptionTo(user.calendar_id)?.expires_at ?? 0) > expires_at));
      assert.equal(subscriptionTo(user.calendar_id)?.id, id);
      await untilAtRest();
    });

    await t.step("where calls were lost the calendar is read", async () => {
      const before = await pulledAt();
      await tell("missed");
      await until(async () => await pulledAt() !== before);
      await untilAtRest();
    });

    await t.step("one that Graph has removed is made anew, and the calendar is read", async () => {
      const [before, id] = [await pulledAt(), subscriptionTo(user.calendar_id)?.id];
      await tell("subscriptionRemoved");
      await until(() => Promise.resolve(![undefined, id].includes(subscriptionTo(user.calendar_id)?.id)));
      await until(async () => await pulledAt() !== before);
      await untilAtRest();
    });
  } finally {
    await scene.close();
  }
});
