import assert from "node:assert/strict";
import { PATIENCE_MS, until } from "../../../support/calendar-api.ts";
import { ADA } from "../../../support/subjects/subject.ts";
import { assertAccessible } from "../../support/axe.ts";
import { calendarCalls } from "../../support/measure.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, cardOf, isFocused, toastOf, untilBadge } from "../living-scene.ts";

const COMPANIES = { google: "Google Calendar", outlook: "Outlook Calendar" } as const;
const GRANT_PAGES = {
  google: /^https:\/\/myaccount\.google\.com\//,
  outlook: /^https:\/\/.*microsoft/,
} as const;

export const LEAVING: readonly Behaviour[] = [
  {
    name: "whoever changes their mind stays connected, and whoever leaves may keep the events",
    async run(scene) {
      const { provider } = scene;
      const resident = await scene.resident(["Audit", "Report"]);
      await scene.look("leaving", resident, async ({ page, card }) => {
        const calls = calendarCalls(page);
        const button = card.getByRole("button", { name: "Disconnect…" });
        const dialog = page.getByRole("alertdialog", { name: `Disconnect ${resident.account}?` });
        for (
          const change_mind of [
            () => page.keyboard.press("Escape"),
            () => dialog.getByRole("button", { name: "Cancel" }).click(),
          ]
        ) {
          await button.click();
          await dialog.waitFor();
          await change_mind();
          await dialog.waitFor({ state: "detached" });
          await until(() => isFocused(button));
        }
        assert.equal(calls.count("DELETE /"), 0);
        assert.equal((await scene.integrationOf(resident)).status, "active");

        await button.click();
        assert.equal(await dialog.getByRole("radio", { name: /^Keep the events/ }).isChecked(), true);
        await assertAccessible(page, "leaving", { best_practices: true });
        await screenshot(page, `living-${provider.name}-leaving`);
        await dialog.getByRole("button", { name: "Disconnect" }).dblclick();
        await card.waitFor({ state: "detached" });
        const toast = toastOf(page, `${resident.account} is disconnected. Its events were kept.`);
        const link = toast.getByRole("link", { name: "End the access at the provider, too" });
        assert.match(await link.getAttribute("href") ?? "", GRANT_PAGES[provider.name]);
        await page.getByRole("button", { name: `Connect ${COMPANIES[provider.name]}` }).waitFor();
        assert.equal(calls.count("DELETE /"), 1, "pressed twice, done once");
        assert.deepEqual(await resident.api.status(), []);
        assert.deepEqual(scene.titles(resident.calendar_id), ["Audit", "Report"]);
        assert.equal(await toastOf(page, /no longer there|did not work/).count(), 0);
        await screenshot(page, `living-${provider.name}-left`);

        // What can be taken back offers it.
        await toast.getByRole("button", { name: "Connect again" }).click();
        await page.waitForURL((url) => url.origin !== new URL(scene.settingsUrl).origin);
      });
    },
  },
  {
    name: "whoever has the events removed sees them go, through a reload, until nothing is left",
    async run(scene) {
      const { provider } = scene;
      const titles = Array.from({ length: 300 }, (_, index) => `Register ${index + 1}`);
      const resident = await scene.resident(titles);
      await scene.look("removing", resident, async ({ page, card }) => {
        provider.emulator.faults.set([
          {
            match: { method: "DELETE", path: "/events" },
            kind: "latency",
            latency_ms: LATENCY_MS[provider.name],
          },
        ]);
        await card.getByRole("button", { name: "Disconnect…" }).click();
        const dialog = page.getByRole("alertdialog");
        await dialog.getByRole("radio", { name: /^Remove the events/ }).check();
        await assertAccessible(page, "removing", { best_practices: true });
        await dialog.getByRole("button", { name: "Disconnect" }).click();
        await untilBadge(card, "Disconnecting");
        await toastOf(page, `Removing the events of ${resident.account}.`).waitFor();
        const left = async () =>
          Number(
            /\d+/.exec(await card.getByText(/Events left to remove/).innerText().catch(() => ""))?.[0],
          );
        const at_first = await left();
        await until(async () => await left() < at_first, PATIENCE_MS, left);
        await screenshot(page, `living-${provider.name}-removing`);
        // However long a reload takes, it is not over by then.
        provider.emulator.faults.set([
          {
            ...provider.refusals.rate_limit,
            retry_after: "1",
            match: { method: "DELETE", path: provider.paths.events },
          },
        ]);
        const before = await left();
        await page.reload();
        await untilBadge(card, "Disconnecting");
        assert.ok(await left() <= before);
        await assertAccessible(page, "events being removed", { best_practices: true });

        provider.emulator.faults.clear();
        await page.getByRole("button", { name: `Connect ${COMPANIES[provider.name]}` }).waitFor();
        await toastOf(page, `${resident.account} is disconnected and its events are removed.`).waitFor();
        assert.equal(await cardOf(page, resident.account).count(), 0);
        assert.deepEqual(scene.titles(resident.calendar_id), []);
        assert.equal(provider.hasCalendar(ADA, resident.calendar_id), false);
      });
    },
  },
];

/** So that removing takes long enough for a busy machine to see that it goes on. */
const LATENCY_MS = { google: 2_500, outlook: 250 };
