import assert from "node:assert/strict";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { calendarCalls } from "../../support/measure.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, switchOf, toastOf, untilBadge } from "../living-scene.ts";

export const TRUTH: readonly Behaviour[] = [
  {
    name: "the card counts the events that are there, also while they are still to be changed",
    async run(scene) {
      const resident = await scene.resident(["Audit", "Report"]);
      await scene.sql`
        update public.calendar_integrations set sync_enabled = false where id = ${resident.integration_id}`;
      await scene.sql`update public.obligations set title = title || '!' where user_id = ${resident.id}`;
      await resident.api.untilStatus(({ progress }) => progress.synced === 0);
      await scene.look("count", resident, async ({ card }) => {
        await card.getByText("2 deadlines", { exact: true }).waitFor();
      });
    },
  },
  {
    name: "an explanation that is opened again is asked for anew, and the old answer is not shown meanwhile",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("why-anew", resident, async ({ page }) => {
        const panel = page.getByRole("region", { name: "Why is this not in my calendar?" });
        await panel.getByRole("heading").click();
        const row = panel.getByRole("button", { name: "Audit" });
        const synced = panel.getByText("It is in the calendar, as it was last changed.");
        await row.click();
        await synced.waitFor();
        await row.click();
        await synced.waitFor({ state: "detached" });
        const { promise, resolve } = Promise.withResolvers<void>();
        await page.route("**/functions/v1/calendar/explain?*", async (route) => {
          await promise;
          await route.continue();
        });
        const calls = calendarCalls(page);
        await row.click();
        await until(() => Promise.resolve(calls.count("GET /explain") === 1));
        assert.equal(await synced.count(), 0, "the old answer is shown");
        resolve();
        await synced.waitFor();
      });
    },
  },
  {
    name:
      "a deadline that is refused is listed, although it was being tried again when the list was asked for",
    async run(scene) {
      const { provider } = scene;
      const resident = await scene.resident(["Audit"]);
      provider.emulator.faults.set([
        { match: { method: "POST", path: provider.paths.events }, ...provider.refusals.invalid },
      ]);
      await scene.addDeadlines(resident, ["Noise measurement"]);
      await resident.api.untilStatus(({ progress }) => progress.failed === 1 && progress.pending === 0);
      await scene.look("problem-anew", resident, async ({ page }) => {
        let empty = 1;
        await page.route("**/functions/v1/calendar/problems*", (route) =>
          empty-- > 0
            ? route.fulfill({
              headers: { "access-control-allow-origin": "*" },
              json: { problems: [], total: 0 },
            })
            : route.continue());
        await page.getByRole("region", { name: "Problems" }).getByText("Noise measurement", { exact: true })
          .waitFor();
        assert.ok(empty < 0, "the list was asked for again");
      });
    },
  },
  {
    name: "a message takes the place of the one that it contradicts, an error too",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("toasts", resident, async ({ page, card, allow }) => {
        allow(/status of 500/);
        const off = toastOf(page, "Syncing is off. Your calendar stays as it is.");
        const on = toastOf(page, "Syncing is on again.");
        await (await switchOf(card)).uncheck();
        await off.waitFor();
        await card.getByRole("button", { name: "Switch on" }).click();
        await on.waitFor();
        assert.equal(await off.count(), 0);
        await page.route(
          "**/functions/v1/calendar/status",
          (route) =>
            route.request().method() === "PATCH"
              ? route.fulfill({
                status: 500,
                headers: { "access-control-allow-origin": "*" },
                json: { code: "internal", message: "For programs." },
              })
              : route.continue(),
        );
        await (await switchOf(card)).click();
        await toastOf(page, "That did not work.").waitFor();
        assert.equal(await on.count(), 0);
      });
    },
  },
  {
    name: "events that are to be removed wait for a provider that is down, and the page says so",
    async run(scene) {
      const { faults } = scene.provider.emulator;
      const resident = await scene.resident(["Audit", "Report"]);
      await scene.look("waits", resident, async ({ page, card }) => {
        faults.set([{ kind: "status", status: 503 }]);
        await card.getByRole("button", { name: "Disconnect…" }).click();
        const dialog = page.getByRole("alertdialog");
        await dialog.getByRole("radio", { name: /^Remove the events/ }).check();
        await dialog.getByRole("button", { name: "Disconnect" }).click();
        await untilBadge(card, "Disconnecting");
        await card.getByText(
          /still have to be removed\. Google cannot be reached\. We (try again|keep trying)/,
        )
          .waitFor();
        await assertAccessible(page, "removal that waits", { best_practices: true });
        await screenshot(page, "living-removal-waits");
        faults.clear();
        await toastOf(page, "is disconnected and its events are removed.").waitFor();
      });
    },
  },
  {
    name: "an access that was withdrawn is not offered to be ended",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.sql`
        update public.calendar_integrations
        set status = 'disconnected', last_error = ${scene.sql.json({ code: "invalid_grant", message: "" })}
        where id = ${resident.integration_id}`;
      await scene.look("withdrawn", resident, async ({ page, card }) => {
        await card.getByRole("button", { name: "Disconnect…" }).click();
        await page.getByRole("alertdialog").getByRole("button", { name: "Disconnect" }).click();
        const toast = toastOf(page, "is disconnected. Its events were kept.");
        await toast.waitFor();
        await toast.getByRole("button", { name: "Connect again" }).waitFor();
        assert.equal(await toast.getByRole("link").count(), 0);
      });
    },
  },
  {
    name: "a page that was seen all the time asks when its window gets the focus",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("focus", resident, async ({ page, card }) => {
        await page.waitForLoadState("networkidle");
        await scene.sql`
          update public.calendar_integrations set sync_enabled = false where id = ${resident.integration_id}`;
        // Not twice in a second: the page has only just asked.
        await until(async () => {
          await page.evaluate("dispatchEvent(new Event('focus'))");
          return await card.getByText("Paused", { exact: true }).count() > 0;
        }, 20_000);
      });
    },
  },
  {
    name: "an action on a page that is out of date shows what is so",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("stale-action", resident, async ({ page, card }) => {
        await page.waitForLoadState("networkidle");
        await scene.sql`
          update public.calendar_integrations set sync_enabled = false where id = ${resident.integration_id}`;
        const calls = calendarCalls(page);
        await card.getByRole("button", { name: "Sync now" }).click();
        await card.getByText("Paused", { exact: true }).waitFor();
        assert.ok(calls.count("GET /status") >= 1);
      });
    },
  },
  {
    name: "a server that does not answer is not called being offline",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("unreachable", resident, async ({ page, card, allow }) => {
        allow(/ERR_(CONNECTION_REFUSED|FAILED)/);
        await page.route("**/functions/v1/calendar/**", (route) => route.abort("connectionrefused"));
        await card.getByRole("button", { name: "Sync now" }).click();
        await toastOf(page, "The server does not answer.").waitFor();
        await page.getByText("What you see here may be out of date. The server does not answer.").waitFor();
        assert.equal(await page.getByText("offline").count(), 0);
        await page.unroute("**/functions/v1/calendar/**");
        await page.getByText("What you see here may be out of date.").waitFor({ state: "detached" });
      });
    },
  },
];
