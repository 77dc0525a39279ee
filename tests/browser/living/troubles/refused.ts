import assert from "node:assert/strict";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, isFocused, toastOf, untilBadge } from "../living-scene.ts";

export const REFUSED: readonly Behaviour[] = [
  {
    name: "a deadline that the provider refuses is listed with its reason, and gone once it is retried",
    async run(scene) {
      const { provider } = scene;
      const resident = await scene.resident(["Audit"]);
      const untilRefused = async (times: number) => {
        await until(async () => {
          const [row] = await scene.sql`
            select count(*)::integer from calendar_sync.activity where action = 'rejected' and user_id = ${resident.id}`;
          return row?.["count"] === times;
        });
        await resident.api.untilStatus(({ progress }) => progress.failed === 1 && progress.pending === 0);
      };
      await scene.look("refused", resident, async ({ page, card }) => {
        provider.emulator.faults.set([
          { match: { method: "POST", path: provider.paths.events }, ...provider.refusals.invalid },
        ]);
        await scene.addDeadlines(resident, ["Noise measurement"]);
        await untilRefused(1);
        await card.getByRole("button", { name: "Sync now" }).click();
        await untilRefused(2);
        await card.getByText("One deadline is not in your calendar as it should be.").waitFor();
        await card.getByRole("button", { name: "See why" }).click();
        await until(() => isFocused(page.getByRole("heading", { name: "Problems" })));
        const problems = page.getByRole("region", { name: "Problems" });
        const row = problems.getByRole("listitem").filter({ hasText: "Noise measurement" });
        await row.getByText("does not accept this event. Change the obligation, or try once more.").waitFor();
        assert.doesNotMatch(await problems.innerText(), /[{}]|undefined|null|\[object/);
        await assertAccessible(page, "a problem", { best_practices: true });
        await screenshot(page, `living-${provider.name}-refused`);

        // Refused once more, it stays.
        await row.getByRole("button", { name: "Retry Noise measurement" }).click();
        await toastOf(page, "Trying again now.").first().waitFor();
        await untilRefused(3);
        await row.waitFor();

        provider.emulator.faults.clear();
        await row.getByRole("button", { name: "Retry Noise measurement" }).click();
        await problems.getByText("No deadline was refused by a calendar.").waitFor();
        await untilBadge(card, "Connected");
        await until(async () => await card.getByText(/not in your calendar/).count() === 0);
        await scene.untilTitles(resident.calendar_id, ["Audit", "Noise measurement"]);
        await until(() => isFocused(problems));
      });
    },
  },
  {
    name: "many of them are retried at once",
    async run(scene) {
      const { provider } = scene;
      const resident = await scene.resident(["Audit"]);
      provider.emulator.faults.set([
        { match: { method: "POST", path: provider.paths.events }, ...provider.refusals.invalid },
      ]);
      await scene.addDeadlines(resident, ["One", "Two", "Three"]);
      await resident.api.untilStatus(({ progress }) => progress.failed === 3);
      await scene.look("refused-many", resident, async ({ page, card }) => {
        await card.getByText("3 deadlines are not in your calendar as they should be.").waitFor();
        const problems = page.getByRole("region", { name: "Problems" });
        await problems.getByRole("listitem").nth(2).waitFor();
        provider.emulator.faults.clear();
        await problems.getByRole("button", { name: "Retry all" }).click();
        await problems.getByText("No deadline was refused by a calendar.").waitFor();
        await scene.untilTitles(resident.calendar_id, ["Audit", "One", "Two", "Three"]);
      });
    },
  },
];
