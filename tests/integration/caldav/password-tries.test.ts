import assert from "node:assert/strict";
import { z } from "zod";
import { PASSWORD } from "../../../local/providers/caldav/server.ts";
import type { CalendarApi } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA } from "../../support/subjects/subject.ts";

/** A tenth of them may be refused passwords. */
const CALLS_PER_MINUTE = 40;
const REFUSED = 4;

Deno.test({
  name: "CalDAV: nobody guesses passwords by us",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("caldav", { CALENDAR_RATE_LIMIT_PER_MINUTE: String(CALLS_PER_MINUTE) });
  const { stack, provider } = scene;
  const requests = () => provider.emulator.state.requests.length;
  const connect = async ({ api }: { readonly api: CalendarApi }, given: Record<string, string> = {}) => {
    const typed = { provider: "caldav", server_url: stack.caldavUrl, username: ADA, password: PASSWORD };
    const response = await api.request("POST", "/connect", { ...typed, ...given });
    const { code } = z.object({ code: z.string().optional() }).parse(await response.json());
    return { status: response.status, code, retry_after: response.headers.get("retry-after") };
  };
  try {
    await t.step(
      "after some refused passwords the next one is not even tried, not the right one either",
      async () => {
        const [user, other] = [await scene.newUser(), await scene.newUser()];
        for (let number = 0; number < REFUSED; number++) {
          assert.equal((await connect(user, { password: `wrong-${number}` })).code, "sign_in_failed");
        }
        const before = requests();
        for (const password of ["wrong-again", PASSWORD]) {
          const answer = await connect(user, { password });
          assert.deepEqual([answer.status, answer.code], [429, "rate_limited"]);
          const wait_s = Number(answer.retry_after);
          assert.ok(wait_s >= 1 && wait_s <= 60, `${answer.retry_after}`);
        }
        assert.equal(requests(), before);
        assert.equal((await connect(other)).status, 201, "others go on");
        await scene.deleteUsers(user.id, other.id);
      },
    );

    await t.step("many at once are no way around it", async () => {
      const user = await scene.newUser();
      const answers = await Promise.all(
        Array.from({ length: 3 * REFUSED }, (_, number) => connect(user, { password: `wrong-${number}` })),
      );
      const tried = answers.filter(({ code }) => code === "sign_in_failed").length;
      assert.equal(tried, REFUSED, JSON.stringify(answers));
      await scene.deleteUsers(user.id);
    });

    await t.step("what no server refused does not count", async () => {
      const user = await scene.newUser();
      for (let number = 0; number <= REFUSED; number++) {
        const elsewhere = await connect(user, { server_url: "https://dav.elsewhere.example/" });
        assert.equal(elsewhere.code, "server_not_allowed");
        assert.ok((await connect(user)).status <= 201);
      }
      await scene.deleteUsers(user.id);
    });
  } finally {
    await scene.close();
  }
});
