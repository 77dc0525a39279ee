import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../../support/calendar-api.ts";
import { ADA, type ConsentProvider, GRACE } from "../../support/subjects/subject.ts";
import { assertAccessible } from "../support/axe.ts";
import { openBrowser } from "../support/browser.ts";
import { answerConsent } from "../support/consent.ts";
import { screenshot } from "../support/screenshot.ts";
import { openSettingsScene } from "../support/settings-scene.ts";

/** The page asks by itself once a minute. */
const SOON_MS = 20_000;
const NAMES = { google: "Google Calendar", outlook: "Outlook Calendar" } as const;

/** From signing in to the first event, and everything that can go wrong on that way. */
export async function testConnecting(t: Deno.TestContext, provider_name: ConsentProvider): Promise<void> {
  const scene = await openSettingsScene(provider_name);
  const { sql, provider, stack, settingsUrl } = scene;
  const { faults } = provider.emulator;
  const browser = await openBrowser();
  const name = NAMES[provider_name];
  const emulatorUrl = provider_name === "google" ? stack.googleUrl : stack.outlookUrl;

  const connectButton = (page: Page) => page.getByRole("button", { name: `Connect ${name}`, exact: true });
  const section = (page: Page) => page.getByRole("region", { name, exact: true });
  const shows = (page: Page, words: RegExp | string) => page.getByText(words).first().waitFor();
  const goToConsent = async (page: Page) => {
    await connectButton(page).first().click();
    await page.getByRole("button", { name: "Allow", exact: true }).waitFor();
  };
  const newUserWith = async (title: string) => {
    const user = await scene.newUser();
    await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${title}, current_date + 3)`;
    return user;
  };
  const step = (title: string, test: Parameters<typeof browser.visit>[2]) =>
    t.step(title, () => browser.visit(`connecting-${provider_name}-${title}`, {}, test));

  try {
    await step("sign in, connect, and the first event is in the calendar", async ({ page, newTab }) => {
      const title = `First deadline at ${provider_name}`;
      const user = await newUserWith(title);
      const calendar = await newTab();
      await calendar.goto(emulatorUrl);
      await page.goto(settingsUrl);
      await page.getByLabel("Email", { exact: true }).waitFor();

      const began_at = performance.now();
      await scene.signIn(page, user);
      await goToConsent(page);
      await answerConsent(page, { account: ADA });
      await shows(page, `${name} is connected as ${ADA}`);
      const connected_ms = performance.now() - began_at;
      await calendar.getByText(title).first().waitFor();
      const total_ms = performance.now() - began_at;
      console.log(
        `${provider_name}: sign in → connected ${
          connected_ms.toFixed(0)
        } ms → first event in the calendar page ${total_ms.toFixed(0)} ms`,
      );

      await section(page).getByText("Connected", { exact: true }).waitFor();
      await assertAccessible(page, "connected", { best_practices: true });
      await screenshot(page, `journey-${provider_name}-connected`);
      await screenshot(calendar, `journey-${provider_name}-calendar`);
    });

    await step("the ticket leaves the address, and a reload confirms nothing again", async ({ page }) => {
      const user = await newUserWith("Reloaded");
      await scene.signIn(page, user);
      await goToConsent(page);
      await answerConsent(page, { account: ADA });
      await shows(page, /is connected as/);
      assert.equal(page.url(), settingsUrl);
      await page.reload();
      await section(page).getByText("Connected", { exact: true }).waitFor();
      assert.equal(await page.getByText(/is connected as/).count(), 0);
    });

    await step("who says no reads so, and may try again", async ({ page }) => {
      const user = await newUserWith("Denied");
      await scene.signIn(page, user);
      await goToConsent(page);
      await answerConsent(page, { account: ADA, decision: "Cancel" });
      await page.getByRole("alert").getByText("You did not allow the access").waitFor();
      await assertAccessible(page, "denied", { best_practices: true });
      await screenshot(page, `return-${provider_name}-denied`);
      assert.deepEqual(await user.api.status(), []);
      await page.getByRole("alert").getByRole("button", { name: `Connect ${name}` }).click();
      await answerConsent(page, { account: ADA });
      await shows(page, /is connected as/);
    });

    await step(
      "a provider that cannot exchange the code is told, and nothing is connected",
      async ({ page }) => {
        const user = await newUserWith("Not exchanged");
        await scene.signIn(page, user);
        await goToConsent(page);
        faults.set([{ match: { path: provider.paths.token }, kind: "status", status: 503 }]);
        await answerConsent(page, { account: ADA });
        await page.getByRole("alert").getByText("did not complete the connection").waitFor();
        await screenshot(page, `return-${provider_name}-exchange_failed`);
        faults.clear();
        assert.deepEqual(await user.api.status(), []);
      },
    );

    await step(
      "a provider that is down while confirming is tried again with the same ticket",
      async ({ page, allow }) => {
        allow(/502/);
        const user = await newUserWith("Confirmed later");
        await scene.signIn(page, user);
        await goToConsent(page);
        faults.set([{ match: { method: "POST", path: "/calendars" }, kind: "status", status: 503 }]);
        await answerConsent(page, { account: ADA });
        await page.getByRole("alert").getByText("could not be finished").waitFor();
        await screenshot(page, `return-${provider_name}-provider_unavailable`);
        faults.clear();
        await page.getByRole("button", { name: "Try again", exact: true }).click();
        await shows(page, /is connected as/);
        await section(page).getByText("Connected", { exact: true }).waitFor();
      },
    );

    await step("who comes back signed out signs in and is connected", async ({ page, context }) => {
      const user = await newUserWith("Signed out meanwhile");
      await scene.signIn(page, user);
      await goToConsent(page);
      await context.addInitScript("localStorage.clear()");
      await answerConsent(page, { account: ADA });
      await page.getByRole("heading", { name: "Sign in to finish connecting your calendar." }).waitFor();
      await page.getByLabel("Email", { exact: true }).fill(user.email);
      await page.getByLabel("Password", { exact: true }).fill(user.password);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await shows(page, `${name} is connected as ${ADA}`);
    });

    await step(
      "another user in the same browser is not given the calendar",
      async ({ page, newTab, allow }) => {
        allow(/403/);
        const [first, second] = [await newUserWith("The first one's"), await newUserWith("The second one's")];
        await scene.signIn(page, first);
        await goToConsent(page);
        const other = await newTab();
        await other.goto(settingsUrl);
        await other.getByRole("button", { name: "Sign out" }).click();
        // Whoever leaves the page before it is done stays signed in.
        await other.getByLabel("Email", { exact: true }).waitFor();
        await scene.signIn(other, second);
        await answerConsent(page, { account: ADA });
        await page.getByRole("alert").getByText(
          "Somebody else who was signed in here started this connection",
        ).waitFor();
        await screenshot(page, `return-${provider_name}-forbidden`);
        await assertAccessible(page, "forbidden", { best_practices: true });
        assert.deepEqual(await second.api.status(), []);
        assert.ok((await first.api.status()).every(({ status }) => status !== "active"));
        await connectButton(page).waitFor();
      },
    );

    await step("another tab of the same user sees the connection at once", async ({ page, newTab }) => {
      const user = await newUserWith("Seen in both");
      const other = await newTab();
      await scene.signIn(other, user);
      await connectButton(other).waitFor();
      await page.goto(settingsUrl);
      await goToConsent(page);
      await answerConsent(page, { account: ADA });
      await shows(page, /is connected as/);
      await section(other).getByText("Connected", { exact: true }).waitFor({ timeout: SOON_MS });
    });

    await step("a second account of the same provider has a card of its own", async ({ page }) => {
      const user = await newUserWith("In both calendars");
      await scene.signIn(page, user);
      await goToConsent(page);
      await answerConsent(page, { account: ADA });
      await shows(page, /is connected as/);
      await page.getByRole("button", { name: `Connect another account, ${name}` }).click();
      await answerConsent(page, { account: GRACE });
      await shows(page, `${name} is connected as ${GRACE}`);
      for (const account of [ADA, GRACE]) {
        await page.getByRole("article", { name: account }).getByText("1 deadline").waitFor();
      }
      await screenshot(page, `journey-${provider_name}-two-accounts`);
    });

    await step("a lost grant asks to reconnect, and everything is as it was", async ({ page }) => {
      const user = await newUserWith("Before");
      const { id } = await scene.connect(user.api, ADA);
      await user.api.untilStatus(({ progress }) => progress.synced === 1);
      await user.api.request("PATCH", "/status", {
        integration_id: id,
        settings: { reminders_minutes: [60] },
      });
      provider.revokeEverything();
      await sql`update public.obligations set title = 'After' where user_id = ${user.id}`;
      await scene.signIn(page, user);
      await section(page).getByText("Reconnect needed", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Reconnect", exact: true }).click();
      await answerConsent(page, { account: ADA });
      await shows(page, /is connected as/);
      await section(page).getByText("Connected", { exact: true }).waitFor();
      await section(page).getByRole("heading", { name: "Settings of this calendar" }).click();
      await section(page).getByText("1 hour before").waitFor();
      const [integration] = await user.api.status();
      assert.equal(integration?.id, id);
      await scene.untilTitles(integration?.calendar_id ?? "", ["After"]);
    });

    await step(
      "a connection that is left half-way says so, and is finished by connecting again",
      async ({ page, context, allow }) => {
        allow(/ERR_FAILED/);
        const user = await newUserWith("Half-way");
        await scene.signIn(page, user);
        await goToConsent(page);
        // The tab is closed before the page has confirmed.
        await context.route("**/calendar/confirm", (route) => route.abort());
        const blocked = page.waitForEvent("requestfailed");
        await answerConsent(page, { account: ADA });
        await blocked;
        await context.unroute("**/calendar/confirm");
        await page.goto(settingsUrl);
        await section(page).getByText("Not finished", { exact: true }).waitFor();
        await page.getByRole("button", { name: "Connect again", exact: true }).click();
        await answerConsent(page, { account: ADA });
        await shows(page, /is connected as/);
        assert.equal((await user.api.status()).length, 1);
      },
    );

    await step("Back from the consent page leaves everything usable", async ({ page }) => {
      const user = await newUserWith("Back again");
      await scene.signIn(page, user);
      await goToConsent(page);
      await page.goBack();
      await goToConsent(page);
      await answerConsent(page, { account: ADA });
      await shows(page, /is connected as/);
    });

    await step("a provider that this installation lacks is not offered", async ({ page }) => {
      await page.route(
        "**/calendar/providers",
        (route) => route.fulfill({ json: { providers: [] } }),
      );
      await scene.signIn(page, await scene.newUser());
      await shows(page, `${name}: not set up on this installation yet`);
      assert.equal(await connectButton(page).count(), 0);
      await screenshot(page, `state-${provider_name}-not_configured`);
    });

    await step(
      "a provider that this installation lacks is not shown beside one that it offers",
      async ({ page }) => {
        const other = provider_name === "google" ? "outlook" : "google";
        const offered = { provider: other, name: "The other", credential: "oauth", presets: [] };
        await page.route(
          "**/calendar/providers",
          (route) => route.fulfill({ json: { providers: [offered] } }),
        );
        await scene.signIn(page, await scene.newUser());
        await page.locator(`#ec-${other}`).waitFor();
        assert.equal(await section(page).count(), 0);
      },
    );

    if (provider_name === "outlook") {
      await step(
        "where only an administrator may allow it, there is a link to hand on",
        async ({ page, context }) => {
          const user = await newUserWith("With an administrator");
          await adminConsent(emulatorUrl, true);
          await scene.signIn(page, user);
          await connectButton(page).click();
          await page.getByRole("radio", { name: `(${ADA})` }).check();
          await page.getByRole("button", { name: "Allow", exact: true }).click();
          await page.getByRole("alert").getByText("lets only an administrator allow this").waitFor();
          const link = await page.getByLabel("Link for your administrator").inputValue();
          assert.match(link, /adminconsent/);
          await context.grantPermissions(["clipboard-read", "clipboard-write"]);
          await page.getByRole("button", { name: "Copy", exact: true }).click();
          await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
          assert.equal(await page.evaluate("navigator.clipboard.readText()"), link);
          await assertAccessible(page, "admin consent", { best_practices: true });
          await screenshot(page, "return-outlook-admin_consent_required");
          await adminConsent(emulatorUrl, false);
          await page.getByRole("alert").getByRole("button", { name: `Connect ${name}` }).click();
          await answerConsent(page, { account: ADA });
          await shows(page, /is connected as/);
        },
      );

      await step("an account without a mailbox is told before anything is stored", async ({ page }) => {
        const user = await newUserWith("No mailbox");
        await scene.signIn(page, user);
        await goToConsent(page);
        await answerConsent(page, { account: "mary@example.com" });
        await page.getByRole("alert").getByText("has no calendar that can be reached").waitFor();
        await screenshot(page, "return-outlook-mailbox_unavailable");
        assert.deepEqual(await user.api.status(), []);
      });
    } else {
      await step("a box left unticked is told, and what was connected stays so", async ({ page }) => {
        const user = await newUserWith("Unticked");
        await scene.connect(user.api, ADA);
        await scene.signIn(page, user);
        await page.getByRole("button", { name: "Change calendar" }).click();
        await page.getByRole("button", { name: "Show my calendars" }).click();
        await answerConsent(page, { account: ADA, untick: ["calendar.events"] });
        await page.getByRole("alert").getByText("A box on the consent page was left unticked").waitFor();
        await screenshot(page, "return-google-scope_missing");
        const [integration] = await until(() => user.api.status());
        assert.deepEqual([integration?.status, integration?.access], ["active", "dedicated"]);
      });
    }
  } finally {
    await browser.close();
    await scene.close();
  }
}

/** Ada's organisation lets only an administrator consent, or everybody. */
async function adminConsent(emulatorUrl: string, is_required: boolean): Promise<void> {
  const response = await fetch(`${emulatorUrl}/emulator/settings`, {
    method: "PATCH",
    body: JSON.stringify({
      admin_consent_required: is_required ? ["a0a0a0a0-1111-4aaa-8aaa-a0a0a0a0a0a0"] : [],
    }),
  });
  assert.ok(response.ok, await response.text());
}
