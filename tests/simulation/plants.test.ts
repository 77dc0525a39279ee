import assert from "node:assert/strict";
import { startDatabases } from "../support/database.ts";
import { openStagehouse, playBatch } from "./batch.ts";
import { PLANTS } from "./plants.ts";

const HISTORIES_MAX = 500;
/** The same histories each time. */
const SEED = 8;

/** The player replaces timers, and calls go unanswered on purpose. */
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test("bugs that were planted are found", options, async (t) => {
  const databases = await startDatabases();
  try {
    for (const plant of PLANTS) {
      await t.step(plant, async () => {
        const house = await openStagehouse({ url: await databases.create(plant), plant, zombies: false });
        const { report } = await playBatch(house, {
          seed: SEED,
          histories: HISTORIES_MAX,
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
