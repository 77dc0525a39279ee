import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { PASSWORD } from "../../../local/providers/caldav/server.ts";
import { until } from "../../support/calendar-api.ts";
import { beOdd, calDavSubject } from "../../support/subjects/caldav-subject.ts";
import { ADA, GRACE } from "../../support/subjects/subject.ts";
import { assertAccessible } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { openSettingsScene } from "../support/settings-scene.ts";

Deno.test({
  name: "a user connects a calendar with a user name and a password in the Settings page",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const { sql, stack } = scene;
  const browser = await openBrowser();
  const subject = calDavSubject(stack.caldav);
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`password-${title}`, {}, test));
  const dialog = (page: Page) => page.getByRole("dialog");
  const open = async (page: Page, button: string) => {
    await scene.signIn(page, await scene.newUser());
    await page.getByRole("button", { name: button, exact: true }).click();
    await dialog(page).waitFor();
  };
  const type = async (
    page: Page,
    account: { readonly username?: string; readonly password?: string } = {},
  ) => {
    await dialog(page).getByLabel("Address of the server").fill(stack.caldavUrl);
    await dialog(page).getByLabel("User name").fill(account.username ?? ADA);
    await dialog(page).getByLabel("Password", { exact: true }).fill(account.password ?? PASSWORD);
    await dialog(page).getByRole("button", { name: "Connect", exact: true }).click();
  };
  const refused = (page: Page, words: RegExp) =>
    dialog(page).getByRole("alert").filter({ hasText: words }).waitFor();

  try {
    await step("connects, and the deadlines are in the calendar", async ({ page }) => {
      const user = await scene.newUser();
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Typed', current_date + 3)`;
      await scene.signIn(page, user);
      await page.getByRole("button", { name: "Connect another calendar (CalDAV)", exact: true }).click();
      await dialog(page).getByText("opens your whole account").waitFor();
      await assertAccessible(page, "the dialog");
      await type(page);
      await dialog(page).waitFor({ state: "detached" });
      await page.getByText(`Your CalDAV calendar is connected as ${ADA}.`, { exact: true }).first().waitFor();
      await page.getByRole("article", { name: ADA }).waitFor();
      const [integration] = await user.api.status();
      await until(() =>
        Promise.resolve(subject.events(integration?.calendar_id ?? "").some(({ title }) => title === "Typed"))
      );
    });

    await step("Apple's server is chosen already, with the help that it needs", async ({ page }) => {
      await open(page, "Connect Apple Calendar");
      await page.getByText("You need:").first().waitFor({ state: "attached" });
      await page.getByRole("dialog", { name: "Connect Apple Calendar", exact: true }).waitFor();
      assert.equal(await dialog(page).getByLabel("Service").inputValue(), "Apple iCloud");
      assert.equal(await dialog(page).getByLabel("Address of the server").count(), 0);
      const help = dialog(page).getByRole("link", { name: "How to make one" });
      assert.match(await help.getAttribute("href") ?? "", /^https:\/\/support\.apple\.com\//);
    });

    await step("an account at Apple's is on Apple's card, and any other one beside it", async ({ page }) => {
      const user = await scene.newUser();
      const { id } = await user.api.connectWithPassword({
        server_url: stack.caldavUrl,
        username: ADA,
        password: PASSWORD,
      });
      await sql`update public.calendar_integrations set sync_enabled = false where id = ${id}`;
      await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'At Apple''s', current_date + 3)`;
      await scene.signIn(page, user);
      const on = (card: string) =>
        page.getByRole("region", { name: card }).getByRole("article", { name: ADA });
      await on("Other calendars (CalDAV)").waitFor();
      await page.getByRole("button", { name: "Connect Apple Calendar", exact: true }).waitFor();
      await sql`update public.calendar_integrations set server = 'https://p42-caldav.icloud.com' where id = ${id}`;
      await page.reload();
      await on("Apple Calendar").waitFor();
      await page.getByRole("heading", { name: "Why is this not in my calendar?" }).click();
      await page.getByRole("button", { name: /^At Apple's/ }).click();
      await page.getByText(`Apple Calendar, ${ADA}`, { exact: true }).waitFor();
      await page.getByRole("button", { name: "Connect another account, Apple Calendar" }).click();
      assert.equal(await dialog(page).getByLabel("Service").inputValue(), "Apple iCloud");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Connect another calendar (CalDAV)", exact: true }).click();
      await dialog(page).getByLabel("Address of the server").waitFor();
    });

    await step("services that do not load are asked for again, or left", async ({ page, allow }) => {
      allow(/status of 503/);
      const user = await scene.newUser();
      await scene.signIn(page, user);
      const button = page.getByRole("button", { name: "Connect another calendar (CalDAV)", exact: true });
      await button.waitFor();
      const fail = () =>
        page.route("**/calendar/providers", (route) =>
          route.fulfill({
            status: 503,
            headers: { "x-request-id": "00000000-0000-4000-8000-00000000000a" },
            json: { code: "internal" },
          }));
      await fail();
      await button.click();
      await refused(page, /did not work.*Reference: 00000000-0000-4000-8000-00000000000a/);
      await assertAccessible(page, "services that did not load");
      await dialog(page).getByRole("button", { name: "Cancel", exact: true }).click();
      await dialog(page).waitFor({ state: "detached" });
      await button.click();
      await refused(page, /did not work/);
      await page.unroute("**/calendar/providers");
      await dialog(page).getByRole("button", { name: "Try again", exact: true }).click();
      await dialog(page).getByLabel("Service").waitFor();
    });

    await step("each refusal has its own words, and what was typed stays", async ({ page, allow }) => {
      allow(/4(00|22) \(/);
      await open(page, "Connect another calendar (CalDAV)");
      await type(page, { password: "wrong-password" });
      await refused(page, /does not accept this user name and password/);
      assert.equal(await dialog(page).getByLabel("User name").inputValue(), ADA);
      await dialog(page).getByLabel("Address of the server").fill("dav.elsewhere.example");
      await dialog(page).getByRole("button", { name: "Connect", exact: true }).click();
      await refused(page, /cannot be connected here/);
      await type(page, { username: "ada:example" });
      await refused(page, /no colon/);
      await dialog(page).getByLabel("Password", { exact: true }).fill("");
      await dialog(page).getByRole("button", { name: "Connect", exact: true }).click();
      await refused(page, /Fill in every field/);
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "detached" });
    });

    await step("where the server makes no calendar, one is chosen", async ({ page, allow }) => {
      allow(/409 \(/);
      beOdd(stack.caldav, { mkcalendar: "refused" });
      await open(page, "Connect another calendar (CalDAV)");
      await type(page, { username: GRACE });
      await refused(page, /does not create calendars for us/);
      const calendar = dialog(page).getByRole("combobox", { name: "Calendar" });
      await calendar.waitFor();
      await dialog(page).getByLabel("User name").fill(ADA);
      assert.equal(await calendar.count(), 0, "calendars of another user");
      await type(page, { username: GRACE });
      await calendar.selectOption({ label: "Personal" });
      await dialog(page).getByRole("button", { name: "Connect", exact: true }).click();
      await page.getByRole("article", { name: GRACE }).waitFor();
      beOdd(stack.caldav);
    });

    await step(
      "a calendar that the server does not make again is replaced by another",
      async ({ page, allow }) => {
        allow(/409 \(/);
        const user = await scene.newUser();
        const { calendar_id } = await user.api.connectWithPassword({
          server_url: stack.caldavUrl,
          username: ADA,
          password: PASSWORD,
        });
        beOdd(stack.caldav, { mkcalendar: "refused" });
        subject.user.deleteCalendar(ADA, calendar_id ?? "");
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, 'Homeless', current_date + 3)`;
        await scene.signIn(page, user);
        const card = page.getByRole("article", { name: ADA });
        await card.getByRole("button", { name: "Make it again" }).click();
        await page.getByText("This server does not create calendars for us. Choose one of yours.").first()
          .waitFor();
        await dialog(page).getByRole("radio", { name: "Personal" }).click();
        assert.equal(await dialog(page).getByRole("radio", { name: "A calendar of its own" }).count(), 0);
        await assertAccessible(page, "no calendar of our own");
        await dialog(page).getByRole("button", { name: "Cancel" }).click();
        assert.equal(await card.getByRole("button", { name: "Make it again" }).count(), 0);
        await card.getByRole("button", { name: "Choose another calendar" }).click();
        await dialog(page).getByRole("radio", { name: "Personal" }).click();
        await dialog(page).getByRole("button", { name: "Use this calendar" }).click();
        await until(() =>
          Promise.resolve(
            subject.calendars(ADA).some(({ id }) =>
              subject.events(id).some(({ title }) => title === "Homeless")
            ),
          )
        );
        beOdd(stack.caldav);
      },
    );
  } finally {
    await browser.close();
    await scene.close();
  }
});
