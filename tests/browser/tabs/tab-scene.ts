import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { User } from "../../support/calendar-api.ts";
import { assertAccessible } from "../support/axe.ts";
import { screenshot } from "../support/screenshot.ts";
import type { SettingsScene } from "../support/settings-scene.ts";

const API = "**/functions/v1/calendar";
/** More than there is in any tab. */
const STEPS_MAX = 120;

/** Signs in and opens a tab. */
export async function openTab(
  scene: SettingsScene,
  page: Page,
  user: Pick<User, "email" | "password">,
  tab: string,
): Promise<void> {
  await scene.signIn(page, user);
  await page.getByRole("tab", { name: tab }).click();
}

/** Makes calls of one path of the Calendar API fail. @returns ends that */
export async function failCalls(page: Page, path: string): Promise<() => Promise<void>> {
  const url = `${API}${path}`;
  await page.route(url, (route) =>
    route.fulfill({
      status: 500,
      headers: {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "x-request-id",
        "x-request-id": "request-of-a-test",
      },
      json: { code: "internal", message: "For programs." },
    }));
  return () => page.unroute(url);
}

/** Keeps calls of one path waiting. @returns lets them go on */
export async function holdCalls(page: Page, path: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route(`${API}${path}`, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

/** Answers calls of one path with what no test can bring about. */
export async function answerCalls(page: Page, path: string, json: unknown): Promise<void> {
  await page.route(
    `${API}${path}`,
    (route) => route.fulfill({ headers: { "access-control-allow-origin": "*" }, json }),
  );
}

/** Presses Tab until this control has the focus, which has to be seen on every step of the way. */
export async function tabTo(page: Page, role: "button" | "combobox" | "checkbox" | "textbox", name: RegExp) {
  const wanted = page.getByRole(role, { name }).first();
  for (let step = 0; step < STEPS_MAX; step++) {
    if (await wanted.and(page.locator(":focus")).count() === 1) return;
    await page.keyboard.press("Tab");
    const unseen = await page.evaluate(`(() => {
      const { activeElement } = document;
      if (activeElement === document.body) return "";
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
      return outlineStyle === "none" || outlineWidth === "0px" ? activeElement.outerHTML.slice(0, 200) : "";
    })()`);
    assert.equal(unseen, "", "it is not seen where the keyboard is");
  }
  assert.fail(`${role} ${name} is not reached by ${STEPS_MAX} presses of Tab`);
}

/** What the page shows is accessible, and no wider than the screen. */
export async function assertFits(page: Page, name: string): Promise<void> {
  await assertAccessible(page, name, { best_practices: true });
  assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, name);
  await screenshot(page, name);
}

/** The sizes and colours in which every tab has to fit. */
export const LOOKS = [
  { width: 1280, color_scheme: "light" },
  { width: 320, color_scheme: "dark" },
] as const;
