import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../../support/calendar-api.ts";
import { ADA } from "../../support/subjects/subject.ts";
import { assertAccessible } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { screenshot } from "../support/screenshot.ts";
import { openSettingsScene } from "../support/settings-scene.ts";

const APPLE = "macOS/15.1 (24B83) CalendarAgent/1152";

Deno.test({
  name: "calendar links are made, handed on, renewed and deleted in the Settings page",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`feeds-${title}`, {}, test));
  const newUser = async () => {
    const user = await scene.newUser();
    await scene.sql`
      insert into public.obligations (user_id, title, obligation_type, deadline_date)
      values (${user.id}, 'Air report', 'report', current_date + 3), (${user.id}, 'Renew permit', 'permit', current_date + 5)`;
    return user;
  };
  const open = async (page: Page, user: Awaited<ReturnType<typeof newUser>>) => {
    await scene.signIn(page, user);
    await page.getByRole("button", { name: "Use a calendar link" }).click();
    await page.getByRole("button", { name: "Make a calendar link" }).waitFor();
  };
  const make = async (page: Page, name: string) => {
    await page.getByRole("button", { name: "Make a calendar link" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Make the link" }).click();
    return await page.getByLabel("Secret address").inputValue();
  };
  const read = async (url: string, agent = "curl/8.0") => {
    const response = await fetch(url, { headers: { "user-agent": agent } });
    return { status: response.status, text: await response.text() };
  };

  try {
    await step(
      "a link of one type: its address is shown once, and holds just that",
      async ({ page, context }) => {
        await open(page, await newUser());
        await page.getByText("You have no calendar link yet.").waitFor();
        await page.getByRole("button", { name: "Make a calendar link" }).click();
        await page.getByLabel("Name", { exact: true }).fill("My phone");
        await page.getByLabel("Of these types:").check();
        await page.getByLabel("permit", { exact: true }).uncheck();
        await assertAccessible(page, "new feed", { best_practices: true });
        await screenshot(page, "feeds-form");
        await page.getByRole("button", { name: "Make the link" }).click();
        const url = await page.getByLabel("Secret address").inputValue();
        await assertAccessible(page, "feed address", { best_practices: true });
        await screenshot(page, "feeds-address");

        const { status, text } = await read(url);
        assert.equal(status, 200);
        assert.match(text, /SUMMARY:Air report/);
        assert.doesNotMatch(text, /Renew permit/);

        await context.grantPermissions(["clipboard-read", "clipboard-write"]);
        await page.getByRole("button", { name: "Copy", exact: true }).click();
        await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
        assert.equal(await page.evaluate("navigator.clipboard.readText()"), url);
        const webcal = url.replace("http:", "webcal:");
        const hrefOf = (name: string) => page.getByRole("link", { name }).getAttribute("href");
        assert.equal(await hrefOf("Open in Apple Calendar"), webcal);
        const google = new URL(await hrefOf("Add to Google Calendar") ?? "");
        assert.deepEqual([google.hostname, google.searchParams.get("cid")], ["calendar.google.com", webcal]);
        const outlook = new URL(await hrefOf("Add to Outlook") ?? "");
        assert.deepEqual([outlook.hostname, outlook.searchParams.get("url")], ["outlook.office.com", url]);
        await page.getByRole("img", { name: "QR code of the secret address" }).waitFor();

        await page.getByRole("button", { name: "Done", exact: true }).click();
        assert.equal(await page.getByLabel("Secret address").count(), 0);
        await page.getByText("My phone").waitFor();
      },
    );

    await step("who reads it, and when, is seen", async ({ page }) => {
      const user = await newUser();
      await open(page, user);
      const url = await make(page, "Watched");
      await page.getByText("Not read yet").waitFor();
      assert.equal((await read(url, APPLE)).status, 200);
      await page.reload();
      await page.getByRole("button", { name: "Use a calendar link" }).click();
      await page.getByText(/Last read .* by Apple Calendar/).waitFor();
      assert.equal(await page.getByText(url).count(), 0);
      await screenshot(page, "feeds-list");
    });

    await step("a new address takes the place of the old, after a question", async ({ page }) => {
      await open(page, await newUser());
      const before = await make(page, "Renewed");
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page.getByRole("button", { name: "New address for Renewed" }).click();
      await page.getByRole("alertdialog").waitFor();
      await assertAccessible(page, "rotate", { best_practices: true });
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
      assert.equal((await read(before)).status, 200);
      await page.getByRole("button", { name: "New address for Renewed" }).click();
      await page.getByRole("button", { name: "Make a new address" }).click();
      const after = await page.getByLabel("Secret address").inputValue();
      assert.notEqual(after, before);
      assert.deepEqual([(await read(before)).status, (await read(after)).status], [404, 200]);
    });

    await step("a deleted link is dead", async ({ page }) => {
      await open(page, await newUser());
      const url = await make(page, "Short-lived");
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page.getByRole("button", { name: "Delete Short-lived" }).click();
      await page.getByRole("button", { name: "Delete the link" }).click();
      await page.getByText("You have no calendar link yet.").waitFor();
      assert.equal((await read(url)).status, 404);
    });

    await step("what it shows can be changed, and its address stays", async ({ page }) => {
      await open(page, await newUser());
      const url = await make(page, "Changed");
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page.getByRole("button", { name: "Edit Changed" }).click();
      await page.getByLabel("Of these types:").check();
      await page.getByLabel("report", { exact: true }).uncheck();
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("“Changed” is changed.").first().waitFor();
      await until(async () => !(await read(url)).text.includes("Air report"));
      assert.match((await read(url)).text, /SUMMARY:Renew permit/);
    });

    await step("a reminder at another time is kept, and adding it makes no link yet", async ({ page }) => {
      const user = await newUser();
      await open(page, user);
      await page.getByRole("button", { name: "Make a calendar link" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Reminding");
      const group = page.getByRole("group", { name: "Reminders" });
      const addByHand = async (amount: string, add: () => Promise<void>) => {
        await group.getByRole("combobox", { name: "Add a reminder" }).selectOption({
          label: "Another time…",
        });
        await group.getByRole("textbox", { name: "How long before" }).fill(amount);
        await add();
        await group.getByRole("listitem").filter({ hasText: `${amount} days before` }).waitFor();
      };
      await addByHand("5", () => group.getByRole("button", { name: "Add", exact: true }).click());
      await addByHand("6", () => page.keyboard.press("Enter"));
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Reminding");
      await page.getByRole("button", { name: "Make the link" }).click();
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page.getByRole("button", { name: "Edit Reminding" }).click();
      assert.deepEqual(
        (await group.getByRole("listitem").allInnerTexts()).map((chip) => chip.replace("×", "").trim()),
        ["1 week before", "6 days before", "5 days before", "1 day before"],
      );
    });

    await step("links that are shown stay when they cannot be asked for again", async ({ page, allow }) => {
      allow(/status of 503/);
      await open(page, await newUser());
      await make(page, "Kept");
      await page.getByRole("button", { name: "Done", exact: true }).click();
      await page.getByRole("button", { name: "Edit Kept" }).waitFor();
      await page.evaluate(`globalThis.gone = 0; new MutationObserver(() => {
        if (!document.body.innerText.includes("Kept")) gone++;
      }).observe(document.body, { childList: true, subtree: true })`);
      const askAgain = async (status: number) => {
        const answered = page.waitForResponse((response) =>
          new URL(response.url()).pathname.endsWith("/calendar/feeds") && response.status() === status
        );
        await page.evaluate(`new BroadcastChannel("ecocomply-calendar").postMessage("changed")`);
        await answered;
      };
      await page.route("**/calendar/feeds", (route) => route.fulfill({ status: 503, json: {} }));
      await askAgain(503);
      await page.unroute("**/calendar/feeds");
      await askAgain(200);
      assert.equal(await page.evaluate("gone"), 0);
    });

    await step("a link without a name is not made", async ({ page }) => {
      const user = await newUser();
      await open(page, user);
      await page.getByRole("button", { name: "Make a calendar link" }).click();
      await page.getByRole("button", { name: "Make the link" }).click();
      await page.getByRole("alert").getByText("Give it a name").waitFor();
      assert.equal(await page.evaluate("document.activeElement.labels[0].textContent"), "Name");
      await assertAccessible(page, "no name", { best_practices: true });
    });

    await step("who has connected a calendar is told that deadlines arrive twice", async ({ page }) => {
      const user = await newUser();
      await scene.connect(user.api, ADA);
      await open(page, user);
      await page.getByText("also arrive through a connected calendar").waitFor();
    });

    for (const color_scheme of ["light", "dark"] as const) {
      const name = `feeds-320-${color_scheme}`;
      await t.step(
        `on a phone, ${color_scheme}`,
        () =>
          browser.visit(name, { width: 320, color_scheme }, async ({ page }) => {
            await open(page, await newUser());
            await make(page, "On a phone");
            await assertAccessible(page, name, { best_practices: true });
            assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
            await screenshot(page, name);
          }),
      );
    }
  } finally {
    await browser.close();
    await scene.close();
  }
});
