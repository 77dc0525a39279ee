import type { EditLog, EditStory } from "./edit-log.ts";
import type { EditMove } from "./edit-operations.ts";
import { finish } from "./history.ts";
import { type Content, dateOf, expectedEvent } from "./model.ts";
import { makeMove, type Stage } from "./moves.ts";
import type { World } from "./world.ts";
import type { ProviderAccount, ShownEvent } from "./provider-accounts.ts";

/** More moves and deletions of one event within a day are a fight with another program, which we leave to it. */
const EDITS_MAX = 3;
const LAG_MS = 3_600_000;
/** Longer than changes of an event that was just written wait for each other. */
const PASS_S = 20;

/** Does one step of a history of edits. */
export async function makeEditMove(stage: Stage, log: EditLog, move: EditMove): Promise<void> {
  const { world } = stage;
  switch (move.kind) {
    case "write":
    case "status": {
      const before = world.model.obligations.get(move.place);
      await makeMove(stage, move);
      const after = world.model.obligations.get(move.place);
      if (after === undefined) return;
      if (before?.status !== after.status) log.completions++;
      const is_new_deadline = before === undefined || deadlineOf(before) !== deadlineOf(after);
      log.noteChange(after.id, is_new_deadline, (account) => overwritesUnseen(world, account));
      return;
    }
    case "title": {
      const known = world.model.obligations.get(move.place);
      if (known === undefined) return;
      const content = { ...known, title: move.title };
      return await makeEditMove(stage, log, { kind: "write", place: move.place, user: known.user, content });
    }
    case "edit":
      return await edit(stage, log, move);
    case "pass":
      await finish(stage);
      return await world.shift(PASS_S);
    case "lag":
      // Of a creation that is repeated with another content, Outlook does not say which event it met: that is looked for.
      if (log.has_faults && world.accounts[move.account]?.provider === "outlook") return;
      return world.accounts[move.account]?.grants.account.lag(move.lags ? LAG_MS : 0);
    case "cursors_end":
      return world.accounts[move.account]?.grants.account.expireCursors();
    default:
      return await makeMove(stage, move);
  }
}

async function edit(
  { world }: Stage,
  log: EditLog,
  move: Extract<EditMove, { kind: "edit" }>,
): Promise<void> {
  const account = world.accounts[move.account]?.grants.account;
  const obligation = world.model.obligations.get(move.place);
  if (!account || !obligation) return;
  const story = log.storyOf(move.account, obligation.id);
  const event = account.events.find(({ obligation_id }) => obligation_id === obligation.id);
  const legal = expectedEvent(obligation, "keep")?.start;
  if (!change(account, event, legal, story, move, log)) return;
  world.tally.count(`edit ${move.edit}`);
  if (await hasWork(world)) {
    // What is on its way goes over it.
    story.latest_day = null;
    story.seen_deletions = 0;
    if (overwritesUnseen(world, move.account)) story.unseen_day = null;
  }
  // An earlier move that is being read is put back over it.
  if (overwritesUnseen(world, move.account) && await isWorked(world, move.account)) story.unseen_day = null;
  if (move.calls) await callFor(world, move.account);
  else log.uncalled.add(move.account);
}

/** Outlook refuses no write: what is on its way writes over a move unseen. */
export function overwritesUnseen({ accounts }: Pick<World, "accounts">, account: number): boolean {
  return accounts[account]?.provider === "outlook";
}

async function hasWork({ sql }: World): Promise<boolean> {
  const [row] =
    await sql`select from calendar_sync.jobs where kind = 'event' union all select from calendar_sync.changes limit 1`;
  return row !== undefined;
}

/** Whether a worker has the calendar of an account. */
async function isWorked(world: World, account: number): Promise<boolean> {
  const row = await world.integrationOf(account);
  if (row === null) return false;
  const leased = await world.sql`
    select from calendar_sync.lanes where integration_id = ${row.id} and leased_by is not null`;
  return leased.length > 0;
}

/** Has the calendar of an account read, as the call of a channel does. */
export async function callFor(world: World, account: number): Promise<void> {
  const row = await world.integrationOf(account);
  if (row !== null) await world.sql`select calendar_sync.append_changes(array[${row.id}::uuid], 'pull', 1)`;
}

/** @returns whether anything was done */
function change(
  account: ProviderAccount,
  event: ShownEvent | undefined,
  legal: string | number | undefined,
  story: EditStory,
  move: Extract<EditMove, { kind: "edit" }>,
  log: EditLog,
): boolean {
  if (move.edit === "put_back") {
    if (story.deleted === null || event !== undefined) return false;
    account.edit(story.deleted, { kind: "put_back" });
    story.deleted = null;
    story.put_backs++;
    story.seen_deletions = 0;
    return true;
  }
  if (event === undefined) return false;
  switch (move.edit) {
    case "move": {
      if (story.days.length + story.deletions === EDITS_MAX) return false;
      const day = dateOf({ title: "", due: "day", status: "pending", day: move.day });
      if (story.days.includes(day) || day === legal || day === event.start) return false;
      account.edit(event, { kind: "move", day, time: null });
      story.days.push(day);
      // A move of what our newer deadline goes over anyway is nothing to decide on, nor one to where it was sent before.
      story.unseen_day = (event.start === legal || event.start === story.unseen_day) &&
          !log.wasAccepted(event.obligation_id, day)
        ? day
        : null;
      story.latest_day = story.unseen_day;
      return true;
    }
    case "rename": {
      const title = `Theirs ${story.titles.length}`;
      account.edit(event, { kind: "rename", title });
      story.titles.push(title);
      return true;
    }
    case "delete":
      if (story.days.length + story.deletions === EDITS_MAX) return false;
      account.edit(event, { kind: "delete" });
      story.deletions++;
      story.deleted = { calendar_id: event.calendar_id, event_id: event.event_id };
      story.unseen_day = null;
      story.latest_day = null;
      story.seen_deletions++;
      return true;
    case "lengthen":
    case "repeat":
      account.edit(event, { kind: move.edit });
      return true;
    case "invite":
      account.edit(event, { kind: "invite", email: "guest@example.com" });
      return true;
    case "copy":
      account.edit(event, { kind: "copy" });
      for (const copy of account.copies) {
        const key = `${move.account} ${copy.event_id}`;
        if (!log.copies.has(key)) log.copies.set(key, copy);
      }
      return true;
  }
}

function deadlineOf({ due, day, status }: Content): string {
  return `${due} ${day} ${status === "cancelled"}`;
}
