import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { ADA } from "../../support/subjects/subject.ts";
import { openBrowser } from "../support/browser.ts";
import { screenshot } from "../support/screenshot.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { HOSTILE_STYLES } from "./hostile-styles.ts";
import { differences, looksOf } from "./looks.ts";

/** Adds a sheet behind those of the page, which its Content-Security-Policy allows to scripts alone. */
async function addStyles(page: Page, styles: string): Promise<void> {
  await page.evaluate(`{
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(${JSON.stringify(styles)});
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }`);
}

async function removeStyles(page: Page): Promise<void> {
  await page.evaluate("document.adoptedStyleSheets = []; undefined");
}

async function styleOf(page: Page, selector: string, property: string): Promise<unknown> {
  return await page.evaluate(
    `getComputedStyle(document.querySelector("${selector}")).getPropertyValue("${property}")`,
  );
}

Deno.test(
  { name: "the styles of a host", sanitizeOps: false, sanitizeResources: false },
  async (t) => {
    const scene = await openSettingsScene();
    const browser = await openBrowser();
    const user = await scene.newUser();
    await scene.connect(user.api, ADA);
    const step = (name: string, test: (page: Page) => Promise<void>) =>
      t.step(name, () =>
        browser.visit(`host-styles-${name}`, {}, async ({ page }) => {
          await scene.signIn(page, user);
          const card = page.getByRole("article", { name: ADA });
          await card.getByText("Connected", { exact: true }).waitFor();
          await card.getByText("Settings of this calendar").click();
          await card.getByLabel("Title", { exact: true }).waitFor();
          await page.waitForLoadState("networkidle");
          // Nothing is hovered, and nothing has the focus.
          await page.mouse.move(0, 0);
          await page.evaluate("document.activeElement?.blur()");
          await test(page);
        }));

    /** Compares, with and without the hostile sheet, what the page shows. */
    const assertSame = async (page: Page, name: string) => {
      const before = await looksOf(page);
      await addStyles(page, HOSTILE_STYLES);
      const after = await looksOf(page);
      await screenshot(page, `hostile-host-${name}`);
      await removeStyles(page);
      const differ = differences(before, after);
      console.log(
        `${name}: ${before.size.toLocaleString("en")} computed values compared, ${differ.length} differ`,
      );
      assert.ok(before.size > 10_000, `${before.size} values`);
      assert.deepEqual(differ.slice(0, 40), []);
    };

    try {
      await step("change nothing in the settings and in a dialog, however hostile they are", async (page) => {
        const outside = () => styleOf(page, ".page-head h1", "font-size");
        const usual = await outside();
        await addStyles(page, HOSTILE_STYLES);
        assert.notEqual(await outside(), usual, "the hostile sheet does nothing");
        await removeStyles(page);
        await page.getByRole("button", { name: "Disconnect…" }).click();
        const dialog = page.getByRole("alertdialog");
        await dialog.waitFor();
        await assertSame(page, "dialog");
        await addStyles(page, HOSTILE_STYLES);
        await dialog.getByRole("button", { name: "Cancel" }).click();
        await dialog.waitFor({ state: "detached" });
        await screenshot(page, "hostile-host-settings");
      });

      await step("change the look where they set its variables", async (page) => {
        await addStyles(page, ".ec-root { --ec-accent: rgb(1, 2, 3); --ec-font-size: 20px }");
        assert.equal(await styleOf(page, ".ec-switch", "background-color"), "rgb(1, 2, 3)");
        assert.equal(await styleOf(page, ".ec-account", "font-size"), "21.25px");
      });
    } finally {
      await browser.close();
      await scene.close();
    }
  },
);
