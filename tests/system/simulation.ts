// What takes longer than `npm test` should: many histories of the simulation, and the same ones for each bug that was planted.
// The last line is `N passed, N failed`.
import { BATCH_HISTORIES } from "../simulation/batch.ts";
import { type Piece, playPieces } from "../simulation/players.ts";
import { needsEdits, PLANTS } from "../simulation/plants.ts";
import { startDatabases } from "../support/database.ts";

const HISTORIES = 300;
const SHRINK_S = 60;
/** The same histories each time, and enough of them for the bug that is the hardest to find. */
const PLANTED = { seed: 8, histories: 3000, path: null, shrink_s: 0 };

const first_seed = Math.floor(Math.random() * 2 ** 30);
const planted = PLANTS.map((plant): Piece => ({
  name: plant,
  open: { plant, zombies: false, edits: needsEdits(plant) },
  play: PLANTED,
}));
const sound = Array.from({ length: HISTORIES / BATCH_HISTORIES }, (_, batch): Piece => ({
  name: `sound_${batch}`,
  // Every fifth batch is one of edits.
  open: { plant: null, zombies: false, edits: batch % 5 === 4 },
  play: { seed: first_seed + batch, histories: BATCH_HISTORIES, path: null, shrink_s: SHRINK_S },
}));

let failed = 0;
const databases = await startDatabases();
try {
  await playPieces(databases, [...planted, ...sound], ({ open: { plant } }, { histories, report }) => {
    const is_as_hoped = (report === null) === (plant === null);
    if (!is_as_hoped) failed++;
    if (plant !== null) {
      console.log(
        `planted bug "${plant}": ${is_as_hoped ? "found in" : "NOT FOUND in"} ${histories} histories`,
      );
    } else {
      console.log(report ?? `${histories} histories: ok`);
    }
  });
} finally {
  await databases.stop();
}
console.log(`${planted.length + sound.length - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
