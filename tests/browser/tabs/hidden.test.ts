import assert from "node:assert/strict";
import { openBrowser } from "../support/browser.ts";
import { serveWith } from "../support/served-config.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { assertFits } from "./tab-scene.ts";

Deno.test({
  name: "a host hides the tabs that it has of its own",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`hidden-${title}`, {}, test));
  try {
    await step("the others stay in their order", async ({ page }) => {
      await serveWith(page, { hide: ["general", "webhooks"] });
      await scene.signIn(page, await scene.newUser());
      await page.getByRole("tab").first().waitFor();
      assert.deepEqual(await page.getByRole("tab").allInnerTexts(), [
        "Calendar",
        "Notifications",
        "API Keys",
      ]);
      // An address of one that is hidden leads to the calendar.
      await page.evaluate("location.hash = '#webhooks'");
      await page.getByRole("heading", { name: "Calendar", exact: true }).waitFor();
    });

    await step("the last one needs no list of tabs", async ({ page }) => {
      await serveWith(page, { hide: ["general", "calendar", "notifications", "api_keys"] });
      await scene.signIn(page, await scene.newUser());
      await page.getByRole("heading", { name: "Webhooks" }).waitFor();
      await page.getByText("You have no webhook yet.").waitFor();
      assert.equal(await page.getByRole("tab").count(), 0);
      await assertFits(page, "hidden-but-one");
    });

    await step("nothing is hidden unless it is said, and each tab has an address", async ({ page }) => {
      const user = await scene.newUser();
      await scene.signIn(page, user);
      await page.getByRole("tab").first().waitFor();
      assert.deepEqual(await page.getByRole("tab").allInnerTexts(), [
        "General",
        "Calendar",
        "Webhooks",
        "Notifications",
        "API Keys",
      ]);
      for (
        const [hash, heading] of [
          ["general", "General"],
          ["webhooks", "Webhooks"],
          ["notifications", "Notifications"],
          ["api_keys", "API Keys"],
          ["calendar", "Calendar"],
        ]
      ) {
        await page.goto(`${scene.settingsUrl}#${hash}`);
        await page.reload();
        await page.getByRole("heading", { name: heading ?? "", level: 2, exact: true }).waitFor();
      }
    });
  } finally {
    await browser.close();
    await scene.close();
  }
});
