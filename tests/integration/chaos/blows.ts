import assert from "node:assert/strict";
import type { Stack } from "../../../local/stack.ts";
import { until } from "../../support/calendar-api.ts";
import { type Application, APPLICATION_NAME } from "./application.ts";

/** pg_net's batch, and one more that waits behind it. */
const CALLS_OF_OTHERS = 201;

/** A lane, and the worker that worked it when it died. */
export interface Leased {
  readonly integration_id: string;
  readonly dead: string;
}

/** What breaks a running stack; every blow is over when its promise is. */
export interface Blows {
  /** @returns the lanes that the worker had */
  killWorker(): Promise<readonly Leased[]>;
  /** Cuts every session but those of the application: the gateway's, pg_net's and pg_cron's. */
  cutSessions(): Promise<void>;
  /**
   * Crashes the database while calls wait in pg_net's queue, which are lost.
   *
   * @param edit a change that wakes the worker
   */
  crashDatabase(edit: () => Promise<unknown>): Promise<void>;
}

export function blowsTo(stack: Stack, application: Application): Blows {
  const { ask } = application;
  return {
    async killWorker() {
      stack.function("calendar-sync").kill("SIGKILL");
      return await ask((sql) =>
        sql<Leased[]>`
          select integration_id, leased_by as dead from calendar_sync.lanes where leased_by is not null`
      );
    },
    async cutSessions() {
      // After a crash there may be none for a moment.
      await until(async () => {
        const cut = await ask((sql) =>
          sql`select pg_terminate_backend(pid) from pg_stat_activity
            where backend_type = 'client backend' and application_name <> ${APPLICATION_NAME} and pid <> pg_backend_pid()`
        );
        return cut.length > 0;
      });
    },
    async crashDatabase(edit) {
      // Somebody else's calls that nobody answers keep pg_net busy.
      const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const url = `http://127.0.0.1:${silent.addr.port}/`;
      try {
        await ask((sql) =>
          sql`select net.http_get(${url}, timeout_milliseconds => 10000) from generate_series(1, ${CALLS_OF_OTHERS}::int)`
        );
        await until(() =>
          ask(async (sql) =>
            (await sql`select from pg_stat_activity
              where application_name like 'pg_net%' and state = 'idle in transaction'`).length > 0
          )
        );
        await edit();
        const waiting = () =>
          ask(async (sql) => {
            const [row] = await sql<{ ours: number; others: number }[]>`
              select count(*) filter (where url like '%/calendar-sync')::int as ours,
                count(*) filter (where url = ${url})::int as others
              from net.http_request_queue`;
            assert.ok(row);
            return row;
          });
        const before = await waiting();
        assert.ok(before.ours > 0 && before.others > 0, "no call is waiting");
        assert.ok(stack.postgres);
        await stack.postgres.restart("immediate");
        assert.equal((await waiting()).others, 0, "the queue survived the crash");
      } finally {
        silent.close();
      }
    },
  };
}
