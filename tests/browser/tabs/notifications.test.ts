import assert from "node:assert/strict";
import { z } from "zod";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { toastOf } from "../living/living-scene.ts";
import { openBrowser } from "../support/browser.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { answerCalls, assertFits, failCalls, holdCalls, LOOKS, openTab, tabTo } from "./tab-scene.ts";

const Notifications = z.object({ kinds: z.record(z.string(), z.string()) });
const LOST = "A calendar that no longer lets us in";
const KEY_ADDED = "An API key that is made for your account";

Deno.test({
  name: "the tab Notifications: what comes by mail, and when",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  const modeOf = async (api: CalendarApi, kind: string) =>
    Notifications.parse(await (await api.request("GET", "/notifications")).json()).kinds[kind];
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`notifications-${title}`, {}, test));
  try {
    await step("a change is saved at once, and can be undone", async ({ page }) => {
      const user = await scene.newUser();
      await openTab(scene, page, user, "Notifications");
      await page.getByText(`Emails go to ${user.email}`).waitFor();
      const lost = page.getByLabel(LOST);
      assert.equal(await lost.inputValue(), "immediately");
      await lost.selectOption({ label: "Never" });
      const toast = toastOf(page, `${LOST}: never.`);
      await toast.waitFor();
      assert.equal(await modeOf(user.api, "connection_lost"), "off");
      await toast.getByRole("button", { name: "Undo" }).click();
      await until(async () => await modeOf(user.api, "connection_lost") === "immediately");
      assert.equal(await lost.inputValue(), "immediately");
    });

    await step("what a stranger would do cannot be switched off, and it says why", async ({ page }) => {
      await openTab(scene, page, await scene.newUser(), "Notifications");
      for (const label of [KEY_ADDED, "A webhook that is added", "A calendar that is connected"]) {
        const choice = page.getByLabel(label);
        await choice.waitFor();
        assert.deepEqual(await choice.locator("option").allTextContents(), ["At once", "Once a day"], label);
        const hint = await choice.getAttribute("aria-describedby");
        assert.match(await page.locator(`[id="${hint}"]`).innerText(), /cannot switch this off/);
      }
    });

    await step("by keyboard alone", async ({ page }) => {
      const user = await scene.newUser();
      await scene.signIn(page, user);
      await page.getByRole("tab", { name: "Calendar" }).focus();
      await page.keyboard.press("ArrowRight");
      // The focus follows in a moment.
      await page.locator('[role="tab"]:focus').filter({ hasText: "Webhooks" }).waitFor();
      await page.keyboard.press("ArrowRight");
      await page.getByLabel(LOST).waitFor();
      await tabTo(page, "combobox", /A calendar that is paused/);
      await page.keyboard.press("ArrowDown");
      await until(async () => await modeOf(user.api, "connection_paused") === "daily");
      assert.equal(new URL(page.url()).hash, "#notifications");
    });

    await step("an address that refuses mail is said", async ({ page }) => {
      const user = await scene.newUser();
      const shown: unknown = await (await user.api.request("GET", "/notifications")).json();
      await answerCalls(page, "/notifications", { ...z.looseObject({}).parse(shown), suppressed: true });
      await openTab(scene, page, user, "Notifications");
      await page.getByText("Emails to this address come back").waitFor();
      await assertFits(page, "notifications-suppressed");
    });

    await step("while it loads it says so", async ({ page }) => {
      const goOn = await holdCalls(page, "/notifications");
      await openTab(scene, page, await scene.newUser(), "Notifications");
      await page.getByRole("tabpanel").getByText("Loading…").waitFor();
      goOn();
      await page.getByLabel(LOST).waitFor();
    });

    await step("what cannot be loaded says so, and is asked for again", async ({ page, allow }) => {
      allow(/status of 500/);
      const mend = await failCalls(page, "/notifications");
      await openTab(scene, page, await scene.newUser(), "Notifications");
      const alert = page.getByRole("alert");
      await alert.getByText("Your notifications could not be loaded.").waitFor();
      await assertFits(page, "notifications-error");
      await mend();
      await alert.getByRole("button", { name: "Try again" }).click();
      await page.getByLabel(LOST).waitFor();
    });

    await step("a change that fails is taken back where it is shown", async ({ page, allow }) => {
      allow(/status of 500/);
      await openTab(scene, page, await scene.newUser(), "Notifications");
      const lost = page.getByLabel(LOST);
      await lost.waitFor();
      await failCalls(page, "/notifications");
      await lost.selectOption({ label: "Once a day" });
      await toastOf(page, "That did not work.").waitFor();
      assert.equal(await lost.inputValue(), "immediately");
    });

    for (const look of LOOKS) {
      await t.step(
        `${look.width} pixels wide, ${look.color_scheme}`,
        () =>
          browser.visit(`notifications-${look.width}`, look, async ({ page }) => {
            await openTab(scene, page, await scene.newUser(), "Notifications");
            await page.getByLabel(LOST).waitFor();
            await assertFits(page, `notifications-${look.width}-${look.color_scheme}`);
          }),
      );
    }
  } finally {
    await browser.close();
    await scene.close();
  }
});
