import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertAccessible } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { assertNoEnglish, speak } from "../support/languages.ts";
import { layoutShift } from "../support/measure.ts";
import { screenshot } from "../support/screenshot.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { CASES, type StateCase } from "./cases.ts";

const LOOKS = [{ width: 1280, color_scheme: "light" }, { width: 320, color_scheme: "dark" }] as const;
/** Below what a person notices; a scroll bar that appears moves by less. */
const SHIFT_MAX = 0.001;
const PROVIDERS = { google: "Google Calendar", outlook: "Outlook Calendar" } as const;

Deno.test(
  { name: "every state has its words and its action", sanitizeOps: false, sanitizeResources: false },
  async (t) => {
    const scene = await openSettingsScene();
    const browser = await openBrowser();
    try {
      for (const [index, state] of CASES.entries()) {
        await t.step(state.name, async () => {
          const user = await scene.newUser();
          await state.arrange(scene, user);
          for (const look of LOOKS) {
            const number = String(index + 1).padStart(2, "0");
            const name = `state-${number}-${state.name}-${look.width}-${look.color_scheme}`;
            await browser.visit(name, look, async ({ page }) => {
              await scene.signIn(page, user);
              await assertShown(page, state);
              await assertAccessible(page, name, { best_practices: true });
              assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
              const shift = await layoutShift(page);
              assert.ok(shift <= SHIFT_MAX, `it jumped by ${shift}`);
              await screenshot(page, name);
              if (look.width === 320) await assertTranslated(page, state.name);
            });
          }
        });
      }
    } finally {
      await browser.close();
      await scene.close();
    }
  },
);

/** A state is told in every language, without a reload. */
async function assertTranslated(page: Page, name: string): Promise<void> {
  for (const language of ["de", "fr"] as const) {
    await speak(page, language);
    await assertNoEnglish(page, language, `${name} in ${language}`);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, language);
    await screenshot(page, `state-${name}-${language}`);
  }
}

async function assertShown(
  page: Page,
  { provider, label, words, action, also = [] }: StateCase,
): Promise<void> {
  const section = page.getByRole("region", { name: PROVIDERS[provider] });
  if (label !== "") await section.getByText(label, { exact: true }).waitFor();
  if (words !== null) await section.getByText(words).waitFor();
  if (action !== null) await section.getByRole("button", { name: action, exact: true }).waitFor();
  for (const text of also) await page.getByText(text).first().waitFor();
  // The words of the API are for programs: the page has its own.
  assert.equal(await page.getByText("In the server's words.").count(), 0);
}
