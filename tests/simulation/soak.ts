import { parseArgs } from "node:util";
import { z } from "zod";
import { BATCH_HISTORIES } from "./batch.ts";
import { startDatabases } from "../support/database.ts";
import { Player, PLAYERS } from "./players.ts";
import { PLANTS } from "./plants.ts";
import { Tally } from "./tally.ts";

const PROGRESS_EVERY_MS = 10_000;
const SHRINK_S = 30;
/** More of them tell nothing new. */
const REPORTS_MAX = 5;

const Options = z.object({
  minutes: z.coerce.number().positive().optional(),
  histories: z.coerce.number().int().positive().optional(),
  seed: z.coerce.number().int().default(() => Math.floor(Math.random() * 2 ** 30)),
  path: z.string().optional(),
  plant: z.enum(PLANTS).optional(),
  zombies: z.boolean().default(false),
  edits: z.boolean().default(false),
});
const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    histories: { type: "string" },
    seed: { type: "string" },
    path: { type: "string" },
    plant: { type: "string" },
    zombies: { type: "boolean" },
    edits: { type: "boolean" },
  },
});
const options = Options.parse(values);
const histories_max = options.path !== undefined
  ? 1
  : options.histories ?? (options.minutes === undefined ? 10_000 : Infinity);

const tally = new Tally();
let started_at = performance.now();
let begun = 0;
let batches = 0;
let violations = 0;

/** Whether there is more to do. */
function goesOn(): boolean {
  const minutes = (performance.now() - started_at) / 60_000;
  return begun < histories_max && minutes < (options.minutes ?? Infinity) &&
    violations < (options.plant === undefined ? REPORTS_MAX : 1);
}

async function play(player: Player): Promise<void> {
  while (goesOn()) {
    const histories = Math.min(BATCH_HISTORIES, histories_max - begun);
    begun += histories;
    const answer = await player.order({
      kind: "play",
      seed: options.seed + batches++,
      histories,
      path: options.path ?? null,
      shrink_s: options.plant === undefined ? SHRINK_S : 0,
    });
    tally.add(answer.counts);
    if (answer.report === null) continue;
    violations++;
    console.log(answer.report);
  }
}

function count(prefix: RegExp): number {
  return [...tally.counts].filter(([name]) => prefix.test(name)).reduce((sum, [, times]) => sum + times, 0);
}

function progress(): string {
  const seconds = (performance.now() - started_at) / 1000;
  const histories = count(/^histories$/);
  const rate = (histories / seconds).toFixed(1);
  return `${Math.round(seconds)} s: ${histories} histories (${rate}/s), ${violations} violations`;
}

console.log(`seed ${options.seed}`);
const databases = await startDatabases();
try {
  const players = await Promise.all(
    Array.from({ length: options.path === undefined ? PLAYERS : 1 }, async (_, index) => {
      const player = new Player();
      await player.order({
        kind: "open",
        url: await databases.create(`simulation_${index}`),
        plant: options.plant ?? null,
        zombies: options.zombies,
        edits: options.edits,
      });
      return player;
    }),
  );
  started_at = performance.now();
  const timer = setInterval(() => console.log(progress()), PROGRESS_EVERY_MS);
  await Promise.all(players.map(play));
  clearInterval(timer);
  await Promise.all(players.map((player) => player.order({ kind: "end" })));
} finally {
  await databases.stop();
}

const injected = [...tally.counts].filter(([name]) => /^(rpc|provider|token) \w+-|^cut$/.test(name))
  .sort(([a], [b]) => a < b ? -1 : 1).map(([name, times]) => `${name} ${times}`);
console.log(`faults injected: ${injected.join(", ") || "none"}`);
console.log(
  `${progress()}, ${count(/^move (?!step|work$|renew|jump|tick|nightly)/)} operations, ` +
    `${count(/^(rpc|provider|token) \w+-|^cut$/)} faults, ${count(/^provider calls$/)} provider calls`,
);
if (options.plant !== undefined) {
  console.log(violations > 0 ? `plant ${options.plant}: found` : `plant ${options.plant}: NOT FOUND`);
}
const as_hoped = options.plant === undefined ? violations === 0 : violations > 0;
Deno.exit(as_hoped ? 0 : 1);
