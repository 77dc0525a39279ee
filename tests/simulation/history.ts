import { z } from "zod";
import type { Sql } from "postgres";
import type { CalendarClient } from "../../supabase/functions/_shared/providers/calendar-client.ts";
import type { Rpc } from "../../supabase/functions/_shared/platform/rpc.ts";
import { unjustified, USER_IDS, violations } from "./checks.ts";
import { leftovers } from "./leftovers.ts";
import { endImport, makeMove, type Stage, sweep } from "./moves.ts";
import { ACCOUNTS, type History, moveInWords } from "./operations.ts";
import { connectAccount, moveToCalendar, request } from "./requests.ts";
import type { Tally } from "./tally.ts";
import { randomFrom, replaceTimers } from "./timers.ts";
import { Workers } from "./workers.ts";
import { createWorld } from "./world.ts";

/** Longer than any wait or token lasts. */
const LONG_S = 7_200;
const ROUNDS_MAX = 60;
const STEPS_MAX = 5_000;
const OTHERS_END_MAX = 5_000;

/** The promise was broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** What histories run in. */
export interface Theatre {
  readonly sql: Sql;
  /** For a user's transaction that stays open beside everything else. */
  readonly import_sql: Sql;
  /** Fires no trigger. */
  readonly silent_sql: Sql;
  /** Time goes by in the database. */
  readonly shift: (seconds: number) => Promise<void>;
  readonly tally: Tally;
  readonly zombies: boolean;
  readonly distort: (rpc: Rpc) => Rpc;
  readonly distortClient: (client: CalendarClient) => CalendarClient;
}

/**
 * Plays one history, lets everything settle, and compares.
 *
 * @throws Violation that says what differs
 */
export async function playHistory(theatre: Theatre, history: History): Promise<void> {
  const { sql, tally } = theatre;
  const random = randomFrom(history.chance);
  const world = await createWorld({ ...theatre, accounts: ACCOUNTS, lenient: history.lenient });
  const restore = replaceTimers(world.scheduler, random);
  const stage: Stage = {
    world,
    workers: new Workers(world),
    random,
    zombies: theatre.zombies,
    made: 0,
    unseen: false,
    import_sql: theatre.import_sql,
    silent_sql: theatre.silent_sql,
    importing: null,
  };
  const problems: string[] = [];
  try {
    for (const account of world.accounts.keys()) {
      if (history.connected[account]) await connect(stage, account);
    }
    for (const move of history.moves) {
      tally.count(`move ${move.kind}`);
      if (move.kind !== "step") world.scheduler.trace.push(`- ${moveInWords(move)}`);
      await makeMove(stage, move);
    }
    world.scheduler.trace.push("- everything settles");
    await endImport(stage, true);
    await settle(stage);
    problems.push(...await unjustified(world));
    await mend(stage, history.chance);
    // A grant that ended, or a calendar that is gone, is found out about when it is needed.
    for (let time = 0; time < 3; time++) {
      if ((await world.integrations()).some(({ status }) => status !== "active")) await mend(stage, 0);
    }
    problems.push(...await violations(world));
  } catch (error: unknown) {
    problems.push(error instanceof Error ? error.stack ?? error.message : String(error));
    for (const actor of world.scheduler.actors) world.scheduler.kill(actor);
    await world.scheduler.quiet();
  } finally {
    restore();
    await endImport(stage, false);
    await sql`delete from auth.users where id in ${sql(USER_IDS)}`;
    problems.push(...await leftovers(sql));
    tally.count("histories");
  }
  if (problems.length === 0) return;
  throw new Violation([...problems, "What happened:", ...world.scheduler.trace].join("\n  "));
}

/** Lets everybody go on without faults, and time go by, until nothing is due any more. */
export async function settle(stage: Stage): Promise<void> {
  const { world, workers } = stage;
  let idle = 0;
  for (let round = 0; idle < 2; round++) {
    if (round === ROUNDS_MAX) throw new Violation("work is due for ever");
    await finish(stage);
    await untilOthersEnd(world.sql);
    await world.sql`select calendar_sync.tick()`;
    // Else it would find what a bug forgot.
    if (stage.unseen) await sweep(world);
    const { counts } = world.tally;
    const [worked, pulls] = [counts.get("lanes worked"), counts.get("pulls")];
    workers.start(0);
    await finish(stage);
    // Calendars are read for ever, now and then. What is found in them is work.
    if (counts.get("lanes worked") !== worked) {
      idle = 0;
    } else if (counts.get("pulls") === pulls) {
      idle++;
      await world.shift(LONG_S);
    }
  }
}

/** A scan is repeated once transactions have ended, those of other databases of this server too: other histories are played there. */
async function untilOthersEnd(sql: Sql): Promise<void> {
  for (let time = 0; time < OTHERS_END_MAX; time++) {
    const [waiting] = await sql`select pg_sleep(0.02) from calendar_sync.jobs
      where cursor ? 'waits_for' and calendar_sync.is_open_before((cursor ->> 'waits_for')::xid8) limit 1`;
    if (waiting === undefined) return;
  }
  throw new Violation("transactions of others never end");
}

/**
 * What only users can mend, they do; then it settles again.
 *
 * @param chance its bits say which accounts are connected again
 */
async function mend(stage: Stage, chance: number): Promise<void> {
  const { world } = stage;
  world.scheduler.trace.push("- users mend what is theirs to mend");
  for (const [account, { user }] of world.accounts.entries()) {
    const row = await world.integrationOf(account);
    const comes_back = (chance >> account) % 2 === 1;
    if (row === null ? comes_back : row.status === "disconnected") await connect(stage, account);
    const now = await world.integrationOf(account);
    if (now === null) continue;
    if (!now.sync_enabled) {
      await world.asUser(
        user,
        (rpc) =>
          rpc("calendar_update_integration", { p_integration_id: now.id, p_sync_enabled: true }, z.unknown()),
      );
    }
    if (!world.accounts[account]?.grants.account.calendar_ids.includes(now.calendar_id ?? "")) {
      request(world, account, "choose", (user_id) => moveToCalendar(world, account, user_id, "own"));
      await finish(stage);
    }
  }
  await settle(stage);
  const [left] = await world.sql`select from calendar_sync.jobs limit 1`;
  if (left === undefined) return;
  for (const user of [0, 1]) await world.asUser(user, (rpc) => rpc("calendar_sync_now", {}, z.unknown()));
  await settle(stage);
}

export async function connect(stage: Stage, account: number): Promise<void> {
  request(stage.world, account, "connect", (user_id) => connectAccount(stage.world, account, user_id));
  await finish(stage);
}

/** Runs everybody to the end, without faults. */
export async function finish({ world: { scheduler } }: Stage): Promise<void> {
  await scheduler.quiet();
  for (let step = 0; scheduler.waiting > 0; step++) {
    if (step === STEPS_MAX) throw new Violation("somebody goes on for ever");
    await scheduler.step(0, null);
  }
}
