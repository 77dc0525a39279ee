import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { loadPage } from "../../../settings/src/page/strings.ts";
import { loadTranslation, type Translation } from "../../../settings/src/translation.ts";
import { until } from "../../support/calendar-api.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { CASES } from "../states/cases.ts";
import { assertAccessible } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { answerConsent } from "../support/consent.ts";
import { assertNoEnglish, openIn, type OtherLanguage, speak } from "../support/languages.ts";
import { serveWith } from "../support/served-config.ts";
import { screenshot } from "../support/screenshot.ts";
import { openSettingsScene } from "../support/settings-scene.ts";

const LOOKS = [{ width: 1280, color_scheme: "light" }, { width: 320, color_scheme: "dark" }] as const;
const TABS = ["general", "webhooks", "notifications", "api_keys"] as const;

Deno.test({
  name: "the settings speak the language of the page around them",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  const assertSpeaks = async (page: Page, language: OtherLanguage, name: string) => {
    await assertNoEnglish(page, language, name);
    await assertAccessible(page, name, { best_practices: true });
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, name);
    await screenshot(page, `language-${name}`);
  };
  try {
    for (const language of ["de", "fr"] as const) {
      const words = await loadTranslation(language);
      const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

      await t.step(`${language}: a user connects, looks at everything and disconnects`, async () => {
        const user = await scene.newUser();
        await scene.sql`
          insert into public.obligations (user_id, title, deadline_date, obligation_type)
          values (${user.id}, 'Émission 2027', current_date + 4, 'Type A')`;
        await browser.visit(`language-${language}`, {}, async ({ page }) => {
          await openIn(page, language);
          await scene.signIn(page, user);
          const connect = button(page, words.connect.action(words.providers.google.one));
          await connect.waitFor();
          await assertSpeaks(page, language, `${language}-connect`);
          await connect.click();
          await answerConsent(page, { account: ADA });
          await page.getByText(words.late.returned.connected(words.providers.google.name, ADA)).waitFor();
          await page.getByText(words.integration.deadlines(1, "1")).waitFor();
          await assertSpeaks(page, language, `${language}-connected`);

          await openEverything(page, words);
          await assertSpeaks(page, language, `${language}-everything`);
          await page.setViewportSize({ width: 320, height: 900 });
          await assertSpeaks(page, language, `${language}-everything-320`);
          for (const tab of TABS) {
            await page.getByRole("tab", { name: words.tabs[tab], exact: true }).click();
            await page.getByRole("heading", { name: words.tabs[tab], exact: true }).waitFor();
            if (tab === "webhooks") await button(page, words.late.webhooks.add).click();
            if (tab === "api_keys") await button(page, words.late.keys.add).click();
            await page.waitForLoadState("networkidle");
            await assertSpeaks(page, language, `${language}-${tab}-320`);
          }

          await page.getByRole("tab", { name: words.tabs.calendar }).click();
          await button(page, words.integration.disconnect).click();
          const dialog = page.getByRole("alertdialog", { name: words.late.disconnect.heading(ADA) });
          await dialog.getByRole("radio", { name: words.late.disconnect.remove }).check();
          await assertSpeaks(page, language, `${language}-disconnect-320`);
          // It goes on once the page has seen it under way: else it says nothing of its end.
          const { emulator, paths, refusals } = scene.provider;
          emulator.faults.set([
            { ...refusals.rate_limit, retry_after: "1", match: { method: "DELETE", path: paths.events } },
          ]);
          await dialog.getByRole("button", { name: words.late.disconnect.action, exact: true }).click();
          await page.getByText(words.states.disconnecting.label, { exact: true }).first().waitFor();
          emulator.faults.clear();
          await page.getByRole("listitem").getByText(words.disconnect.done_remove(ADA)).waitFor();
          await assertSpeaks(page, language, `${language}-disconnected-320`);
        });
      });

      await t.step(`${language}: a user sees a problem, and what happened meanwhile`, async () => {
        const user = await scene.newUser();
        await CASES.find(({ name }) => name === "has_problems")?.arrange(scene, user);
        for (const look of LOOKS) {
          const name = `${language}-problem-${look.width}`;
          await browser.visit(name, look, async ({ page }) => {
            await openIn(page, language);
            await scene.signIn(page, user);
            await page.getByText(words.states.has_problems.words(1)).waitFor();
            await page.getByText(words.late.problems.reason_rejected(words.providers.google.company))
              .waitFor();
            await page.getByText(words.activity.heading, { exact: true }).click();
            await page.getByText(words.late.activity.bulk.created("12")).waitFor();
            await assertSpeaks(page, language, name);
            if (look.width !== 320) return;
            await button(page, words.integration.disconnect).click();
            await page.getByRole("alertdialog").getByRole("button", {
              name: words.late.disconnect.action,
              exact: true,
            }).click();
            await page.getByText(words.disconnect.done_keep(ADA)).first().waitFor();
            await assertSpeaks(page, language, `${language}-kept`);
          });
        }
      });
    }

    await t.step("the language that a host gives goes before that of its document", async () => {
      await browser.visit("language-given", {}, async ({ page }) => {
        await openIn(page, "de");
        await serveWith(page, { locale: "fr-CA" });
        await scene.signIn(page, await scene.newUser());
        assert.equal(await page.evaluate("document.documentElement.lang"), "fr-CA");
        await page.getByRole("button", { name: (await loadPage("fr")).sign_out, exact: true }).waitFor();
        const { heading } = await loadTranslation("fr");
        await page.locator('.ec-settings[lang="fr-CA"]').getByRole("heading", { name: heading, exact: true })
          .waitFor();
        await assertNoEnglish(page, "fr", "the language that is given");
      });
    });

    for (const [language, locale] of [["de", "de-AT"], ["fr", "fr"]] as const) {
      await t.step(`a reader of ${locale} signs in to the page in their language`, async () => {
        const name = `sign-in-${locale}`;
        await browser.visit(name, {}, async ({ page }) => {
          await page.addInitScript(
            `Object.defineProperty(navigator, "languages", { get: () => ["it-IT", "${locale}"] })`,
          );
          const words = await loadPage(language);
          await page.goto(scene.settingsUrl);
          await page.getByRole("button", { name: words.sign_in, exact: true }).waitFor();
          await page.getByRole("heading", { level: 1, name: words.heading, exact: true }).waitFor();
          assert.equal(await page.evaluate("document.documentElement.lang"), locale);
          await assertAccessible(page, name, { best_practices: true });
          await scene.signIn(page, await scene.newUser());
          await page.getByRole("button", { name: words.sign_out, exact: true }).waitFor();
          const { heading } = await loadTranslation(language);
          await page.locator(`.ec-settings[lang="${locale}"]`).getByRole("heading", {
            name: heading,
            exact: true,
          }).waitFor();
        });
      });
    }

    await t.step("a page that changes its language is followed, and nothing is closed or lost", async () => {
      const user = await scene.newUser();
      await scene.connect(user.api, ADA);
      await browser.visit("language-change", {}, async ({ page }) => {
        await scene.signIn(page, user);
        const english = await loadTranslation("en");
        await page.getByText(english.feeds.open, { exact: true }).click();
        await page.getByText(english.late.feeds.create, { exact: true }).click();
        await page.getByLabel(english.late.feeds.name, { exact: true }).fill("Phone");
        const seen = await page.evaluate(
          "globalThis.seen = []; new MutationObserver(() => seen.push(document.querySelectorAll('.ec-root form').length)).observe(document.body, { childList: true, subtree: true, characterData: true })",
        );
        assert.equal(seen, undefined);
        for (const language of ["de", "fr", "en"] as const) {
          const words = await speak(page, language);
          await page.getByRole("button", { name: words.late.feeds.create_action, exact: true }).waitFor();
          const name = page.getByLabel(words.late.feeds.name, { exact: true });
          assert.equal(await name.inputValue(), "Phone");
          if (language !== "en") await assertNoEnglish(page, language, `changed to ${language}`);
        }
        assert.equal(await page.evaluate("seen.every((forms) => forms > 0)"), true);
        // A variety of a language is that language, and one that nobody translated is English.
        await page.evaluate(`document.documentElement.lang = "de-AT"`);
        await page.locator(`.ec-settings[lang="de-AT"]`).first().waitFor();
        await page.evaluate(`document.documentElement.lang = "it"`);
        await until(async () =>
          (await page.locator(".ec-settings").first().getAttribute("lang")) === "en-GB"
        );
        await page.getByRole("button", { name: english.late.feeds.create_action, exact: true }).waitFor();
      });
    });
  } finally {
    await browser.close();
    await scene.close();
  }
});

async function openEverything(page: Page, words: Translation): Promise<void> {
  await page.getByText(words.integration.settings, { exact: true }).click();
  await page.getByText(words.late.content.edits.choices.keep.label, { exact: true }).waitFor();
  await page.getByRole("button", { name: words.feeds.open, exact: true }).click();
  await page.getByRole("button", { name: words.late.feeds.create, exact: true }).click();
  await page.getByText(words.why_not.heading, { exact: true }).click();
  await page.getByRole("button", { name: /^Émission 2027/ }).click();
  await page.getByText(words.late.why_not.answers.synced).waitFor();
  await page.getByText(words.activity.heading, { exact: true }).click();
  await page.getByText(words.late.activity.connections.connected).waitFor();
}
