import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../../../support/calendar-api.ts";
import { calendarCalls, type Calls } from "../../support/measure.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, openSettings, switchOf, toastOf, untilBadge } from "../living-scene.ts";

const MINUTE_MS = 60_000;

export const ASKING: readonly Behaviour[] = [
  {
    name: "at rest the page asks once a minute, hidden never, and seen again at once",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.browser.visit("living-polling", {}, async ({ page }) => {
        const calls = calendarCalls(page);
        const settled = settling(page, calls);
        await page.clock.install();
        await scene.signIn(page, resident);
        await page.getByRole("article", { name: resident.account }).waitFor();
        await page.clock.pauseAt(Date.now() + MINUTE_MS);
        await settled();
        let asked = calls.count();
        for (let minute = 0; minute < 5; minute++) {
          await page.clock.runFor(MINUTE_MS);
          // Of the calendars, and of what there is to tell.
          await askedMore(page, calls, asked + 1);
          await settled();
          assert.deepEqual(calls.made.slice(asked).toSorted(), ["GET /notices", "GET /status"]);
          asked = calls.count();
        }
        await show(page, false);
        await page.clock.runFor(10 * MINUTE_MS);
        await settled();
        assert.equal(calls.count(), asked, "a hidden tab asks nothing");
        await show(page, true);
        await askedMore(page, calls, asked + 1);
        await settled();
        assert.deepEqual(calls.made.slice(asked).toSorted(), ["GET /notices", "GET /status"]);
      });
    },
  },
  {
    name: "a server that asks to wait is waited for, even by somebody who comes back to the tab",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("rate-limit", resident, async ({ page, card, allow }) => {
        allow(/status of 429/);
        const asked_at_ms: number[] = [];
        let refused_at_ms = Infinity;
        page.on("request", (request) => {
          if (request.method() === "GET" && request.url().endsWith("/calendar/status")) {
            asked_at_ms.push(performance.now());
          }
        });
        await page.route("**/functions/v1/calendar/status", (route) => {
          refused_at_ms = performance.now();
          return route.fulfill({
            status: 429,
            headers: {
              "retry-after": "3",
              "access-control-allow-origin": "*",
              "access-control-expose-headers": "retry-after",
            },
            json: { code: "rate_limited", message: "For programs." },
          });
        }, { times: 1 });
        await card.getByRole("button", { name: "Sync now" }).click();
        await page.getByText("What you see here may be out of date. That was a lot at once").waitFor();
        await card.getByText("1 deadline", { exact: true }).waitFor();
        assert.equal(await page.getByText("For programs.").count(), 0);
        await screenshot(page, "living-rate-limit");
        await show(page, false);
        await show(page, true);
        const again_at_ms = await until(() =>
          Promise.resolve(asked_at_ms.find((at_ms) => at_ms > refused_at_ms))
        );
        const waited_ms = again_at_ms - refused_at_ms;
        assert.ok(waited_ms > 2_900, `asked again after ${waited_ms} ms`);
        await page.getByText("What you see here may be out of date.").waitFor({ state: "detached" });
        await untilBadge(card, "Connected");
      });
    },
  },
  {
    name: "whoever is offline is told so, keeps what is shown, changes nothing, and is back by itself",
    async run(scene) {
      const resident = await scene.resident(["Audit"]);
      await scene.look("offline", resident, async ({ page, context, card, allow }) => {
        allow(/ERR_INTERNET_DISCONNECTED/);
        const before = (await scene.integrationOf(resident)).settings;
        // Its parts come when somebody begins to use it; what is wanted of them before has to wait until they can be had.
        await page.mouse.move(1, 1);
        await until(() => page.evaluate(LAST_PART_IS_THERE));
        await openSettings(card);
        await context.setOffline(true);
        const keep_up = await switchOf(card);
        await keep_up.click();
        const told = toastOf(page, "You seem to be offline. Nothing was changed.");
        await told.waitFor();
        await until(() => keep_up.isChecked());
        await told.waitFor({ state: "detached" });
        await card.getByRole("combobox", { name: "Add a reminder" }).selectOption({ label: "1 hour before" });
        await told.waitFor();
        await card.getByRole("listitem").filter({ hasText: "1 hour before" }).waitFor({ state: "detached" });
        await page.getByText("What you see here may be out of date. You seem to be offline.").waitFor();
        await untilBadge(card, "Connected");
        await card.getByText("1 deadline", { exact: true }).waitFor();
        await screenshot(page, "living-offline");

        await scene.addDeadlines(resident, ["Report"]);
        await scene.untilTitles(resident.calendar_id, ["Audit", "Report"]);
        await context.setOffline(false);
        await card.getByText("2 deadlines", { exact: true }).waitFor();
        await page.getByText("You seem to be offline.", { exact: false }).first().waitFor({
          state: "detached",
        });
        const after = await scene.integrationOf(resident);
        assert.deepEqual([after.sync_enabled, after.settings], [true, before], "nothing was kept back");
      });
    },
  },
];

const LAST_PART_IS_THERE = `performance.getEntriesByType("resource").some(({ name, responseEnd }) =>
  name.includes("toast-list") && responseEnd > 0)`;

/** Lets a stopped clock go on, by next to nothing, until the page has asked again. */
async function askedMore(page: Page, calls: Calls, asked: number): Promise<void> {
  await until(
    async () => {
      await page.clock.runFor(1);
      return calls.count() > asked;
    },
    undefined,
    () => Promise.resolve(calls.made),
  );
}

/** @returns waits until everything that was asked has been answered, and the page has taken it up */
function settling(page: Page, calls: Calls): () => Promise<void> {
  let answered = 0;
  page.on("requestfinished", (request) => {
    if (new URL(request.url()).pathname.startsWith("/functions/v1/calendar/")) answered++;
  });
  return async () => {
    await until(() => Promise.resolve(answered === calls.count()));
    await page.clock.runFor(50);
    assert.equal(answered, calls.count());
  };
}

/** As if its user turned to another tab, or back. */
async function show(page: Page, is_visible: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, "hidden", { configurable: true, get: () => ${!is_visible} });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${
    is_visible ? "visible" : "hidden"
  }" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));`);
}
