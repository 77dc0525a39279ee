import assert from "node:assert/strict";
import { BATCH_HISTORIES, openStagehouse, playBatch } from "./batch.ts";
import { startDatabases } from "../support/database.ts";
import { PLANTS } from "./plants.ts";

const HISTORIES = 300;
const PLANT_HISTORIES_MAX = 500;
const SHRINK_S = 20;

/** The player replaces timers, and calls go unanswered on purpose. */
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("whatever happens, calendars end up as obligations say", options, async (t) => {
  const databases = await startDatabases();
  try {
    await t.step(`in ${HISTORIES} histories`, async () => {
      const house = await openStagehouse({
        url: await databases.create("sound"),
        plant: null,
        zombies: false,
      });
      const first_seed = Math.floor(Math.random() * 2 ** 30);
      for (let batch = 0; batch < HISTORIES / BATCH_HISTORIES; batch++) {
        const { report } = await playBatch(house, {
          seed: first_seed + batch,
          histories: BATCH_HISTORIES,
          path: null,
          shrink_s: SHRINK_S,
        });
        assert.equal(report, null, report ?? "");
      }
      await house.end();
    });
    for (const plant of PLANTS) {
      await t.step(`the planted bug "${plant}" is found`, async () => {
        const house = await openStagehouse({ url: await databases.create(plant), plant, zombies: false });
        const { report } = await playBatch(house, {
          seed: 1,
          histories: PLANT_HISTORIES_MAX,
          path: null,
          shrink_s: 0,
        });
        await house.end();
        assert.notEqual(report, null);
      });
    }
  } finally {
    await databases.stop();
  }
});
