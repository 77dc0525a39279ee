import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { assertAccessible } from "../../support/axe.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, switchOf, untilBadge } from "../living-scene.ts";

export const PANELS: readonly Behaviour[] = [
  {
    name: "whoever misses a deadline reads where it is and why",
    async run(scene) {
      const resident = await scene.resident(["Noise measurement", "Water sample", "100% renewable"]);
      await scene.sql`
        insert into public.obligations (user_id, title, status, deadline_date)
        values (${resident.id}, 'Someday', 'pending', null), (${resident.id}, 'Called off', 'cancelled', '2027-02-01')`;
      await scene.look("why-not", resident, async ({ page, card }) => {
        const panel = await open(page, "Why is this not in my calendar?");
        const search = panel.getByRole("searchbox", { name: "Find an obligation" });
        const pick = async (title: string, part: string) => {
          await search.fill(part);
          const found = panel.getByRole("button", { name: title });
          await panel.getByRole("listitem").nth(1).waitFor({ state: "detached" });
          await found.click();
        };
        await pick("Noise measurement", "MEASURE");
        await panel.getByText("In the calendar", { exact: true }).waitFor();
        await panel.getByText("It is in the calendar, as it was last changed.").waitFor();
        // Read out as it comes, and so without a distance from now, which changes by itself.
        await panel.getByRole("status").getByText(/Last written .*\d{4}.*\./).waitFor();
        await leadsTo(
          page,
          panel.getByRole("link", { name: /^See it in .*: Noise measurement$/ }),
          "Noise measurement",
        );
        await assertAccessible(page, "an explanation", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-why-not`);

        const coming = page.waitForEvent("download");
        await panel.getByRole("button", { name: "Download its history (CSV)" }).click();
        const download = await coming;
        assert.match(download.suggestedFilename(), /^deadline-history-[0-9a-f-]{36}\.csv$/);
        const csv = await Deno.readTextFile(await download.path());
        assert.match(csv, /^\uFEFF?obligation_id,provider,account_email,/);
        assert.match(csv, /,true,Noise measurement,\d{4}-\d\d-\d\d,/);

        await pick("Someday", "some");
        await panel.getByText("It has no deadline, so there is no day to put it on.").waitFor();
        await pick("Called off", "called");
        await panel.getByText("It is cancelled.").waitFor();
        await pick("100% renewable", "%");
        await panel.getByText("In the calendar", { exact: true }).waitFor();

        await search.fill("no such title");
        await panel.getByText("No obligation of yours has this in its title.").waitFor();

        await (await switchOf(card)).uncheck();
        await untilBadge(card, "Paused");
        await scene.addDeadlines(resident, ["Unwritten"]);
        await pick("Unwritten", "unwr");
        await panel.getByText("Not in the calendar", { exact: true }).waitFor();
        await panel.getByText("Syncing is switched off for this calendar.").waitFor();

        // What is read stays true: it is asked for again when its calendar has changed.
        await card.getByRole("button", { name: "Switch on" }).click();
        await panel.getByText("It is in the calendar, as it was last changed.").waitFor();
      });
    },
  },
  {
    name: "whoever cannot search just now may ask again",
    only: "google",
    async run(scene) {
      const resident = await scene.resident(["Water sample"]);
      await scene.look("why-not-failed", resident, async ({ page, allow }) => {
        allow(/status of 503/);
        const obligations = (url: URL) => url.pathname.endsWith("/calendar/obligations");
        await page.route(
          obligations,
          (route) => route.fulfill({ status: 503, headers: { "x-request-id": "a-request" }, json: {} }),
        );
        const panel = await open(page, "Why is this not in my calendar?");
        await panel.getByRole("alert").filter({
          hasText: "Your obligations could not be searched. Reference: a-request",
        }).waitFor();
        await page.unroute(obligations);
        await panel.getByRole("button", { name: "Try again", exact: true }).click();
        await panel.getByRole("button", { name: "Water sample" }).waitFor();
      });
    },
  },
  {
    name: "whoever has no obligations yet is told so",
    async run(scene) {
      const resident = await scene.resident([]);
      await scene.look("why-not-nothing", resident, async ({ page }) => {
        const panel = await open(page, "Why is this not in my calendar?");
        await panel.getByText("You have no obligations yet.").waitFor();
        const activity = await open(page, "Recent activity");
        await activity.getByText("The account was connected").waitFor();
        await activity.getByText(`${resident.account} · by you`).waitFor();
        await assertAccessible(page, "empty panels", { best_practices: true });
      });
    },
  },
  {
    name: "what was done to a calendar is told in plain words, the newest first, and goes on being told",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.sql`
        update public.obligations set title = 'Big audit', url = 'https://host.example/audit' where user_id = ${resident.id}`;
      await scene.untilTitles(resident.calendar_id, ["Big audit"]);
      await resident.api.untilStatus(({ progress }) => progress.pending === 0);
      await scene.look("activity", resident, async ({ page, card }) => {
        const panel = await open(page, "Recent activity");
        const rows = panel.getByRole("listitem");
        await rows.nth(1).waitFor();
        assert.match(await rows.nth(0).innerText(), /Big audit was updated, now due on \d+ \w+ \d{4}/);
        assert.match(await rows.nth(1).innerText(), /^Audit was added, due on/);
        assert.match(await rows.nth(1).innerText(), new RegExp(resident.account));
        const to_obligation = rows.nth(0).getByRole("link", { name: "Open the obligation: Big audit" });
        assert.equal(await to_obligation.getAttribute("href"), "https://host.example/audit");
        await leadsTo(
          page,
          rows.nth(0).getByRole("link", { name: /^See it in .*: Big audit$/ }),
          "Big audit",
        );

        await scene.sql`update public.obligations set deadline_date = null where user_id = ${resident.id}`;
        await scene.untilTitles(resident.calendar_id, []);
        await resident.api.untilStatus(({ progress }) => progress.pending === 0);
        await card.getByRole("button", { name: "Sync now" }).click();
        await rows.filter({ hasText: "Big audit was removed" }).waitFor();
        assert.match(await rows.nth(0).innerText(), /Big audit was removed/);
        await (await switchOf(card)).uncheck();
        await rows.filter({ hasText: "Syncing was switched off" }).waitFor();
        assert.match(await rows.nth(0).innerText(), /by you/);
        assert.equal(await rows.count(), 5);
        await assertAccessible(page, "activity", { best_practices: true });
        await screenshot(page, `living-${scene.provider.name}-activity`);
      });
    },
  },
];

/** Follows a link to an event. */
async function leadsTo(page: Page, link: Locator, title: string): Promise<void> {
  const opening = page.waitForEvent("popup");
  await link.click();
  const calendar = await opening;
  await calendar.getByRole("dialog", { name: title }).waitFor();
  await calendar.close();
}

async function open(page: Page, heading: string): Promise<Locator> {
  const panel = page.getByRole("region", { name: heading });
  await panel.getByRole("heading", { name: heading }).click();
  return panel;
}
