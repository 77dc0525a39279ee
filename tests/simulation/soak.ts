import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { BATCH_HISTORIES } from "./batch.ts";
import { startDatabases } from "../support/database.ts";
import { Answer, type Order } from "./player.ts";
import { PLANTS } from "./plants.ts";
import { Tally } from "./tally.ts";

const PLAYERS = 2;
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
});
const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    histories: { type: "string" },
    seed: { type: "string" },
    path: { type: "string" },
    plant: { type: "string" },
    zombies: { type: "boolean" },
  },
});
const options = Options.parse(values);
const histories_max = options.path !== undefined
  ? 1
  : options.histories ?? (options.minutes === undefined ? 10_000 : Infinity);

/** A thread with a database of its own. */
class Player {
  readonly #worker = new Worker(new URL("player.ts", import.meta.url));

  /** One order at a time. */
  async order(order: Order): Promise<Answer> {
    const answered = Promise.withResolvers<Answer>();
    const onMessage = (message: unknown) => answered.resolve(Answer.parse(message));
    this.#worker.once("message", onMessage).once("error", answered.reject);
    this.#worker.postMessage(order);
    try {
      return await answered.promise;
    } finally {
      this.#worker.off("error", answered.reject);
    }
  }
}

const tally = new Tally();
const started_at = performance.now();
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
  const seconds = Math.round((performance.now() - started_at) / 1000);
  return `${seconds} s: ${count(/^histories$/)} histories, ${violations} violations`;
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
      });
      return player;
    }),
  );
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
