import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { until } from "../../../support/calendar-api.ts";
import { type Behaviour, cardOf, isFocused, toastOf } from "../living-scene.ts";

/** More than there is on the page. */
const STEPS_MAX = 60;

/** As long as a finger takes; Radix selects while an arrow key is down, a task after it was pressed. */
const KEY_DOWN_MS = 100;

export const KEYBOARD: Behaviour = {
  name: "everything is done without a mouse, and it is always seen where the keyboard is",
  async run(scene) {
    const resident = await scene.resident(["Audit"], { access: "existing" });
    await scene.browser.visit("living-keyboard", {}, async ({ page }) => {
      await page.goto(scene.settingsUrl);
      for (const [label, text] of [["Email", resident.email], ["Password", resident.password]] as const) {
        await tabTo(page, page.getByLabel(label, { exact: true }));
        await page.keyboard.press("ControlOrMeta+a");
        await page.keyboard.type(text);
      }
      await page.keyboard.press("Enter");
      const card = cardOf(page, resident.account);
      await card.waitFor();

      const change = card.getByRole("button", { name: "Change calendar" });
      await tabTo(page, change);
      await page.keyboard.press("Enter");
      const picker = page.getByRole("dialog", { name: "Choose a calendar" });
      await picker.getByRole("radio", { name: /Main calendar/ }).waitFor();
      await tabTo(page, picker.getByRole("radio", { name: /^A calendar of its own/ }));
      await page.keyboard.press("ArrowDown", { delay: KEY_DOWN_MS });
      const main = picker.getByRole("radio", { name: /Main calendar/ });
      await until(() => main.isChecked());
      await assertSeen(page);
      await page.keyboard.press("Escape");
      await picker.waitFor({ state: "detached" });
      await until(() => isFocused(change));

      await page.keyboard.press("Space");
      await main.waitFor();
      await tabTo(page, picker.getByRole("radio", { name: /^A calendar of its own/ }));
      await page.keyboard.press("ArrowDown", { delay: KEY_DOWN_MS });
      await until(() => main.isChecked());
      await tabTo(page, picker.getByRole("button", { name: "Use this calendar" }));
      await page.keyboard.press("Enter");
      await picker.waitFor({ state: "detached" });
      await until(() => isFocused(change));

      const toast = toastOf(page, "Your deadlines move to");
      await toast.waitFor();
      await page.keyboard.press("F8");
      await assertSeen(page);
      await tabTo(page, toast.getByRole("button", { name: "Undo" }));
      await page.keyboard.press("Enter");
      await card.getByText("Compliance deadlines", { exact: true }).waitFor();

      const leave = card.getByRole("button", { name: "Disconnect…" });
      await tabTo(page, leave);
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("alertdialog");
      await dialog.waitFor();
      await tabTo(page, dialog.getByRole("radio", { name: /^Keep the events/ }));
      await page.keyboard.press("ArrowDown", { delay: KEY_DOWN_MS });
      await until(() => dialog.getByRole("radio", { name: /^Remove the events/ }).isChecked());
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await until(() => isFocused(leave));

      await tabTo(page, card.locator("summary"));
      await page.keyboard.press("Enter");
      await card.getByRole("textbox", { name: "Title" }).waitFor();
      await tabTo(page, card.getByRole("switch", { name: "Keep this calendar up to date" }));
      await page.keyboard.press("Space");
      const on = card.getByRole("button", { name: "Switch on" });
      await on.waitFor();
      await tabTo(page, on);
      await page.keyboard.press("Enter");
      await on.waitFor({ state: "detached" });
      await until(() => isFocused(card));

      const title = card.getByRole("textbox", { name: "Title" });
      await tabTo(page, title);
      await page.keyboard.press("End");
      await page.keyboard.type(" (mine)");
      await page.keyboard.press("Enter");
      await toastOf(page, "Titles are being changed.").waitFor();
      assert.ok(await isFocused(title));

      const remove = card.getByRole("button", { name: /^Remove the reminder/ }).first();
      await tabTo(page, remove);
      await page.keyboard.press("Enter");
      await until(() => isFocused(card.getByRole("group", { name: "Reminders" })));

      const reapply = card.getByRole("button", { name: "Apply to existing events…" });
      await tabTo(page, reapply);
      await page.keyboard.press("Enter");
      await page.getByRole("alertdialog").waitFor();
      await page.keyboard.press("Escape");
      await until(() => isFocused(reapply));
      await tabTo(page, card.getByRole("radio", { name: "Put it back" }));
      await page.keyboard.press("ArrowDown", { delay: KEY_DOWN_MS });
      await toastOf(page, "Moved deadlines stay where you put them.").waitFor();

      const activity = page.getByRole("region", { name: "Recent activity" });
      await tabTo(page, activity.locator("summary"));
      await page.keyboard.press("Enter");
      await activity.getByText(/Audit was added/).first().waitFor();
    });
  },
};

/** Presses Tab until an element has the focus; on the way there every one that has it shows so. */
async function tabTo(page: Page, element: Locator): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step++) {
    if (await isFocused(element)) return;
    await page.keyboard.press("Tab");
    await assertSeen(page);
  }
  assert.fail(`${element} is not reached by ${STEPS_MAX} presses of Tab`);
}

async function assertSeen(page: Page): Promise<void> {
  const seen = await page.evaluate(`(() => {
    const { activeElement } = document;
    if (activeElement === document.body) return "";
    const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
    return outlineStyle === "none" || outlineWidth === "0px" ? activeElement.outerHTML.slice(0, 200) : "";
  })()`);
  assert.equal(seen, "", "it is not seen where the keyboard is");
}
