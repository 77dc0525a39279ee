import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { type CalendarApi, until } from "../../support/calendar-api.ts";
import { toastOf } from "../living/living-scene.ts";
import { openBrowser } from "../support/browser.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { assertFits, failCalls, holdCalls, LOOKS, openTab, tabTo } from "./tab-scene.ts";

const Webhooks = z.object({
  webhooks: z.array(z.object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.string()),
    enabled: z.boolean(),
  })),
});

/** What a receiver was sent. */
interface Call {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

Deno.test({
  name: "the tab Webhooks: addresses are added, tested, paused and deleted",
  // The stack's servers and the browser outlive a step, and end with the scene.
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const calls: Call[] = [];
  let status = 204;
  await using receiver = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      calls.push({ body: await request.text(), headers: Object.fromEntries(request.headers) });
      return new Response(null, { status });
    },
  );
  const origin = `http://127.0.0.1:${receiver.addr.port}`;
  const scene = await openSettingsScene("google", { CALENDAR_WEBHOOK_HOSTS: `*,${origin}` });
  const browser = await openBrowser();
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => {
      status = 204;
      return browser.visit(`webhooks-${title}`, {}, test);
    });
  const webhooksOf = async (api: CalendarApi) =>
    Webhooks.parse(await (await api.request("GET", "/webhooks")).json()).webhooks;
  const newUser = async (path: string) => {
    const user = await scene.newUser();
    const url = `${origin}/${path}`;
    const response = await user.api.request("POST", "/webhooks", { url, types: ["deadline.failed"] });
    assert.equal(response.status, 201, await response.text());
    return { ...user, url };
  };
  const details = async (page: Page, url: string) => {
    await page.getByRole("button", { name: `Details of ${url}` }).click();
    return page.getByRole("listitem").filter({ hasText: url });
  };
  try {
    await step("one is added, its secret is shown once and signs what is sent", async ({ page, context }) => {
      const user = await scene.newUser();
      const url = `${origin}/added`;
      await openTab(scene, page, user, "Webhooks");
      await page.getByText("You have no webhook yet.").waitFor();
      await page.getByRole("button", { name: "Add a webhook" }).click();
      await page.getByLabel("Address").fill(url);
      await page.getByRole("group", { name: "Deadlines" }).getByLabel("changed there").uncheck();
      await assertFits(page, "webhooks-form");
      await page.getByRole("button", { name: "Add the webhook" }).click();
      const secret = await page.getByLabel("Signing secret").inputValue();
      assert.match(secret, /^whsec_/);
      await assertFits(page, "webhooks-once");
      await context.grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
      assert.equal(await page.evaluate("navigator.clipboard.readText()"), secret);
      await page.getByRole("button", { name: "Done", exact: true }).click();
      assert.equal(await page.getByLabel("Signing secret").count(), 0);
      const [made] = await webhooksOf(user.api);
      assert.equal(made?.types.length, 11);
      assert.ok(!made.types.includes("deadline.updated"));

      const row = await details(page, url);
      await row.getByText("Nothing was sent yet.").waitFor();
      await row.getByRole("button", { name: "Send a test" }).click();
      await row.getByText("The test arrived: the address answered 204.").waitFor();
      await row.getByText("1 of 1 delivered in the last 24 hours").waitFor();
      await row.getByText("1 attempt").click();
      await row.getByText(/It answered 204\./).first().waitFor();
      await assertFits(page, "webhooks-details");
      const call = calls.at(-1);
      assert.ok(call);
      new Webhook(secret).verify(call.body, { ...call.headers });
    });

    await step("an address that may not be called is refused where it was typed", async ({ page, allow }) => {
      allow(/status of 4(?:00|22)/);
      const user = await scene.newUser();
      await openTab(scene, page, user, "Webhooks");
      await page.getByRole("button", { name: "Add a webhook" }).click();
      const address = page.getByLabel("Address");
      const add = page.getByRole("button", { name: "Add the webhook" });
      await add.click();
      await page.getByRole("alert").getByText("Give an address that begins with https://").waitFor();
      await address.fill("https://169.254.169.254/latest");
      await add.click();
      await page.getByRole("alert").getByText("This address may not be called.").waitFor();
      assert.equal(await page.evaluate("document.activeElement.type"), "url");
      await assertFits(page, "webhooks-refused");
      for (const name of ["Calendars", "Deadlines", "Moves in a calendar"]) {
        for (const box of await page.getByRole("group", { name }).getByRole("checkbox").all()) {
          await box.uncheck();
        }
      }
      await page.getByRole("alert").getByText("Choose at least one thing.").waitFor();
      assert.deepEqual(await webhooksOf(user.api), []);
    });

    await step("a test that fails says why, and can be sent again", async ({ page }) => {
      const user = await newUser("failing");
      await openTab(scene, page, user, "Webhooks");
      const row = await details(page, user.url);
      status = 503;
      await row.getByRole("button", { name: "Send a test" }).click();
      await row.getByText("The test did not arrive. It answered 503.").waitFor();
      await row.getByText("Failing", { exact: true }).waitFor();
      await row.getByText(/^Next attempt/).or(row.getByText("Tried again")).first().waitFor();
      status = 204;
      await row.getByRole("button", { name: /^Send again: webhook\.test/ }).click();
      await toastOf(page, "It is sent again.").waitFor();
      await row.getByText("Delivered", { exact: true }).waitFor();
      await row.getByText("On", { exact: true }).waitFor();
    });

    await step("what it is told of can be changed", async ({ page }) => {
      const user = await newUser("edited");
      await openTab(scene, page, user, "Webhooks");
      await page.getByRole("button", { name: `Edit ${user.url}` }).click();
      await page.getByRole("group", { name: "Deadlines" }).getByLabel("shown after all").check();
      await page.getByRole("button", { name: "Save", exact: true }).click();
      await toastOf(page, "The webhook is changed.").waitFor();
      await page.getByText("deadline.failed, deadline.recovered").waitFor();
      const [changed] = await webhooksOf(user.api);
      assert.deepEqual(changed?.types, ["deadline.failed", "deadline.recovered"]);
    });

    await step("it is paused, and that can be undone", async ({ page }) => {
      const user = await newUser("switched");
      await openTab(scene, page, user, "Webhooks");
      const row = await details(page, user.url);
      await row.getByRole("button", { name: "Pause", exact: true }).click();
      const toast = toastOf(page, "Paused.");
      await toast.waitFor();
      await row.getByText("Paused", { exact: true }).waitFor();
      assert.equal((await webhooksOf(user.api))[0]?.enabled, false);
      await toast.getByRole("button", { name: "Undo" }).click();
      await row.getByText("On", { exact: true }).waitFor();
      await until(async () => (await webhooksOf(user.api))[0]?.enabled === true);
    });

    await step("one that was switched off says why, and is switched on again", async ({ page }) => {
      const user = await newUser("gone");
      await openTab(scene, page, user, "Webhooks");
      const row = await details(page, user.url);
      status = 410;
      await row.getByRole("button", { name: "Send a test" }).click();
      await row.getByText("The address answered that it is gone for good (410)").waitFor();
      await row.getByText("Switched off", { exact: true }).waitFor();
      status = 204;
      await row.getByRole("button", { name: "Switch on" }).click();
      await row.getByText("On", { exact: true }).waitFor();
    });

    await step("a new secret comes after a question, and both sign for a day", async ({ page }) => {
      const user = await newUser("rotated");
      await openTab(scene, page, user, "Webhooks");
      const row = await details(page, user.url);
      await row.getByRole("button", { name: "New secret" }).click();
      await page.getByRole("alertdialog").waitFor();
      await assertFits(page, "webhooks-rotate");
      await page.keyboard.press("Escape");
      await row.getByRole("button", { name: "New secret" }).click();
      await page.getByRole("button", { name: "Make a new secret" }).click();
      const secret = await page.getByLabel("Signing secret").inputValue();
      await row.getByText(/Signed with the previous secret, too, until/).waitFor();
      await row.getByRole("button", { name: "Send a test" }).click();
      await row.getByText("The test arrived").waitFor();
      const call = calls.at(-1);
      assert.ok(call);
      assert.equal(call.headers["webhook-signature"]?.split(" ").length, 2);
      new Webhook(secret).verify(call.body, { ...call.headers });
    });

    await step("it is deleted after a question", async ({ page }) => {
      const user = await newUser("deleted");
      await openTab(scene, page, user, "Webhooks");
      const row = await details(page, user.url);
      await row.getByRole("button", { name: "Delete", exact: true }).click();
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
      assert.equal((await webhooksOf(user.api)).length, 1);
      await row.getByRole("button", { name: "Delete", exact: true }).click();
      await page.getByRole("button", { name: "Delete the webhook" }).click();
      await toastOf(page, `${user.url} is deleted.`).waitFor();
      await page.getByText("You have no webhook yet.").waitFor();
      assert.deepEqual(await webhooksOf(user.api), []);
    });

    await step(
      "how a receiver checks a signature is shown for three languages",
      async ({ page, context }) => {
        await context.grantPermissions(["clipboard-read", "clipboard-write"]);
        await openTab(scene, page, await scene.newUser(), "Webhooks");
        await page.getByText("Check the signature").click();
        for (
          const [language, part] of [["Node", "node:http"], ["Deno", "Deno.serve"], ["Python", "hashlib"]]
        ) {
          assert.ok(language && part);
          await page.getByRole("tab", { name: language }).click();
          await page.getByRole("region", { name: language }).getByText(part).waitFor();
          await assertFits(page, `webhooks-verify-${language}`);
        }
        await page.getByRole("button", { name: "Copy", exact: true }).click();
        await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
        assert.match(String(await page.evaluate("navigator.clipboard.readText()")), /^import base64/);
      },
    );

    await step("by keyboard alone", async ({ page }) => {
      const user = await scene.newUser();
      const url = `${origin}/typed`;
      await scene.signIn(page, user);
      await page.getByRole("tab", { name: "Calendar" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.getByText("You have no webhook yet.").waitFor();
      await tabTo(page, "button", /Add a webhook/);
      await page.keyboard.press("Enter");
      await tabTo(page, "textbox", /Address/);
      await page.keyboard.type(url);
      await page.keyboard.press("Enter");
      await page.getByLabel("Signing secret").waitFor();
      await tabTo(page, "button", /Done/);
      await page.keyboard.press("Enter");
      await tabTo(page, "button", /^Details/);
      await page.keyboard.press("Enter");
      await tabTo(page, "button", /Send a test/);
      await page.keyboard.press("Enter");
      await page.getByText("The test arrived").waitFor();
      await tabTo(page, "button", /^Delete$/);
      await page.keyboard.press("Enter");
      await tabTo(page, "button", /Delete the webhook/);
      await page.keyboard.press("Enter");
      await page.getByText("You have no webhook yet.").waitFor();
      await until(() => page.evaluate("document.activeElement !== document.body"));
      assert.equal(new URL(page.url()).hash, "#webhooks");
    });

    await step("while it loads it says so", async ({ page }) => {
      const goOn = await holdCalls(page, "/webhooks");
      await openTab(scene, page, await scene.newUser(), "Webhooks");
      await page.getByRole("tabpanel").getByText("Loading…").waitFor();
      goOn();
      await page.getByText("You have no webhook yet.").waitFor();
    });

    await step("what cannot be loaded says so, and is asked for again", async ({ page, allow }) => {
      allow(/status of 500/);
      const user = await newUser("errors");
      const mend = await failCalls(page, "/webhooks");
      await openTab(scene, page, user, "Webhooks");
      const alert = page.getByRole("alert");
      await alert.getByText("Your webhooks could not be loaded.").waitFor();
      await assertFits(page, "webhooks-error");
      await mend();
      await alert.getByRole("button", { name: "Try again" }).click();
      const mendDeliveries = await failCalls(page, "/webhooks/*/deliveries");
      const row = await details(page, user.url);
      await row.getByRole("alert").getByText("The calls could not be loaded.").waitFor();
      await mendDeliveries();
      await row.getByRole("alert").getByRole("button", { name: "Try again" }).click();
      await row.getByText("Nothing was sent yet.").waitFor();
    });

    for (const look of LOOKS) {
      await t.step(
        `${look.width} pixels wide, ${look.color_scheme}`,
        () =>
          browser.visit(`webhooks-${look.width}`, look, async ({ page }) => {
            const user = await newUser(
              "an-address-that-is-longer-than-a-small-screen-is-wide/and-has-no-space",
            );
            await openTab(scene, page, user, "Webhooks");
            const row = await details(page, user.url);
            await row.getByRole("button", { name: "Send a test" }).click();
            await row.getByText("The test arrived").waitFor();
            await assertFits(page, `webhooks-${look.width}-${look.color_scheme}`);
          }),
      );
    }
  } finally {
    await browser.close();
    await scene.close();
  }
});
