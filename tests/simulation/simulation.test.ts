import assert from "node:assert/strict";
import { startDatabases } from "../support/database.ts";
import { BATCH_HISTORIES, openStagehouse, playBatch } from "./batch.ts";

/** tests/system/simulation.ts plays more of them. */
const HISTORIES = 80;
const EDIT_HISTORIES = 20;
const SHRINK_S = 20;

/** The player replaces timers, and calls go unanswered on purpose. */
const options = { sanitizeOps: false, sanitizeResources: false };

Deno.test(`in ${HISTORIES} histories calendars end up as obligations say`, options, async () => {
  const databases = await startDatabases();
  try {
    const house = await openStagehouse({
      url: await databases.create("sound"),
      plant: null,
      zombies: false,
    });
    const first_seed = Math.floor(Math.random() * 2 ** 30);
    for (let begun = 0; begun < HISTORIES; begun += BATCH_HISTORIES) {
      const { report } = await playBatch(house, {
        seed: first_seed + begun / BATCH_HISTORIES,
        histories: Math.min(BATCH_HISTORIES, HISTORIES - begun),
        path: null,
        shrink_s: SHRINK_S,
      });
      assert.equal(report, null, report ?? "");
    }
    await house.end();
  } finally {
    await databases.stop();
  }
});

Deno.test(
  `in ${EDIT_HISTORIES} histories edits in calendars are seen, answered and told once`,
  options,
  async () => {
    const databases = await startDatabases();
    try {
      const house = await openStagehouse({
        url: await databases.create("edits"),
        plant: null,
        zombies: false,
        edits: true,
      });
      const { report } = await playBatch(house, {
        seed: Math.floor(Math.random() * 2 ** 30),
        histories: EDIT_HISTORIES,
        path: null,
        shrink_s: SHRINK_S,
      });
      await house.end();
      assert.equal(report, null, report ?? "");
    } finally {
      await databases.stop();
    }
  },
);
