import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, cardOf, openSettings, switchOf, toastOf } from "../living-scene.ts";

const LOOKS = [
  { dir: "ltr", width: 320, color_scheme: "light" },
  { dir: "rtl", width: 320, color_scheme: "dark" },
  { dir: "rtl", width: 1280, color_scheme: "light" },
] as const;

export const LOOKS_OF_EVERYTHING: readonly Behaviour[] = [
  ...LOOKS.map(({ dir, ...viewer }): Behaviour => ({
    name: `${dir}, ${viewer.width} pixels wide, ${viewer.color_scheme}: everything fits and is accessible`,
    async run(scene) {
      const resident = await scene.resident([
        "A report with a title that is longer than a small screen is wide",
      ], {
        access: "existing",
      });
      const name = `living-look-${dir}-${viewer.width}-${viewer.color_scheme}`;
      const assertFits = async (page: Page, part: string) => {
        const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert.ok(Number(wide) <= 0, `${part} is ${wide} pixels too wide`);
        const clipped = await page.evaluate(`[...document.querySelectorAll('[role$="dialog"], .ec-toast')]
          .filter((one) => {
            const { left, right } = one.getBoundingClientRect();
            return left < 0 || right > innerWidth || one.scrollWidth > one.clientWidth;
          }).map((one) => one.className)`);
        assert.deepEqual(clipped, [], part);
        await assertAccessible(page, `${name}, ${part}`, { best_practices: true });
        await screenshot(page, `${name}-${part}`);
      };
      await scene.browser.visit(name, viewer, async ({ page }) => {
        // Before anything of the page runs, and before there is an element to be turned.
        await page.addInitScript(`new MutationObserver((_, observer) => {
          if (document.documentElement === null) return;
          document.documentElement.dir = "${dir}";
          observer.disconnect();
        }).observe(document, { childList: true });`);
        await scene.signIn(page, resident);
        const card = cardOf(page, resident.account);
        await card.waitFor();
        assert.equal(await page.locator("html").getAttribute("dir"), dir);
        for (const panel of ["Why is this not in my calendar?", "Recent activity"]) {
          await page.getByRole("heading", { name: panel }).click();
        }
        const why = page.getByRole("region", { name: "Why is this not in my calendar?" });
        await why.getByRole("button", { name: /^A report/ }).click();
        await why.getByText("It is in the calendar, as it was last changed.").waitFor();
        await page.getByText(/^A report .* was added, due on/).waitFor();
        await openSettings(card);
        await card.getByRole("combobox", { name: "Add a reminder" }).selectOption({ label: "Another time…" });
        await card.getByRole("textbox", { name: "How long before" }).fill("never");
        await card.getByRole("button", { name: "Add", exact: true }).click();
        await assertFits(page, "panels");
        await card.getByRole("button", { name: "Cancel" }).click();

        await card.getByRole("button", { name: "Change calendar" }).click();
        await page.getByRole("radio", { name: /Main calendar/ }).waitFor();
        await assertFits(page, "picker");
        await page.keyboard.press("Escape");
        await card.getByRole("button", { name: "Disconnect…" }).click();
        await page.getByRole("alertdialog").waitFor();
        await assertFits(page, "leaving");
        await page.keyboard.press("Escape");
        await (await switchOf(card)).uncheck();
        await toastOf(page, "Syncing is off.").waitFor();
        await assertFits(page, "toast");
      });
    },
  })),
  {
    name: "whoever asked for less motion sees nothing move",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      for (const reduced_motion of [true, false]) {
        await scene.browser.visit(`living-motion-${reduced_motion}`, { reduced_motion }, async ({ page }) => {
          const moving = async () =>
            Number(
              await page.evaluate(
                "document.getAnimations().filter(({ playState }) => playState === 'running').length",
              ),
            );
          let answer = () => {};
          const held = new Promise<void>((resolve) => answer = resolve);
          await page.route("**/functions/v1/calendar/status", async (route) => {
            await held;
            await route.continue();
          }, { times: 1 });
          await scene.signIn(page, resident);
          await page.getByText("Loading your calendars…").waitFor({ state: "attached" });
          // What moves otherwise does not stand still for another reason.
          if (reduced_motion) assert.equal(await moving(), 0);
          else await until(async () => await moving() > 0);
          answer();
          const card = cardOf(page, resident.account);
          await (await switchOf(card)).uncheck();
          if (reduced_motion) assert.equal(await moving(), 0);
          await page.getByRole("button", { name: "Disconnect…" }).click();
          await page.getByRole("alertdialog").waitFor();
          if (reduced_motion) assert.equal(await moving(), 0);
        });
      }
    },
  },
];
