import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { until } from "../../../support/calendar-api.ts";
import { assertAccessible } from "../../support/axe.ts";
import { calendarCalls } from "../../support/measure.ts";
import { screenshot } from "../../support/screenshot.ts";
import { type Behaviour, type LivingScene, untilBadge } from "../living-scene.ts";

const DEADLINES = 1_000;
/** The page asks every two seconds while something happens, and once a minute otherwise; a busy machine adds to that. */
const BEHIND_MAX_MS = 10_000;
/** Of what is left of the sync once nothing slows it down. */
const DONE_WITHIN_MS = 60_000;

export const PROGRESS: Behaviour = {
  name: "a long sync shows how far it is and how long it takes, through a reload, until it is done",
  async run(scene) {
    const { provider } = scene;
    const resident = await scene.resident([]);
    provider.emulator.faults.set([
      { match: { path: provider.paths.events }, kind: "latency", latency_ms: LATENCY_MS[provider.name] },
    ]);
    await scene.look("progress", resident, async ({ page, card }) => {
      const bar = card.getByRole("progressbar", { name: `Sync of ${resident.account}` });
      await scene.addDeadlines(resident, numbered(DEADLINES));
      // What is at rest asks once a minute: whoever wants to know at once asks.
      await card.getByRole("button", { name: "Sync now" }).click();
      await bar.waitFor();
      const calls = calendarCalls(page);
      for (let round = 0; round < 3; round++) {
        const asked = calls.count("GET /status");
        await assertUpToDate(scene, resident, bar);
        await until(() => Promise.resolve(calls.count("GET /status") > asked), BEHIND_MAX_MS);
      }
      await card.getByText(/^(about \d+ (s|min) left|almost done)$/).waitFor();
      await card.getByText(/^Deadlines: \d+ of 1,000$/).waitFor();
      await assertAccessible(page, "a sync", { best_practices: true });
      await screenshot(page, `living-${provider.name}-progress`);

      const before = await valueOf(bar);
      await page.reload();
      await bar.waitFor();
      assert.ok(await valueOf(bar) >= before, "a reload begins at the beginning");
      await assertUpToDate(scene, resident, bar);

      provider.emulator.faults.clear();
      await untilBadge(card, "Connected", DONE_WITHIN_MS);
      await card.getByText("1,000 deadlines", { exact: true }).waitFor();
      assert.equal(await bar.count(), 0);
      assert.equal(scene.events(resident.calendar_id).length, DEADLINES);
    });
  },
};

/** So that a sync takes more than a minute, unless it is let go. */
const LATENCY_MS = { google: 4_000, outlook: 400 };

async function assertUpToDate(
  scene: LivingScene,
  resident: Parameters<LivingScene["integrationOf"]>[0],
  bar: Locator,
): Promise<void> {
  const { progress } = await scene.integrationOf(resident);
  await until(
    async () => await valueOf(bar) >= progress.synced,
    BEHIND_MAX_MS,
    async () => ({ shown: await valueOf(bar), is: progress.synced }),
  );
}

async function valueOf(bar: Locator): Promise<number> {
  return Number(await bar.getAttribute("value"));
}

function numbered(n: number): string[] {
  return Array.from({ length: n }, (_, index) => `Emissions report ${index + 1}`);
}
