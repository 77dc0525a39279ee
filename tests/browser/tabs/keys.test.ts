import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { z } from "zod";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { toastOf } from "../living/living-scene.ts";
import { openBrowser } from "../support/browser.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { assertFits, failCalls, holdCalls, LOOKS, openTab, tabTo } from "./tab-scene.ts";

const DAY_MS = 86_400_000;
const Keys = z.object({
  keys: z.array(z.object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    expires_at: z.string(),
    replaced_by: z.string().nullable(),
  })),
});

Deno.test({
  name: "the tab API Keys: keys are made, shown once, replaced and revoked",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openSettingsScene();
  const browser = await openBrowser();
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`keys-${title}`, {}, test));
  const keysOf = async (api: CalendarApi) =>
    Keys.parse(await (await api.request("GET", "/keys")).json()).keys;
  const make = async (page: Page, name: string) => {
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Make the key" }).click();
    const key = await page.getByLabel("Key", { exact: true }).inputValue();
    await page.getByRole("button", { name: "Done", exact: true }).click();
    return key;
  };
  /** What a program with a key is answered. */
  const statusWith = async (key: string, path = "/status") => {
    const response = await fetch(`${scene.stack.apiUrl}/functions/v1/calendar${path}`, {
      headers: { apikey: scene.stack.publishableKey, authorization: `Bearer ${key}` },
    });
    await response.body?.cancel();
    return response.status;
  };
  try {
    await step("a key opens what was chosen, is shown once and copied", async ({ page, context }) => {
      const user = await scene.newUser();
      await openTab(scene, page, user, "API Keys");
      await page.getByText("You have no key yet.").waitFor();
      await page.getByRole("button", { name: "Make a key" }).click();
      await page.getByLabel("Name", { exact: true }).fill("Monthly report");
      assert.equal(await page.getByLabel("See the state of your calendars").isChecked(), true);
      await page.getByLabel("Read histories").check();
      await page.getByLabel("It works for").selectOption("30 days");
      await assertFits(page, "keys-form");
      await page.getByRole("button", { name: "Make the key" }).click();
      const key = await page.getByLabel("Key", { exact: true }).inputValue();
      assert.match(key, /^eck_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
      await until(() => page.evaluate("document.activeElement.textContent.includes('Monthly report')"));
      await assertFits(page, "keys-once");
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
      assert.equal(await page.evaluate("navigator.clipboard.readText()"), key);

      const [made] = await keysOf(user.api);
      assert.ok(made);
      assert.deepEqual([made.name, made.scopes], ["Monthly report", ["status:read", "evidence:read"]]);
      const days = (Date.parse(made.expires_at) - Date.now()) / DAY_MS;
      assert.ok(days > 29.9 && days <= 30, String(days));
      assert.deepEqual([await statusWith(key), await statusWith(key, "/feeds")], [200, 403]);

      await page.getByRole("button", { name: "Done", exact: true }).click();
      assert.equal(await page.getByLabel("Key", { exact: true }).count(), 0);
      const row = page.getByRole("listitem").filter({ hasText: "Monthly report" });
      await row.getByText(`eck_live_${made.id}`).waitFor();
      await row.getByText("Read histories").waitFor();
      assert.ok(!(await page.content()).includes(key));
      await page.reload();
      await row.getByText(/^Last used/).waitFor();
      // That a key was made is told, too.
      await page.getByRole("tab", { name: "Calendar one notice" }).click();
      const notice = page.getByRole("region", { name: "Notices" });
      await notice.getByText("An API key “Monthly report” was made").waitFor();
      await notice.getByRole("link", { name: "Look at it" }).click();
      await row.waitFor();
    });

    await step("it works for 90 days unless something else is chosen", async ({ page }) => {
      const user = await scene.newUser();
      await openTab(scene, page, user, "API Keys");
      await make(page, "Default");
      const [made] = await keysOf(user.api);
      const days = (Date.parse(made?.expires_at ?? "") - Date.now()) / DAY_MS;
      assert.ok(days > 89.9 && days <= 90, String(days));
      assert.deepEqual(made?.scopes, ["status:read"]);
    });

    await step("a key without a name, or that may do nothing, is not made", async ({ page }) => {
      const user = await scene.newUser();
      await openTab(scene, page, user, "API Keys");
      await page.getByRole("button", { name: "Make a key" }).click();
      await page.getByRole("button", { name: "Make the key" }).click();
      await page.getByRole("alert").getByText("Give it a name").waitFor();
      assert.equal(await page.evaluate("document.activeElement.labels[0].textContent"), "Name");
      await page.getByLabel("Name", { exact: true }).fill("x");
      await page.getByLabel("See the state of your calendars").uncheck();
      await page.getByRole("alert").getByText("Choose at least one thing.").waitFor();
      await page.getByRole("button", { name: "Make the key" }).click();
      await assertFits(page, "keys-refused");
      assert.deepEqual(await keysOf(user.api), []);
    });

    await step("it is replaced after a question, and both work for a day", async ({ page }) => {
      const user = await scene.newUser();
      await openTab(scene, page, user, "API Keys");
      const before = await make(page, "Report");
      const replace = page.getByRole("button", { name: "Replace Report" });
      await replace.click();
      await page.getByRole("alertdialog").waitFor();
      await assertFits(page, "keys-replace");
      await page.keyboard.press("Escape");
      assert.equal((await keysOf(user.api)).length, 1);
      await replace.click();
      await page.getByRole("button", { name: "Make a new key" }).click();
      const after = await page.getByLabel("Key", { exact: true }).inputValue();
      assert.notEqual(after, before);
      assert.deepEqual([await statusWith(before), await statusWith(after)], [200, 200]);
      await page.getByText(/Replaced by another key\. Works until/).waitFor();
      assert.equal(await replace.count(), 1, "the old one cannot be replaced again");
    });

    await step("it is revoked after a question, at once", async ({ page }) => {
      const user = await scene.newUser();
      await openTab(scene, page, user, "API Keys");
      const key = await make(page, "Short-lived");
      await page.getByRole("button", { name: "Revoke Short-lived" }).click();
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
      assert.equal(await statusWith(key), 200);
      await page.getByRole("button", { name: "Revoke Short-lived" }).click();
      await page.getByRole("button", { name: "Revoke the key" }).click();
      await toastOf(page, "The key “Short-lived” is revoked.").waitFor();
      await page.getByText("You have no key yet.").waitFor();
      assert.equal(await statusWith(key), 401);
    });

    await step("one too many is refused in words", async ({ page, allow }) => {
      allow(/status of 409/);
      const user = await scene.newUser();
      for (let n = 0; n < 20; n++) {
        await user.api.request("POST", "/keys", { name: `Key ${n}`, scopes: ["status:read"] });
      }
      await openTab(scene, page, user, "API Keys");
      await page.getByRole("button", { name: "Make a key" }).click();
      await page.getByLabel("Name", { exact: true }).fill("One more");
      await page.getByRole("button", { name: "Make the key" }).click();
      await toastOf(page, "You cannot have more keys.").waitFor();
    });

    await step("by keyboard alone", async ({ page }) => {
      const user = await scene.newUser();
      await scene.signIn(page, user);
      await page.getByRole("tab", { name: "Calendar" }).focus();
      await page.keyboard.press("End");
      await page.getByText("You have no key yet.").waitFor();
      await tabTo(page, "button", /Make a key/);
      await page.keyboard.press("Enter");
      await tabTo(page, "textbox", /Name/);
      await page.keyboard.type("Typed");
      await tabTo(page, "checkbox", /Manage webhooks/);
      await page.keyboard.press("Space");
      await tabTo(page, "button", /Make the key/);
      await page.keyboard.press("Enter");
      await page.getByLabel("Key", { exact: true }).waitFor();
      await tabTo(page, "button", /Done/);
      await page.keyboard.press("Enter");
      await tabTo(page, "button", /Revoke Typed/);
      await page.keyboard.press("Enter");
      await tabTo(page, "button", /Revoke the key/);
      await page.keyboard.press("Enter");
      await page.getByText("You have no key yet.").waitFor();
      // The keyboard goes on in the tab, and not at the beginning of the page.
      await until(() => page.evaluate("document.activeElement !== document.body"));
    });

    await step("while it loads it says so", async ({ page }) => {
      const goOn = await holdCalls(page, "/keys");
      await openTab(scene, page, await scene.newUser(), "API Keys");
      await page.getByRole("tabpanel").getByText("Loading…").waitFor();
      goOn();
      await page.getByText("You have no key yet.").waitFor();
    });

    await step("what cannot be loaded says so, and is asked for again", async ({ page, allow }) => {
      allow(/status of 500/);
      const mend = await failCalls(page, "/keys");
      await openTab(scene, page, await scene.newUser(), "API Keys");
      const alert = page.getByRole("alert");
      await alert.getByText("Your keys could not be loaded.").waitFor();
      await assertFits(page, "keys-error");
      await mend();
      await alert.getByRole("button", { name: "Try again" }).click();
      await page.getByText("You have no key yet.").waitFor();
    });

    for (const look of LOOKS) {
      await t.step(
        `${look.width} pixels wide, ${look.color_scheme}`,
        () =>
          browser.visit(`keys-${look.width}`, look, async ({ page }) => {
            await openTab(scene, page, await scene.newUser(), "API Keys");
            await make(page, "A key with a name that is longer than a small screen is wide");
            await page.getByText("Not used yet").waitFor();
            await assertFits(page, `keys-${look.width}-${look.color_scheme}`);
          }),
      );
    }
  } finally {
    await browser.close();
    await scene.close();
  }
});
