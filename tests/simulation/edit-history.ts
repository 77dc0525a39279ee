import { z } from "zod";
import type { Sql } from "postgres";
import { USER_IDS } from "./checks.ts";
import { editProblems } from "./edit-checks.ts";
import { EditLog } from "./edit-log.ts";
import { callFor, makeEditMove } from "./edit-moves.ts";
import { type EditHistory, editMoveInWords } from "./edit-operations.ts";
import { connect, settle, type Theatre, Violation } from "./history.ts";
import { leftovers } from "./leftovers.ts";
import type { Stage } from "./moves.ts";
import { ACCOUNTS } from "./operations.ts";
import type { ProviderAccount } from "./provider-accounts.ts";
import { randomFrom, replaceTimers } from "./timers.ts";
import { Workers } from "./workers.ts";
import { createWorld } from "./world.ts";

/**
 * Takes polls away, which would find in the end whatever was forgotten: calendars are read when something calls for it.
 */
export async function stopPolls(sql: Sql): Promise<void> {
  await sql.unsafe(
    `create or replace function calendar_sync.poll_interval(p_integration_id uuid) returns interval
     language sql stable set search_path = '' as $$ select interval '1 year' $$`,
  );
}

/**
 * Plays one history of edits, lets everything settle, and compares.
 *
 * @throws Violation that says what differs
 */
export async function playEditHistory(theatre: Theatre, history: EditHistory): Promise<void> {
  const { sql, tally } = theatre;
  const random = randomFrom(history.chance);
  let is_disturbed = true;
  const world = await createWorld({
    ...theatre,
    lenient: history.lenient,
    disturb: (account, request, answer) =>
      is_disturbed ? disturbed(account, request, answer, random) : Promise.resolve(answer),
  });
  const restore = replaceTimers(world.scheduler, random);
  const stage: Stage = {
    world,
    workers: new Workers(world),
    random,
    zombies: false,
    made: 0,
    unseen: false,
    import_sql: theatre.import_sql,
    silent_sql: theatre.silent_sql,
    importing: null,
  };
  const log = new EditLog();
  const problems: string[] = [];
  try {
    for (const account of ACCOUNTS.keys()) await connect(stage, account);
    for (const move of history.moves) {
      tally.count(`move ${move.kind}`);
      if (move.kind !== "step") world.scheduler.trace.push(`- ${editMoveInWords(move)}`);
      await makeEditMove(stage, log, move);
    }
    world.scheduler.trace.push("- everything settles");
    is_disturbed = false;
    for (const { grants } of world.accounts) grants.account.lag(0);
    for (const account of log.uncalled) await callFor(world, account);
    await settle(stage);
    problems.push(...await editProblems(world, log));
  } catch (error: unknown) {
    problems.push(error instanceof Error ? error.stack ?? error.message : String(error));
    for (const actor of world.scheduler.actors) world.scheduler.kill(actor);
    await world.scheduler.quiet();
  } finally {
    restore();
    await sql`delete from auth.users where id in ${sql(USER_IDS)}`;
    problems.push(...await leftovers(sql));
    tally.count("histories");
  }
  if (problems.length === 0) return;
  throw new Violation([...problems, "What happened:", ...world.scheduler.trace].join("\n  "));
}

const Listing = z.looseObject({
  items: z.array(z.looseObject({ id: z.string() })).optional(),
  value: z.array(z.looseObject({ id: z.string() })).optional(),
});

/** A listing of events as providers may answer it: in another order, with an event twice, with the version before our last write. */
async function disturbed(
  account: ProviderAccount,
  request: Request,
  answer: Response,
  random: () => number,
): Promise<Response> {
  if (request.method !== "GET" || !/\/events$/.test(new URL(request.url).pathname) || !answer.ok) {
    return answer;
  }
  const body = Listing.parse(await answer.json());
  const change = (items: readonly { readonly id: string }[]) => {
    const late = items.map((item) => random() < 0.3 ? account.versionBefore(item.id) ?? item : item);
    const twice = random() < 0.3 ? [...late, ...late] : late;
    return random() < 0.3 ? twice.toReversed() : twice;
  };
  return Response.json({
    ...body,
    ...(body.items && { items: change(body.items) }),
    ...(body.value && { value: change(body.value) }),
  });
}
