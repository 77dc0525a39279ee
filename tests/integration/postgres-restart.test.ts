import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { installExtensions } from "../../local/extensions/install.ts";
import { startPgCronWorker } from "../../local/extensions/pg-cron-worker.ts";
import { startPgNetWorker } from "../../local/extensions/pg-net-worker.ts";
import { ROOT } from "../../local/paths.ts";
import { bootstrap } from "../../local/postgres/bootstrap.ts";
import { openPool } from "../../local/postgres/pool.ts";
import { type PostgresServer, startPostgres } from "../../local/postgres/server.ts";
import { startStack } from "../../local/stack.ts";
import { CalendarApi, until } from "../support/calendar-api.ts";
import { runTemplate } from "../support/database.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };
/** A pool refuses what the driver lost after two seconds, and what is refused is asked again. */
const BACK_WITHIN_MS = 4_000;
/** Most of what the driver loses it loses only now and then. */
const RESTARTS = 3;

for (
  const { mode, left } of [{ mode: "immediate", left: 0 }, { mode: "fast", left: 1 }] as const
) {
  Deno.test({
    name: `a server restarted in ${mode} mode keeps what was committed, and ${left} of 1 unlogged rows`,
    ...sanitizers,
  }, () =>
    withServer(async (server) => {
      await withConnection(server, async (sql) => {
        await sql`create table logged (n int)`;
        await sql`create unlogged table unlogged (n int)`;
        await sql`insert into unlogged values (1)`;
        await sql`insert into logged values (1)`;
        await server.restart(mode);
      });
      await withConnection(server, async (sql) => {
        const [row] = await sql`
          select (select count(*)::int from logged) as logged, (select count(*)::int from unlogged) as unlogged`;
        assert.deepEqual({ ...row }, { logged: 1, unlogged: left });
      });
    }));
}

Deno.test({
  name: "a restarted server still ends when the process that started it is killed",
  ...sanitizers,
}, async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", "tests/support/restarted-postgres.ts"],
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const { value } = await child.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
  const port = Number(new URL(value ?? "").port);
  assert.ok(await isOpen(port));
  child.kill("SIGKILL");
  await until(async () => !await isOpen(port));
});

Deno.test({
  name:
    "a pool that is asked all through a restart refuses what is lost, and answers when the server is back",
  ...sanitizers,
}, () =>
  withServer(async ({ url, restart }) => {
    for (let n = 0; n < RESTARTS; n++) {
      const pool = openPool(url, { max: 3 });
      await pool.sql`select 1`;
      let restarting = true;
      let refused = 0;
      const asking = [1, 2, 3].map(async () => {
        while (restarting) await pool.sql`select 1`.catch(() => refused++);
      });
      await restart("immediate");
      restarting = false;
      await within(BACK_WITHIN_MS, Promise.all(asking));
      assert.ok(refused > 0);
      await within(BACK_WITHIN_MS, Promise.all([1, 2, 3].map(() => pool.sql`select 1`)));
      await pool.end();
    }
  }));

Deno.test({
  name: "pg_net's stand-in loses its queue in a crash, as an unlogged table does, and comes back by itself",
  ...sanitizers,
}, () =>
  withProject(async (server) => {
    const seen: string[] = [];
    const held = Promise.withResolvers<Response>();
    const target = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { pathname } = new URL(request.url);
      seen.push(pathname);
      return pathname === "/held" ? held.promise : new Response();
    });
    const call = (path: string) =>
      withConnection(
        server,
        (sql) =>
          sql`select net.http_get(${`http://127.0.0.1:${target.addr.port}${path}`}, timeout_milliseconds => 60000)`,
      );
    const queued = () =>
      withConnection(server, async (sql) => {
        // What is being sent is among them: its deletion is not committed yet.
        const rows = await sql<{ url: string }[]>`select url from net.http_request_queue order by id`;
        return rows.map(({ url }) => new URL(url).pathname);
      });
    const worker = startPgNetWorker(server.url, () => {});
    try {
      await call("/held");
      await until(() => Promise.resolve(seen.includes("/held")));
      await call("/waiting");
      assert.deepEqual(await queued(), ["/held", "/waiting"]);
      await server.restart("immediate");
      assert.deepEqual(await queued(), []);
      await call("/afterwards");
      await until(() => Promise.resolve(seen.includes("/afterwards")), BACK_WITHIN_MS);
      assert.deepEqual(seen, ["/held", "/afterwards"]);
    } finally {
      held.resolve(new Response());
      await worker.stop();
      await target.shutdown();
    }
  }));

