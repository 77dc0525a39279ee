import type { Sql } from "postgres";
import { z } from "zod";
import { type Content, dateOf, instantOf, type ModelObligation } from "./model.ts";
import { type Move, PLACES } from "./operations.ts";
import { connectAccount, disconnectAccount, moveToCalendar, request } from "./requests.ts";
import { uuidOf, type World } from "./world.ts";
import type { Workers } from "./workers.ts";

/** No call to the database or to a provider takes longer: then it is given up. */
const CALL_TIMEOUT_S = 10;

/** Longer than a lease lasts. */
const STOLEN_AFTER_S = 20;

/** A history's own part: its workers and its chance. */
export interface Stage {
  readonly world: World;
  readonly workers: Workers;
  readonly random: () => number;
  /** Workers whose leases ended go on unaware, as if their process had been frozen. */
  readonly zombies: boolean;
  /** Obligations so far, for their ids. */
  made: number;
  /** Whether anything was written of which the triggers do not know. */
  unseen: boolean;
  /** A connection of its own, for the transaction that stays open. */
  readonly import_sql: Sql;
  /** For writes that no trigger sees. */
  readonly silent_sql: Sql;
  /** What the open transaction adds, by its place; null: none is open. */
  importing: Map<number, ModelObligation> | null;
}

/** Ends the transaction that is open, if one is. */
export async function endImport(stage: Stage, commits: boolean): Promise<void> {
  const added = stage.importing;
  if (added === null) return;
  stage.importing = null;
  await stage.import_sql.unsafe(commits ? "commit" : "rollback");
  if (!commits) return;
  for (const [place, obligation] of added) stage.world.model.set(place, obligation);
}

/** As if a day had gone round. */
export async function sweep({ sql }: World): Promise<void> {
  await sql`select calendar_sync.sweep('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')`;
}

/** Does one move, up to where it waits for others. */
export async function makeMove(stage: Stage, move: Move): Promise<void> {
  const { world, workers, random } = stage;
  const { sql, scheduler, model } = world;
  switch (move.kind) {
    case "write":
      return await write(stage, sql, move.place, move.user, move.content);
    case "status": {
      const known = model.obligations.get(move.place);
      if (known) await write(stage, sql, move.place, known.user, { ...known, status: move.status });
      return;
    }
    case "reassign": {
      const known = model.obligations.get(move.place);
      if (known) await write(stage, sql, move.place, move.user, known);
      return;
    }
    case "delete": {
      const known = model.obligations.get(move.place);
      if (!known) return;
      await sql`delete from public.obligations where id = ${known.id}`;
      model.obligations.delete(move.place);
      return;
    }
    case "toggle":
    case "settings": {
      const row = await world.integrationOf(move.account);
      if (!row) return;
      const choice = { sync_enabled: row.sync_enabled, completed_events: row.completed_events };
      if (move.kind === "toggle") choice.sync_enabled = !choice.sync_enabled;
      else choice.completed_events = move.completed_events;
      world.choices.set(row.id, choice);
      await world.asUser(
        world.accounts[move.account]?.user ?? 0,
        (rpc) =>
          rpc("calendar_update_integration", {
            p_integration_id: row.id,
            p_sync_enabled: choice.sync_enabled,
            p_settings: { completed_events: choice.completed_events },
          }, z.unknown()),
      );
      return;
    }
    case "sync_now":
      return await world.asUser(move.user, (rpc) => rpc("calendar_sync_now", {}, z.unknown()));
    case "connect":
      request(world, move.account, "connect", (user_id) => connectAccount(world, move.account, user_id));
      break;
    case "disconnect":
      request(
        world,
        move.account,
        "disconnect",
        (user_id) => disconnectAccount(world, move.account, user_id, move.events),
      );
      break;
    case "calendar":
      request(
        world,
        move.account,
        "choose",
        (user_id) => moveToCalendar(world, move.account, user_id, move.to),
      );
      break;
    case "event_deleted": {
      const grants = world.accounts[move.account]?.grants;
      const obligation = model.obligations.get(move.place);
      const event = grants?.account.events.find(({ obligation_id }) => obligation_id === obligation?.id);
      if (!grants || !event) return;
      grants.account.removeEvent(event);
      model.noteDeletion(grants.account_id, event.obligation_id);
      return;
    }
    case "calendar_deleted": {
      const grants = world.accounts[move.account]?.grants;
      const row = await world.integrationOf(move.account);
      if (!grants || !row?.calendar_id || row.calendar_id === grants.account.primary_id) return;
      grants.account.removeCalendar(row.calendar_id);
      return;
    }
    case "revoked":
      return world.accounts[move.account]?.grants.revoke(true);
    case "tokens_expired":
      return world.accounts[move.account]?.grants.account.forget();
    case "work":
      workers.start(move.process);
      break;
    case "renew":
      return await workers.renew(move.process);
    case "step":
      for (let time = 1; time <= move.times; time++) {
        if (await scheduler.step(move.pick, time === move.times ? move.fault : null) === null) return;
      }
      return;
    case "jump": {
      const unleased = workers.age(move.seconds);
      if (!stage.zombies) {
        const late = move.seconds >= CALL_TIMEOUT_S ? scheduler.actors : unleased;
        for (const actor of late) await scheduler.cut(actor, random);
      }
      return await world.shift(move.seconds);
    }
    case "stolen":
      await makeMove(stage, { kind: "jump", seconds: STOLEN_AFTER_S });
      if (move.deletes) {
        const places = [...model.obligations.keys()];
        await makeMove(stage, { kind: "delete", place: places[move.place % places.length] ?? move.place });
      }
      return await makeMove(stage, { kind: "work", process: move.process });
    case "import": {
      if (stage.importing !== null) return;
      stage.importing = new Map();
      await stage.import_sql`begin`;
      for (const content of move.contents) {
        const obligation = { ...content, id: uuidOf("obligation", ++stage.made), user: move.user };
        await stage.import_sql`insert into public.obligations ${stage.import_sql(rowOf(obligation))}`;
        // Places that no other move speaks of.
        stage.importing.set(PLACES + stage.made, obligation);
      }
      return;
    }
    case "import_ends":
      await endImport(stage, move.commits);
      break;
    case "unseen":
      await write(stage, stage.silent_sql, move.place, move.user, move.content);
      stage.unseen = true;
      return;
    case "search":
      await sql`select calendar_sync.find_orphans()`;
      return;
    case "sweep":
      return await sweep(world);
    case "tick":
      await sql`select calendar_sync.tick()`;
      return;
    case "nightly":
      await sql`select calendar_sync.nightly()`;
      return;
  }
  await scheduler.quiet();
}

async function write(
  stage: Stage,
  sql: Sql,
  place: number,
  user: number,
  content: Content,
): Promise<void> {
  const { model } = stage.world;
  const known = model.obligations.get(place);
  const obligation = { ...content, id: known?.id ?? uuidOf("obligation", ++stage.made), user };
  const row = rowOf(obligation);
  if (known) await sql`update public.obligations set ${sql(row)} where id = ${known.id}`;
  else await sql`insert into public.obligations ${sql(row)}`;
  model.set(place, obligation);
}

function rowOf(obligation: ModelObligation) {
  const { id, user, title, due, status } = obligation;
  return {
    id,
    user_id: uuidOf("user", user),
    title,
    status,
    deadline_date: due === "day" ? dateOf(obligation) : null,
    deadline_at: due === "instant" ? new Date(instantOf(obligation)).toISOString() : null,
  };
}
