import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { z } from "zod";
import { type CalendarApi, until, type User } from "../../support/calendar-api.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { cardOf, isFocused, toastOf } from "../living/living-scene.ts";
import { openBrowser } from "../support/browser.ts";
import { layoutShift } from "../support/measure.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { assertFits, failCalls, LOOKS, tabTo } from "./tab-scene.ts";

const Notices = z.object({ unread: z.int() });
const ADDED = `Google (${ADA}) was connected to your account.`;
const LOST = `The connection to Google (${ADA}) is lost.`;

Deno.test({
  name: "notices above the calendars: what happened, what to do, until it is over or dismissed",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`notices-${title}`, {}, test));
  const unread = async (api: CalendarApi) =>
    Notices.parse(await (await api.request("GET", "/notices")).json()).unread;
  const connected = async () => {
    const user = await scene.newUser();
    await scene.connect(user.api, ADA);
    return user;
  };
  const lose = async ({ id }: Pick<User, "id">) => {
    await scene.sql`
      update public.calendar_integrations
      set status = 'disconnected', last_error = '{"code": "invalid_grant", "message": "For programs."}'
      where user_id = ${id}`;
  };
  const noticeOf = (page: Page, words: string) =>
    page.getByRole("region", { name: "Notices" }).getByRole("listitem").filter({ hasText: words });
  const badge = (page: Page) => page.getByRole("tab", { name: /^Calendar/ });
  try {
    await step("who has none sees nothing of them", async ({ page }) => {
      await scene.signIn(page, await scene.newUser());
      await page.getByRole("button", { name: "Connect Google Calendar" }).waitFor();
      assert.equal(await badge(page).innerText(), "Calendar");
      assert.equal(await page.getByRole("region", { name: "Notices" }).getByRole("listitem").count(), 0);
      const region = await page.getByRole("region", { name: "Notices" }).boundingBox();
      assert.ok(region === null || region.height <= 1, JSON.stringify(region));
    });

    await step("one is dismissed, everywhere, and comes back with Undo", async ({ page, newTab }) => {
      const user = await connected();
      await scene.signIn(page, user);
      const added = noticeOf(page, ADDED);
      await added.waitFor();
      await page.getByRole("tab", { name: "Calendar one notice" }).waitFor();
      const second = await newTab();
      await second.goto(scene.settingsUrl);
      await noticeOf(second, ADDED).waitFor();
      await page.bringToFront();
      await added.getByRole("button", { name: /^Dismiss/ }).click();
      await added.waitFor({ state: "detached" });
      assert.equal(await badge(page).innerText(), "Calendar");
      await until(async () => await unread(user.api) === 0);
      await noticeOf(second, ADDED).waitFor({ state: "detached" });
      await toastOf(page, "Dismissed.").getByRole("button", { name: "Undo" }).click();
      await added.waitFor();
      await until(async () => await unread(user.api) === 1);
      await noticeOf(second, ADDED).waitFor();
    });

    await step("it leads to the calendar that it is about", async ({ page }) => {
      await scene.signIn(page, await connected());
      await noticeOf(page, ADDED).getByRole("button", { name: "Look at it" }).click();
      await until(() => isFocused(cardOf(page, ADA)));
    });

    await step(
      "a lost connection is told while the page is open, and goes once it is back",
      async ({ page }) => {
        const user = await connected();
        await scene.signIn(page, user);
        await noticeOf(page, ADDED).waitFor();
        await lose(user);
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
        const lost = noticeOf(page, LOST);
        await lost.getByText("Urgent:").waitFor();
        await page.getByRole("status").filter({ hasText: LOST }).waitFor({ state: "attached" });
        await page.getByRole("tab", { name: "Calendar 2 notices" }).waitFor();
        // The card is asked for beside the notices.
        await lost.getByRole("button", { name: /^Reconnect/ }).waitFor();
        await assertFits(page, "notices-lost");
        await scene.connect(user.api, ADA);
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
        await lost.waitFor({ state: "detached" });
      },
    );

    await step("a connection is mended from its notice", async ({ page }) => {
      const user = await connected();
      await lose(user);
      await scene.signIn(page, user);
      await noticeOf(page, LOST).getByRole("button", { name: /^Reconnect/ }).click();
      await page.getByRole("button", { name: /Allow/ }).waitFor();
      assert.ok(!page.url().startsWith(scene.settingsUrl));
    });

    await step("a deadline that cannot be shown leads to the problems", async ({ page }) => {
      const user = await connected();
      const [obligation] = await scene.sql<{ id: string }[]>`
        insert into public.obligations (user_id, title, deadline_date)
        values (${user.id}, 'Noise', current_date + 3) returning id`;
      await user.api.untilStatus(({ progress }) => progress.synced === 1);
      await scene.sql`
        select calendar_sync.write_notice(${user.id}, 'deadline_failed', id, ${
        obligation?.id ?? ""
      }, id || ':x')
        from public.calendar_integrations where user_id = ${user.id}`;
      await scene.signIn(page, user);
      const failed = noticeOf(page, "A deadline could not be shown");
      await failed.getByText("Important:").waitFor();
      await failed.getByRole("button", { name: "See why" }).click();
      await until(() => isFocused(page.getByRole("heading", { name: "Problems" })));
    });

    await step("many are shown in part at first", async ({ page }) => {
      const user = await scene.newUser();
      for (let n = 0; n < 7; n++) {
        await scene
          .sql`select calendar_sync.write_notice(${user.id}, 'key_added', null, null, ${`key-${n}`})`;
      }
      await scene.signIn(page, user);
      const all = page.getByRole("region", { name: "Notices" }).getByRole("listitem");
      await page.getByRole("button", { name: "Show 3 more" }).click();
      await until(async () => await all.count() === 7);
      await page.getByRole("tab", { name: "Calendar 7 notices" }).waitFor();
    });

    await step("by keyboard alone, which goes on where the notice was", async ({ page }) => {
      await scene.signIn(page, await connected());
      await noticeOf(page, ADDED).waitFor();
      await badge(page).focus();
      await tabTo(page, "button", /^Dismiss/);
      await page.keyboard.press("Enter");
      await noticeOf(page, ADDED).waitFor({ state: "detached" });
      await until(() => isFocused(page.getByRole("region", { name: "Notices" })));
      await toastOf(page, "Dismissed.").waitFor();
      await page.keyboard.press("F8");
      await tabTo(page, "button", /Undo/);
      await page.keyboard.press("Enter");
      await noticeOf(page, ADDED).waitFor();
    });

    await step(
      "notices that cannot be loaded say so, and the calendars are there",
      async ({ page, allow }) => {
        allow(/status of 500/);
        const mend = await failCalls(page, "/notices");
        await scene.signIn(page, await connected());
        await cardOf(page, ADA).waitFor();
        const region = page.getByRole("region", { name: "Notices" });
        await region.getByText("We couldn't load your notices.").waitFor();
        await assertFits(page, "notices-error");
        await mend();
        await region.getByRole("button", { name: "Try again" }).click();
        await noticeOf(page, ADDED).waitFor();
      },
    );

    await step("a dismissal that fails brings the notice back", async ({ page, allow }) => {
      allow(/status of 500/);
      await scene.signIn(page, await connected());
      await failCalls(page, "/notices/*/dismiss");
      await noticeOf(page, ADDED).getByRole("button", { name: /^Dismiss/ }).click();
      await toastOf(page, "That did not work.").waitFor();
      await noticeOf(page, ADDED).waitFor();
    });

    for (const look of LOOKS) {
      await t.step(
        `${look.width} pixels wide, ${look.color_scheme}: without a jump`,
        () =>
          browser.visit(`notices-${look.width}`, look, async ({ page }) => {
            const user = await connected();
            await lose(user);
            await scene.signIn(page, user);
            await noticeOf(page, LOST).waitFor();
            await cardOf(page, ADA).waitFor();
            await assertFits(page, `notices-${look.width}-${look.color_scheme}`);
            const shift = await layoutShift(page);
            assert.ok(shift <= 0.001, `it jumped by ${shift}`);
          }),
      );
    }
  } finally {
    await browser.close();
    await scene.close();
  }
});
