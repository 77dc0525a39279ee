import assert from "node:assert/strict";
import { z } from "zod";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { isFocused, toastOf } from "../living/living-scene.ts";
import { openBrowser } from "../support/browser.ts";
import { calendarCalls } from "../support/measure.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { assertFits, failCalls, holdCalls, LOOKS, openTab, tabTo } from "./tab-scene.ts";

const Preferences = z.object({ time_zone: z.string().nullable(), all_day_reminder_time: z.string() });

Deno.test({
  name: "the tab General: a time zone and a reminder time for everything",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  const read = async (api: CalendarApi) =>
    Preferences.parse(await (await api.request("GET", "/preferences")).json());
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`general-${title}`, {}, test));
  try {
    await t.step("the time zone is that of the first browser, and another browser's is offered", async () => {
      const user = await scene.newUser();
      await browser.visit("general-first", { time_zone: "Asia/Tokyo" }, async ({ page }) => {
        await openTab(scene, page, user, "General");
        assert.equal(await page.getByLabel("Time zone").inputValue(), "Asia/Tokyo");
        await until(async () => (await read(user.api)).time_zone === "Asia/Tokyo");
        assert.equal(await page.getByRole("button", { name: /time zone of this browser/ }).count(), 0);
      });
      await browser.visit("general-second", { time_zone: "Europe/Paris" }, async ({ page }) => {
        await openTab(scene, page, user, "General");
        assert.equal(await page.getByLabel("Time zone").inputValue(), "Asia/Tokyo");
        await page.getByRole("button", { name: "Use Europe/Paris, the time zone of this browser" }).click();
        await toastOf(page, "Times are shown for Europe/Paris.").waitFor();
        assert.equal((await read(user.api)).time_zone, "Europe/Paris");
      });
    });

    await step("times are shown in the chosen time zone", async ({ page }) => {
      const user = await scene.newUser();
      await scene.sql`insert into public.obligations (user_id, title, deadline_at)
        values (${user.id}, 'Far away', '2031-01-31 23:30+00')`;
      await user.api.request("PATCH", "/preferences", { time_zone: "Asia/Tokyo" });
      await scene.connect(user.api, "ada@example.com");
      await scene.signIn(page, user);
      await page.getByRole("heading", { name: "Why is this not in my calendar?" }).click();
      await page.getByText("1 Feb 2031, 08:30").waitFor();
    });

    await step("a change is saved at once, and can be undone", async ({ page }) => {
      const user = await scene.newUser();
      await openTab(scene, page, user, "General");
      await page.getByLabel("Time zone").selectOption("America/New_York");
      const toast = toastOf(page, "Times are shown for America/New York.");
      await toast.waitFor();
      assert.equal((await read(user.api)).time_zone, "America/New_York");
      await toast.getByRole("button", { name: "Undo" }).click();
      await until(async () => (await read(user.api)).time_zone === "Europe/London");
      assert.equal(await page.getByLabel("Time zone").inputValue(), "Europe/London");

      await page.getByLabel("All-day deadlines are due at").fill("07:15");
      await page.getByLabel("Time zone").focus();
      const changed = toastOf(page, "In new calendars, all-day deadlines are due at 07:15.");
      await changed.waitFor();
      assert.equal((await read(user.api)).all_day_reminder_time, "07:15");
      await changed.getByRole("button", { name: "Undo" }).click();
      await until(async () => (await read(user.api)).all_day_reminder_time === "09:00");

      const time = page.getByLabel("All-day deadlines are due at");
      await time.fill("10:45");
      await time.press("Enter");
      await toastOf(page, "In new calendars, all-day deadlines are due at 10:45.").waitFor();
      assert.equal((await read(user.api)).all_day_reminder_time, "10:45");
      assert.ok(await isFocused(time), "the keyboard stays where it is");
    });

    await step("by keyboard alone", async ({ page }) => {
      const user = await scene.newUser();
      await scene.signIn(page, user);
      await page.getByRole("tab", { name: "Calendar" }).focus();
      await page.keyboard.press("ArrowLeft");
      await page.getByRole("heading", { name: "General" }).waitFor();
      await page.getByLabel("Time zone").waitFor();
      await tabTo(page, "combobox", /Time zone/);
      // A list forgets what was typed a second ago, which a busy machine may take for a few letters.
      await until(async () => {
        await page.keyboard.type("Europe/Par");
        return await page.getByLabel("Time zone").inputValue() === "Europe/Paris";
      });
      await page.keyboard.press("Enter");
      await until(async () => (await read(user.api)).time_zone === "Europe/Paris");
      assert.equal(new URL(page.url()).hash, "#general");
    });

    await step("while it loads it says so, and asks once", async ({ page }) => {
      const user = await scene.newUser();
      const goOn = await holdCalls(page, "/preferences");
      const calls = calendarCalls(page);
      await openTab(scene, page, user, "General");
      await page.getByRole("tabpanel").getByText("Loading…").waitFor();
      goOn();
      await page.getByLabel("Time zone").waitFor();
      assert.equal(calls.count("GET /preferences"), 1);
    });

    await step("what cannot be loaded says so, and is asked for again", async ({ page, allow }) => {
      allow(/status of 500/);
      const user = await scene.newUser();
      const mend = await failCalls(page, "/preferences");
      await openTab(scene, page, user, "General");
      const alert = page.getByRole("alert");
      await alert.getByText("Your settings could not be loaded.").waitFor();
      await alert.getByText("Reference: request-of-a-test").waitFor();
      assert.equal(await page.getByText("For programs.").count(), 0);
      await assertFits(page, "general-error");
      await mend();
      await alert.getByRole("button", { name: "Try again" }).click();
      await page.getByLabel("Time zone").waitFor();
    });

    await step("a change that fails is taken back where it is shown", async ({ page, allow }) => {
      allow(/status of 500/);
      const user = await scene.newUser();
      await openTab(scene, page, user, "General");
      await until(async () => (await read(user.api)).time_zone === "Europe/London");
      await failCalls(page, "/preferences");
      await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
      await toastOf(page, "That did not work.").waitFor();
      assert.equal(await page.getByLabel("Time zone").inputValue(), "Europe/London");
    });

    for (const look of LOOKS) {
      await t.step(
        `${look.width} pixels wide, ${look.color_scheme}`,
        () =>
          browser.visit(`general-${look.width}`, look, async ({ page }) => {
            await openTab(scene, page, await scene.newUser(), "General");
            await page.getByLabel("Time zone").waitFor();
            await assertFits(page, `general-${look.width}-${look.color_scheme}`);
          }),
      );
    }
  } finally {
    await browser.close();
    await scene.close();
  }
});
