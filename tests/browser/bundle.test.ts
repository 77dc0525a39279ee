import assert from "node:assert/strict";
import { ADA } from "../support/subjects/subject.ts";
import { openBrowser } from "./support/browser.ts";
import { scriptsOf } from "./support/measure.ts";
import { openIn } from "./support/languages.ts";
import { openSettingsScene } from "./support/settings-scene.ts";

/** Gzipped, as they come over the line. */
const FIRST_LOAD_MAX_BYTES = 120_000;

Deno.test(
  { name: "the first load's JavaScript stays small", sanitizeOps: false, sanitizeResources: false },
  async (t) => {
    const scene = await openSettingsScene();
    const browser = await openBrowser();
    const isSmall = (what: string, bytes: number) => {
      console.log(`JavaScript loaded ${what}: ${bytes.toLocaleString("en")} bytes, gzipped`);
      assert.ok(bytes > 0 && bytes <= FIRST_LOAD_MAX_BYTES, `${bytes} bytes ${what}`);
    };
    try {
      await t.step(
        "for whoever is not signed in",
        () =>
          browser.visit("bundle-signed-out", {}, async ({ page }) => {
            const scripts = scriptsOf(page);
            await page.goto(scene.settingsUrl, { waitUntil: "networkidle" });
            isSmall("signed out", await scripts.total());
          }),
      );

      await t.step(
        "for whoever signs in and looks at the calendar tab",
        () =>
          browser.visit("bundle-signed-in", {}, async ({ page }) => {
            const scripts = scriptsOf(page);
            await scene.signIn(page, await scene.newUser());
            await page.getByRole("button", { name: "Connect Google Calendar" }).waitFor();
            await page.waitForLoadState("networkidle");
            isSmall("up to the calendar tab", await scripts.total());
          }),
      );

      await t.step("for whoever has connected a calendar and comes back", async () => {
        const user = await scene.newUser();
        await scene.connect(user.api, ADA);
        let session = "";
        await browser.visit("bundle-before", {}, async ({ page }) => {
          await scene.signIn(page, user);
          session = await page.evaluate("JSON.stringify({ ...localStorage })");
        });
        for (const language of ["en", "de", "fr"] as const) {
          await browser.visit(`bundle-connected-${language}`, {}, async ({ page, context }) => {
            if (language !== "en") await openIn(page, language);
            await context.addInitScript(`Object.assign(localStorage, ${session})`);
            const scripts = scriptsOf(page);
            await page.goto(scene.settingsUrl, { waitUntil: "networkidle" });
            await page.locator(`.ec-settings[lang^="${language}"]`).getByRole("article", { name: ADA })
              .waitFor();
            isSmall(`with a connected calendar, in ${language}`, await scripts.total());
          });
        }
      });
    } finally {
      await browser.close();
      await scene.close();
    }
  },
);
