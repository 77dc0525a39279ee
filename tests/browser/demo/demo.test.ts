import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { PATIENCE_MS, until } from "../../support/calendar-api.ts";
import { openScene } from "../../support/scene.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { assertAccessible } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { answerConsent } from "../support/consent.ts";
import { screenshot } from "../support/screenshot.ts";
import { tabTo } from "../tabs/tab-scene.ts";

const CALENDAR = "iframe[title='Google Calendar, emulated']";

const LOOKS = [
  { width: 320, color_scheme: "dark" },
  { width: 390, color_scheme: "light", touch: true },
  { width: 900, color_scheme: "light" },
  { width: 1280, color_scheme: "light", forced_colors: true },
  { width: 1440, color_scheme: "light" },
  { width: 1440, color_scheme: "dark" },
] as const;

Deno.test({
  name: "the demo shows deadlines and the calendar beside them",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google", {}, { page: true, demo: true });
  const browser = await openBrowser();
  const { sql, stack } = scene;
  const [ada, grace] = stack.users;
  assert.ok(ada && grace);
  const rowOf = (page: Page, title: string) => page.getByRole("listitem").filter({ hasText: title });
  const eventOf = (page: Page, title: string) =>
    page.frameLocator(CALENDAR).locator("#agenda button").filter({ hasText: title }).first();
  const said = (page: Page, words: string) => page.getByRole("status").getByText(words).waitFor();
  const signIn = (page: Page, email: string) =>
    page.getByRole("button", { name: `Sign in as ${email}` }).click();
  const rowsOf = (user_id: string, title: string) =>
    sql<{ status: string; deadline_date: string | null; time_zone: string | null; url: string }[]>`
      select status, deadline_date::text, time_zone, url from public.obligations
      where user_id = ${user_id} and title = ${title}`;
  const add = async (page: Page, title: string) => {
    const form = page.getByRole("form", { name: "New obligation" });
    await form.getByLabel("Title").fill(title);
    await form.getByRole("button", { name: "Add", exact: true }).click();
    await said(page, `${title} is added.`);
  };
  const step = (name: string, test: Parameters<typeof browser.visit>[2], viewer = {}) =>
    t.step(name, () => browser.visit(`demo-${name}`, viewer, test));
  try {
    await sql`
      insert into public.obligations (user_id, title, deadline_date, obligation_type, url) values
        (${ada.id}, 'Air emissions report', current_date + 4, 'report', 'https://app.example/air'),
        (${grace.id}, 'Of the other user', current_date + 4, null, null)`;

    await step(
      "a newcomer is told where to start, and comes back to the connected calendar",
      async ({ page }) => {
        await page.goto(stack.demoUrl);
        await signIn(page, ada.email);
        const start = page.getByText("Start here:");
        await start.waitFor();
        await page.getByRole("button", { name: "Connect Google Calendar", exact: true }).click();
        await answerConsent(page, { account: ADA });
        await eventOf(page, "Air emissions report").waitFor();
        assert.equal(page.url(), stack.demoUrl);
        await page.getByText("Live: it changes by itself.").waitFor();
        await start.waitFor({ state: "detached" });
        assert.equal(await page.getByText("Of the other user").count(), 0);
      },
    );

    await step("what is done to an obligation is seen in the calendar, and undone", async ({ page }) => {
      await page.goto(stack.demoUrl);
      await signIn(page, ada.email);
      const undo = page.getByRole("button", { name: "Undo" });
      const seen = page.getByText(/^Seen in the calendar \d+\.\d s later\.$/);
      // Before the calendar is there, nobody knows what it showed before.
      await eventOf(page, "Air emissions report").waitFor();
      await add(page, "Permit");
      await eventOf(page, "Permit").waitFor();
      await seen.waitFor();
      const [made] = await rowsOf(ada.id, "Permit");
      assert.match(made?.url ?? "", new RegExp(`^${stack.demoUrl}#[0-9a-f-]{36}$`));

      const row = rowOf(page, "Permit");
      await row.getByRole("button", { name: "A week later: Permit" }).click();
      await said(page, "Permit is a week later.");
      await seen.waitFor();
      const [later] = await rowsOf(ada.id, "Permit");
      const days = (Date.parse(later?.deadline_date ?? "") - Date.parse(made?.deadline_date ?? "")) /
        86_400_000;
      assert.equal(days, 7);
      await undo.click();
      await until(async () => (await rowsOf(ada.id, "Permit"))[0]?.deadline_date === made?.deadline_date);

      await row.getByRole("checkbox").click();
      await eventOf(page, "✓ Permit").waitFor();
      await undo.click();
      await eventOf(page, "✓ Permit").waitFor({ state: "detached" });

      await row.getByRole("button", { name: "Edit Permit" }).click();
      const dialog = page.getByRole("dialog", { name: "Edit Permit" });
      await dialog.getByLabel("Title").fill("Permit of the north site");
      await dialog.getByLabel("Time, if any").fill("15:30");
      await dialog.getByRole("button", { name: "Save" }).click();
      await eventOf(page, "15:30 Permit of the north site").waitFor();
      assert.equal((await rowsOf(ada.id, "Permit of the north site"))[0]?.time_zone, "Europe/London");

      await rowOf(page, "Permit of the north site").getByRole("button", { name: /^Delete/ }).click();
      await eventOf(page, "Permit of the north site").waitFor({ state: "detached" });
      await seen.waitFor();
      await undo.click();
      await eventOf(page, "Permit of the north site").waitFor();
    });

    await step("200 at once arrive, and are taken back at once", async ({ page }) => {
      await page.goto(stack.demoUrl);
      await signIn(page, ada.email);
      await page.getByRole("button", { name: "Add 200 at once" }).click();
      await said(page, "200 obligations are added.");
      const legend = page.frameLocator(CALENDAR).locator("#legend");
      await legend.getByText("(202)").waitFor({ timeout: PATIENCE_MS });
      await page.getByRole("button", { name: "Show all 202" }).click();
      await page.getByRole("button", { name: "Undo" }).click();
      await legend.getByText("(2)").waitFor({ timeout: PATIENCE_MS });
    });

    await step("what SQL writes is seen without a reload", async ({ page }) => {
      await page.goto(stack.demoUrl);
      await signIn(page, ada.email);
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${ada.id}, 'By SQL', current_date + 5)`;
      await rowOf(page, "By SQL").waitFor();
      await sql`
        update public.obligations set deadline_date = null, deadline_at = '2031-01-05T13:30:00Z', time_zone = 'Europe/Paris'
        where user_id = ${ada.id} and title = 'By SQL'`;
      await rowOf(page, "By SQL").getByText(/5 Jan 2031, 13:30 \(14:30 in Europe\/Paris\)/).waitFor();
    });

    await step("users see their own, also one after the other in one tab", async ({ page, allow }) => {
      // What the settings were about to ask for when the session ended.
      allow(/401/);
      await page.goto(stack.demoUrl);
      await signIn(page, grace.email);
      await rowOf(page, "Of the other user").waitFor();
      assert.equal(await page.getByText("Air emissions report").count(), 0);
      await page.getByRole("button", { name: "Sign out" }).click();
      await signIn(page, ada.email);
      await rowOf(page, "Air emissions report").waitFor();
      assert.equal(await page.getByText("Of the other user").count(), 0);
    });

    await step("the settings speak the language that is chosen", async ({ page }) => {
      await page.goto(stack.demoUrl);
      await signIn(page, ada.email);
      const language = page.getByLabel("Language of the settings");
      for (const [name, heading] of [["Deutsch", "Kalender"], ["Français", "Calendrier"]] as const) {
        await language.selectOption(name);
        await page.getByRole("heading", { name: heading, exact: true }).waitFor();
        await assertAccessible(page, `the demo in ${name}`, { best_practices: true });
      }
      await page.getByRole("heading", { name: "Obligations", exact: true }).waitFor();
    });

    await step("a session of a platform that ran before leads to the sign-in", async ({ page, allow }) => {
      allow(/401|403/);
      await page.goto(stack.demoUrl);
      await signIn(page, ada.email);
      await rowOf(page, "Air emissions report").waitFor();
      await page.evaluate(`{
        const key = Object.keys(localStorage).find((name) => name.endsWith("-auth-token"));
        const kept = JSON.parse(localStorage.getItem(key));
        kept.access_token = kept.access_token.replace(/[^.]+$/, "x".repeat(86));
        localStorage.setItem(key, JSON.stringify(kept));
      }`);
      await page.reload();
      await page.getByRole("button", { name: `Sign in as ${ada.email}` }).waitFor();
    });

    await step("the calendars that were connected last are shown, of that account", async ({ page }) => {
      await page.goto(stack.demoUrl);
      await signIn(page, grace.email);
      await page.getByRole("button", { name: "Connect Outlook Calendar", exact: true }).click();
      await answerConsent(page, { account: GRACE });
      const frame = page.frameLocator("iframe[title='Outlook Calendar, emulated']");
      await frame.locator("#agenda button").filter({ hasText: "Of the other user" }).waitFor();
      assert.equal(await frame.getByLabel("Account").inputValue(), GRACE);
      await page.getByRole("button", { name: "Google Calendar", exact: true }).click();
      await page.getByText("Nothing is connected here yet.").waitFor();
    });

    await step("with the keyboard alone: signed in, added, deleted, undone", async ({ page }) => {
      await page.goto(stack.demoUrl);
      await tabTo(page, "button", new RegExp(`Sign in as ${GRACE}`));
      await page.keyboard.press("Enter");
      await rowOf(page, "Of the other user").waitFor();
      await tabTo(page, "textbox", /Title/);
      await page.keyboard.type("Typed");
      await page.keyboard.press("Enter");
      await said(page, "Typed is added.");
      await tabTo(page, "button", /Delete Typed/);
      await page.keyboard.press("Enter");
      await said(page, "Typed is deleted.");
      await until(() => page.getByRole("button", { name: "Undo" }).and(page.locator(":focus")).count());
      await page.keyboard.press("Enter");
      await rowOf(page, "Typed").waitFor();
    });

    for (const look of LOOKS) {
      const name = `demo-${look.color_scheme}-${look.width}`;
      await step(
        `${look.width} pixels wide, ${look.color_scheme}: accessible, and fits`,
        async ({ page }) => {
          await page.goto(stack.demoUrl);
          await page.getByRole("button", { name: `Sign in as ${ada.email}` }).waitFor();
          await assertAccessible(page, `${name}, signed out`, { best_practices: true });
          await screenshot(page, `${name}-signed-out`);
          await signIn(page, ada.email);
          await eventOf(page, "Air emissions report").waitFor();
          await page.getByRole("article", { name: ADA }).waitFor();
          await assertAccessible(page, name, { best_practices: true });
          assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, name);
          await screenshot(page, name);
          await rowOf(page, "Air emissions report").getByRole("button", { name: /^Edit/ }).click();
          await assertAccessible(page, `${name}, with its form`, { best_practices: true });
          await screenshot(page, `${name}-form`);
        },
        look,
      );
    }
  } finally {
    await browser.close();
    await scene.close();
  }
});
