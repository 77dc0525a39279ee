import assert from "node:assert/strict";
import { GRACE } from "../../../support/subjects/subject.ts";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, cardOf, openSettings } from "../living-scene.ts";

const BULK = 120;
/** CSS pixels: a laptop's window. */
const WINDOW = { width: 1280, height: 900 };

export const DENSITY: readonly Behaviour[] = [
  {
    name: "two connected accounts are seen whole in a window of 900 pixels, with their settings a click away",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.connect(resident.api, GRACE);
      for (const color_scheme of ["light", "dark"] as const) {
        await scene.look(`density-${color_scheme}`, resident, async ({ page, card }) => {
          const second = cardOf(page, GRACE);
          await second.waitFor();
          for (const each of [card, second]) {
            for (const fact of ["Calendar", "In the calendar", "Last synced", "Next sync"]) {
              await each.getByText(fact, { exact: true }).waitFor();
            }
            const box = await each.boundingBox();
            assert.ok(
              box !== null && box.y + box.height <= WINDOW.height,
              `it ends at ${box && box.y + box.height}`,
            );
            console.log(`a card ends at ${box.y + box.height} px`);
            assert.equal(await each.getByRole("textbox", { name: "Title" }).count(), 0);
          }
          // What never went wrong is not spoken of.
          for (const name of ["Problems", "Deadlines that you moved"]) {
            assert.equal(await page.getByRole("heading", { name }).count(), 0, name);
          }
          // A card of its own, beside the providers.
          const links = page.getByRole("region", { name: "Calendar links (iCal)" });
          await links.getByText("You give us no access").waitFor();
          const ways = await page.getByRole("region", { name: "Outlook Calendar" }).boundingBox();
          const box = await links.boundingBox();
          assert.ok(box && ways && box.width === ways.width, "it is as wide as another way");
          await assertAccessible(page, "two accounts", { best_practices: true });
          await screenshot(page, `living-density-${color_scheme}`);
          await openSettings(card);
          await card.getByRole("textbox", { name: "Title" }).waitFor();
          await assertAccessible(page, "settings of a calendar", { best_practices: true });
          await screenshot(page, `living-density-settings-${color_scheme}`);
        }, { ...WINDOW, color_scheme });
      }
    },
  },
  {
    name:
      "many deadlines that arrive together are one row of activity, which opens by keyboard, and earlier rows follow",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      // More days than a page of activity shows.
      await scene.sql`
        insert into calendar_sync.activity (at, user_id, integration_id, provider, action, details, caused_by)
        select now() - make_interval(days => day), ${resident.id}, ${resident.integration_id}, 'google', 'resynced', null, 'admin'
        from generate_series(1, 30) as day`;
      await scene.addDeadlines(resident, Array.from({ length: BULK }, (_, n) => `Permit ${n + 1}`));
      await resident.api.untilStatus(({ progress }) =>
        progress.synced === BULK + 1 && progress.pending === 0
      );
      await scene.look("bulk", resident, async ({ page }) => {
        const panel = page.getByRole("region", { name: "Recent activity" });
        await panel.getByRole("heading", { name: "Recent activity" }).click();
        // A sync that crosses midnight, or a slow one, is told in two rows.
        const bulk = panel.getByText(/^\d+ deadlines were added$/).first();
        await bulk.waitFor();
        assert.equal(await panel.getByText("Permit 7 was added").count(), 0);
        const height = (await panel.boundingBox())?.height ?? Infinity;
        console.log(`activity of ${BULK} deadlines and 12 more rows: ${height} px`);
        assert.ok(await panel.getByRole("listitem").count() <= 12);
        await assertAccessible(page, "activity in bulk", { best_practices: true });
        await screenshot(page, "living-activity-bulk");
        await bulk.focus();
        await page.keyboard.press("Enter");
        await panel.getByText(/^Permit \d+ was added, due on/).first().waitFor();
        await page.keyboard.press("Enter");
        await panel.getByText(/^Permit \d+ was added, due on/).first().waitFor({ state: "detached" });

        const days = panel.getByRole("heading", { level: 4 });
        const before = await days.count();
        await panel.getByRole("button", { name: "Show earlier" }).click();
        await days.nth(before).waitFor();
        await panel.getByRole("button", { name: "Show earlier" }).click();
        await panel.getByRole("button", { name: "Show earlier" }).waitFor({ state: "detached" });
        assert.ok(await days.count() >= 31);
      });
    },
  },
];
