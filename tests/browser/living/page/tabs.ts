import assert from "node:assert/strict";
import { until } from "../../../support/calendar-api.ts";
import { GRACE } from "../../../support/subjects/subject.ts";
import { calendarCalls } from "../../support/measure.ts";
import { type Behaviour, cardOf, switchOf, untilBadge } from "../living-scene.ts";

/** Nobody asks for it: a page at rest asks once a minute. */
const UNASKED_MS = 20_000;

export const TABS: readonly Behaviour[] = [
  {
    name: "what is changed in one tab is seen in the other at once",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("tabs", resident, async ({ card, newTab }) => {
        const second = await newTab();
        await second.goto(scene.settingsUrl);
        const there = cardOf(second, resident.account);
        await untilBadge(there, "Connected");
        const calls = calendarCalls(second);
        await (await switchOf(card)).uncheck();
        await until(async () => !(await scene.integrationOf(resident)).sync_enabled);
        await untilBadge(there, "Paused", UNASKED_MS);
        assert.ok(calls.count("GET /status") >= 1);
        await there.getByRole("button", { name: "Switch on" }).click();
        await until(async () => (await scene.integrationOf(resident)).sync_enabled);
        await untilBadge(card, "Connected", UNASKED_MS);
      });
    },
  },
  {
    name: "signing out in one tab ends both, and the next user sees nothing of the first",
    async run(scene) {
      const first = await scene.resident(["Secret audit"]);
      const next = await scene.resident(["Other audit"], { account: GRACE });
      await scene.look("sign-out", first, async ({ page, card, newTab }) => {
        const second = await newTab();
        await second.goto(scene.settingsUrl);
        await cardOf(second, first.account).waitFor();
        await card.getByRole("button", { name: "Sync now" }).click();
        await second.getByRole("button", { name: "Sign out" }).click();
        for (const tab of [page, second]) {
          await tab.getByRole("button", { name: "Sign in", exact: true }).waitFor();
          assert.equal(await cardOf(tab, first.account).count(), 0);
        }
        await page.getByLabel("Email", { exact: true }).fill(next.email);
        await page.getByLabel("Password", { exact: true }).fill(next.password);
        await page.getByRole("button", { name: "Sign in", exact: true }).click();
        for (const tab of [page, second]) {
          await cardOf(tab, next.account).waitFor();
          const panel = tab.getByRole("region", { name: "Why is this not in my calendar?" });
          await panel.getByRole("heading").click();
          await panel.getByRole("button", { name: "Other audit" }).waitFor();
          const shown = await tab.locator("body").innerText();
          for (const secret of [first.email, first.account, "Secret audit"]) {
            assert.ok(!shown.includes(secret), `${secret} is still shown`);
          }
        }
      });
    },
  },
];
