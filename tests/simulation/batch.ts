import fc from "fast-check";
import postgres from "postgres";
import { prepareShift } from "../support/shift-time.ts";
import { playEditHistory, stopPolls } from "./edit-history.ts";
import { anyEditHistory, editsInWords } from "./edit-operations.ts";
import { installLeftovers } from "./leftovers.ts";
import { playHistory, type Theatre } from "./history.ts";
import { anyHistory, inWords } from "./operations.ts";
import { type Plant, plant } from "./plants.ts";
import { Tally } from "./tally.ts";

const LOCK_TIMEOUT_MS = 5_000;

/** Histories that one seed stands for. */
export const BATCH_HISTORIES = 50;

/** A database to play histories in, one at a time. */
export interface Stagehouse extends Theatre {
  /** Whether its histories are those of edits. */
  readonly edits: boolean;
  end(): Promise<void>;
}

/**
 * @param options.url of a database of its own, see `startDatabases`
 * @param options.plant a bug that is to be found
 * @param options.edits plays histories of what users do in their calendars, see `edit-operations.ts`
 * @param options.zombies whether workers may go on although their leases ended
 */
export async function openStagehouse(
  options: {
    readonly url: string;
    readonly plant: Plant | null;
    readonly zombies: boolean;
    readonly edits?: boolean;
  },
): Promise<Stagehouse> {
  // Nothing may wait for the transaction that is open on the other connection.
  const sql = postgres(options.url, {
    max: 1,
    onnotice: () => {},
    connection: { lock_timeout: LOCK_TIMEOUT_MS },
  });
  const import_sql = postgres(options.url, { max: 1, onnotice: () => {} });
  // A connection that sets this anew loses every plan that it has made.
  const silent_sql = postgres(options.url, {
    max: 1,
    onnotice: () => {},
    connection: { lock_timeout: LOCK_TIMEOUT_MS, session_replication_role: "replica" },
  });
  await installLeftovers(sql);
  const edits = options.edits ?? false;
  if (edits) await stopPolls(sql);
  const distortion = await plant(sql, options.plant);
  return {
    sql,
    import_sql,
    silent_sql,
    shift: await prepareShift(silent_sql),
    ...distortion,
    edits,
    zombies: options.zombies,
    tally: new Tally(),
    async end() {
      await silent_sql.end();
      await import_sql.end();
      await sql.end();
    },
  };
}

/** Which histories, and how much time to make one smaller that fails. */
export interface Batch {
  readonly seed: number;
  readonly histories: number;
  /** fast-check's, of one history; null: all of them. */
  readonly path: string | null;
  readonly shrink_s: number;
}

/** @returns the histories that it took, and a report where one of them broke the promise */
export async function playBatch(
  house: Stagehouse,
  batch: Batch,
): Promise<{ readonly histories: number; readonly report: string | null }> {
  return house.edits
    ? await play(
      batch,
      "--edits ",
      anyEditHistory,
      (history) => playEditHistory(house, history),
      editsInWords,
    )
    : await play(batch, "", anyHistory, (history) => playHistory(house, history), inWords);
}

async function play<History>(
  batch: Batch,
  options: string,
  arbitrary: fc.Arbitrary<History>,
  playOne: (history: History) => Promise<void>,
  words: (history: History) => string,
): Promise<{ readonly histories: number; readonly report: string | null }> {
  let give_up_at: number | null = null;
  const property = fc.asyncProperty(arbitrary, async (history) => {
    // Once the time is up, no smaller history is looked for.
    if (give_up_at !== null && performance.now() > give_up_at) return;
    try {
      await playOne(history);
    } catch (error: unknown) {
      give_up_at ??= performance.now() + batch.shrink_s * 1000;
      throw error;
    }
  });
  const details = await fc.check(property, {
    seed: batch.seed,
    numRuns: batch.histories,
    endOnFailure: batch.shrink_s === 0,
    ...(batch.path === null ? {} : { path: batch.path }),
  });
  if (!details.failed) return { histories: details.numRuns, report: null };
  const { seed, counterexamplePath, counterexample, errorInstance } = details;
  return {
    histories: details.numRuns,
    report: [
      `Violation. Replay: npm run soak -- ${options}--seed ${seed} --path ${counterexamplePath}`,
      ...(counterexample ? [words(counterexample[0])] : []),
      errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    ].join("\n"),
  };
}
