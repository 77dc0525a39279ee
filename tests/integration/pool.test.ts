import assert from "node:assert/strict";
import { openPool } from "../../local/postgres/pool.ts";
import { startPostgres } from "../../local/postgres/server.ts";

Deno.test({
  name: "a lost write of the driver refuses what waits for an answer, and the pool goes on",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const server = await startPostgres({ log: () => {} });
  const pool = openPool(server.url, { max: 1 });
  try {
    const waiting = assert.rejects(async () => await pool.sql`select pg_sleep(60)`, /CONNECTION/);
    const error = new TypeError("Cannot read properties of null (reading 'write')");
    error.stack = "at Immediate.nextWrite (node_modules/postgres/src/connection.js:255:22)";
    globalThis.dispatchEvent(new ErrorEvent("error", { error, cancelable: true }));
    await waiting;
    const [row] = await pool.sql<{ one: number }[]>`select 1 as one`;
    assert.equal(row?.one, 1);
  } finally {
    await pool.end();
    await server.stop();
  }
});

Deno.test({
  name: "a pool of which one connection is cut ends what runs on the others, and goes on",
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const server = await startPostgres({ log: () => {} });
  const pool = openPool(server.url, { max: 2 });
  try {
    const running = pool.sql<{ ended: boolean }[]>`select pg_sleep(1) is not null as ended`.execute();
    await assert.rejects(async () => await pool.sql`select pg_terminate_backend(pg_backend_pid())`);
    assert.deepEqual([...await pool.sql<{ one: number }[]>`select 1 as one`], [{ one: 1 }]);
    assert.deepEqual([...await running], [{ ended: true }]);
  } finally {
    await pool.end();
    await server.stop();
  }
});
