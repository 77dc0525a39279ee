import postgres, { type Sql } from "postgres";
import { openPool } from "../../../local/postgres/pool.ts";
import type { SeededRandom } from "../../support/seeded-random.ts";

const REPEAT_FOR_MS = 20_000;
const REPEAT_AFTER_MS = 100;
const PAUSE_MS = { min: 400, max: 1_600 } as const;
/** Far from what looks like a mass deletion. */
const DELETIONS_MAX = 10;
const FIRST_DAY = Date.UTC(2027, 0, 1);
const DAYS = 365;
const DAY_MS = 86_400_000;
const KINDS = ["create", "rename", "rename", "move", "move", "delete"] as const;

/** Of the sessions of the application, which only a crash ends. */
export const APPLICATION_NAME = "application";

/** An obligation as its owner sees it. */
export interface Shown {
  readonly obligation_id: string;
  readonly title: string;
  readonly deadline_date: string;
}

/** The application whose users' obligations change while everything else breaks. */
export interface Application {
  /**
   * Repeats what fails because the database is away, as an application would. What was cut may have been committed all
   * the same, so whatever is written this way does no more the second time.
   */
  ask<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
  /** Creates obligations of a user in one statement. */
  bulk(user_id: string, title: string, count: number): Promise<void>;
  /** Creates, renames, moves and deletes obligations of a user until the signal. */
  editUntil(signal: AbortSignal, user_id: string, random: SeededRandom): Promise<void>;
  obligationsOf(user_id: string): Promise<readonly Shown[]>;
  close(): Promise<void>;
}

export function openApplication(database_url: string): Application {
  const pool = openPool(database_url, { max: 6, application_name: APPLICATION_NAME });

  async function ask<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const deadline = performance.now() + REPEAT_FOR_MS;
    while (true) {
      try {
        return await work(pool.sql);
      } catch (error: unknown) {
        if (!isAway(error) || performance.now() > deadline) throw error;
        await pause(REPEAT_AFTER_MS);
      }
    }
  }

  return {
    ask,
    bulk: (user_id, title, count) =>
      ask(async (sql) => {
        await sql`
          insert into public.obligations (user_id, title, deadline_date)
          select ${user_id}, ${title} || ' ' || n, date '2027-01-01' + n % ${DAYS}::int
          from generate_series(1, ${count}::int) as n
          where not exists (select from public.obligations where user_id = ${user_id})`;
      }),
    async editUntil(signal, user_id, random) {
      const ids: string[] = [];
      let deletions = 0;
      for (let n = 1; !signal.aborted; n++) {
        const id = ids[random.between(0, ids.length - 1)] ?? "";
        const day = dayOf(random);
        const kind = ids.length < 3 ? "create" : KINDS[random.between(0, KINDS.length - 1)];
        switch (kind) {
          case "rename":
            await ask((sql) => sql`update public.obligations set title = ${`Renamed ${n}`} where id = ${id}`);
            break;
          case "move":
            await ask((sql) => sql`update public.obligations set deadline_date = ${day} where id = ${id}`);
            break;
          case "delete":
            if (deletions === DELETIONS_MAX) break;
            deletions++;
            await ask((sql) => sql`delete from public.obligations where id = ${id}`);
            ids.splice(ids.indexOf(id), 1);
            break;
          default: {
            const created = crypto.randomUUID();
            await ask((sql) =>
              sql`insert into public.obligations (id, user_id, title, deadline_date)
                values (${created}, ${user_id}, ${`Created ${n}`}, ${day}) on conflict (id) do nothing`
            );
            ids.push(created);
          }
        }
        await pause(random.between(PAUSE_MS.min, PAUSE_MS.max), signal);
      }
    },
    obligationsOf: (user_id) =>
      ask((sql) =>
        sql<Shown[]>`select id as obligation_id, title, deadline_date::text from public.obligations
          where user_id = ${user_id} order by id`
      ),
    close: () => pool.end(),
  };
}

function dayOf(random: SeededRandom): string {
  return new Date(FIRST_DAY + random.between(0, DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
}

/** Whether the connection was refused or cut, or the server is going down or coming up. */
function isAway(error: unknown): boolean {
  return !(error instanceof postgres.PostgresError) || error.code.startsWith("57P0");
}

/** Waits, at most until the signal. */
export function pause(duration_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, duration_ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
