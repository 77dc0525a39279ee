import { z } from "zod";
import type { Sql } from "postgres";
import { USER_IDS } from "./checks.ts";
import { editProblems } from "./edit-checks.ts";
import { EditLog } from "./edit-log.ts";
import { callFor, makeEditMove } from "./edit-moves.ts";
import { EDIT_ACCOUNTS, type EditHistory, editMoveInWords } from "./edit-operations.ts";
import { followAccepts } from "./follow-accepts.ts";
import { connect, settle, type Theatre, Violation } from "./history.ts";
import { leftovers } from "./leftovers.ts";
import type { Stage } from "./moves.ts";
import type { ProviderAccount } from "./provider-accounts.ts";
import { randomFrom, replaceTimers } from "./timers.ts";
import { Workers } from "./workers.ts";
import { createWorld, type World } from "./world.ts";

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
  const has_faults = history.moves.some((move) => move.kind === "step" && move.fault !== null);
  const log = new EditLog(has_faults);
  const problems: string[] = [];
  const world: World = await createWorld({
    ...theatre,
    follow: (rpc) => followAccepts(rpc, () => world, history.modes, log, problems),
    accounts: EDIT_ACCOUNTS,
    lenient: history.lenient,
    disturb: async (account, request, answer) => {
      if (isWrite(request)) {
        log.noteWrite(world.accounts.findIndex(({ grants }) => grants.account === account));
      }
      if (!is_disturbed) return answer;
      return await disturbed(request, answer, random, (event_id) =>
        // Where we do not know of a creation of ours, nothing tells what stood there before from an edit.
        log.has_faults ? undefined : account.versionBefore(event_id));
    },
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
  try {
    for (const account of EDIT_ACCOUNTS.keys()) await connect(stage, account);
    await chooseModes(world, history.modes);
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
    problems.push(...await editProblems(world, log, history.modes));
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

/** Each account's user chooses what becomes of moves. */
async function chooseModes(world: World, modes: EditHistory["modes"]): Promise<void> {
  for (const [account, { user }] of world.accounts.entries()) {
    const row = await world.integrationOf(account);
    if (row === null) continue;
    await world.asUser(user, (rpc) =>
      rpc("calendar_update_integration", {
        p_integration_id: row.id,
        p_settings: { calendar_edits: modes[account] ?? "restore" },
      }, z.unknown()));
  }
}

function isWrite({ method }: Request): boolean {
  return !["GET", "OPTIONS", "PROPFIND", "REPORT"].includes(method);
}

const Listing = z.looseObject({
  items: z.array(z.looseObject({ id: z.string() })).optional(),
  value: z.array(z.looseObject({ id: z.string() })).optional(),
});

/**
 * A listing of events as providers may answer it: in another order, with an event twice, with the version before our last write.
 *
 * @param versionBefore finds the version before our last write by the id of its event; undefined: nothing was written over
 */
async function disturbed(
  request: Request,
  answer: Response,
  random: () => number,
  versionBefore: ProviderAccount["versionBefore"],
): Promise<Response> {
  if (request.method !== "GET" || !/\/events$/.test(new URL(request.url).pathname) || !answer.ok) {
    return answer;
  }
  const body = Listing.parse(await answer.json());
  const change = (items: readonly { readonly id: string }[]) => {
    const late = items.map((item) => random() < 0.3 ? versionBefore(item.id) ?? item : item);
    const twice = random() < 0.3 ? [...late, ...late] : late;
    return random() < 0.3 ? twice.toReversed() : twice;
  };
  return Response.json({
    ...body,
    ...(body.items && { items: change(body.items) }),
    ...(body.value && { value: change(body.value) }),
  });
}