Deno.test(
  { name: "pg_cron's stand-in goes on by itself after a crash", ...sanitizers },
  () =>
    withProject(async (server) => {
      await withConnection(server, async (sql) => {
        await sql`create table beats (at timestamptz default clock_timestamp())`;
        await sql`select cron.schedule('beat', '1 seconds', 'insert into beats default values')`;
      });
      const beats = () => withConnection(server, async (sql) => (await sql`select from beats`).length);
      const worker = startPgCronWorker(server.url, () => {});
      try {
        await until(async () => await beats() > 0);
        await server.restart("immediate");
        const before = await beats();
        await until(async () => await beats() > before, BACK_WITHIN_MS);
      } finally {
        await worker.stop();
      }
    }),
);

Deno.test({
  name: "a stack whose database restarts answers again, and none of its processes is started anew",
  ...sanitizers,
}, async () => {
  const stack = await startStack({
    ...runTemplate(),
    seed: false,
    env: { CALENDAR_RATE_LIMIT_PER_MINUTE: "1000000" },
  });
  try {
    const [user] = stack.users;
    assert.ok(user && stack.postgres);
    const api = await CalendarApi.signIn(stack, user);
    const pids = () => ["calendar", "calendar-sync"].map((name) => stack.function(name).pid);
    const before = pids();
    for (const mode of ["immediate", "fast"] as const) {
      await stack.postgres.restart(mode);
      await until(async () => {
        const response = await api.request("GET", "/status");
        await response.body?.cancel();
        return response.ok;
      }, BACK_WITHIN_MS);
      await CalendarApi.signIn(stack, user);
    }
    assert.deepEqual(pids(), before);
  } finally {
    await stack.stop();
  }
});

Deno.test({
  name: "the Data API answers 503 while the database goes down",
  ...sanitizers,
}, async () => {
  const stack = await startStack({
    ...runTemplate(),
    seed: false,
    env: { CALENDAR_RATE_LIMIT_PER_MINUTE: "1000000" },
  });
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    // As PostgREST; a connection that is refused is another matter.
    for (const [sqlstate, status] of [["57P01", 503], ["57P03", 500]] as const) {
      await sql.unsafe(`create or replace function public.away() returns void language plpgsql as $$
        begin raise exception 'away' using errcode = '${sqlstate}'; end $$`);
      const response = await fetch(`${stack.apiUrl}/rest/v1/rpc/away`, {
        method: "POST",
        headers: { apikey: stack.secretKey },
      });
      await response.body?.cancel();
      assert.equal(response.status, status, sqlstate);
    }
  } finally {
    await sql.end({ timeout: 0 });
    await stack.stop();
  }
});

async function withServer(work: (server: PostgresServer) => Promise<void>): Promise<void> {
  const server = await startPostgres({ log: () => {} });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

/** A server with what a Supabase project has before its first migration. */
async function withProject(work: (server: PostgresServer) => Promise<void>): Promise<void> {
  await withServer(async (server) => {
    await installExtensions(server.url);
    await bootstrap({ url: server.url, passwords: {} });
    await work(server);
  });
}

/** A connection of its own each time: one that lives through a restart is what is being tested elsewhere. */
async function withConnection<Result>(
  { url }: PostgresServer,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function within<Result>(timeout_ms: number, work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeout_ms} ms`)), timeout_ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function isOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
