import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { startPgNetWorker } from "../../../local/extensions/pg-net-worker.ts";
import { until } from "../../support/calendar-api.ts";
import { withBareServer } from "./bare-server.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };
/** pg_net's pause after a batch. */
const PAUSE_MS = 1_000;

interface Answer {
  readonly status_code: number | null;
  readonly content: string | null;
  readonly timed_out: boolean | null;
  readonly error_msg: string | null;
}

Deno.test({ name: "the stand-in of pg_net answers as the real one does", ...sanitizers }, async (t) => {
  const arrivals: { path: string; at: number; agent: string | null }[] = [];
  const closing = new AbortController();
  const target = Deno.serve(
    { port: 0, hostname: "127.0.0.1", signal: closing.signal, onListen: () => {} },
    (request) => {
      const { pathname: path } = new URL(request.url);
      arrivals.push({ path, at: performance.now(), agent: request.headers.get("user-agent") });
      return path === "/never"
        ? new Promise<Response>(() => {})
        : new Response(path === "/empty" ? "" : "ok");
    },
  );
  const base = `http://127.0.0.1:${target.addr.port}`;
  const arrival = (path: string) => until(() => Promise.resolve(arrivals.find((one) => one.path === path)));

  await withBareServer(async ({ sql }) => {
    await t.step("timed_out is false where the connection is refused", async () => {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr;
      listener.close();
      assert.deepEqual(await answerTo(sql, `http://127.0.0.1:${port}/`), {
        status_code: null,
        content: null,
        timed_out: false,
        error_msg: "Could not connect to server",
      });
    });

    await t.step("timed_out is false where there is no such host", async () => {
      const { timed_out, error_msg } = await answerTo(sql, "http://nowhere.invalid/");
      assert.deepEqual({ timed_out, error_msg }, {
        timed_out: false,
        error_msg: "Could not resolve hostname",
      });
    });

    await t.step("timed_out is true where nobody answers, and the message says after how long", async () => {
      const { timed_out, error_msg } = await answerTo(sql, `${base}/never`, 200);
      assert.equal(timed_out, true);
      assert.match(error_msg ?? "", /^Timeout of 200 ms reached\. Total time: \d+\.\d{6} ms \(DNS time: /);
    });

    await t.step("an empty body is none", async () => {
      const { status_code, content, timed_out } = await answerTo(sql, `${base}/empty`);
      assert.deepEqual({ status_code, content, timed_out }, {
        status_code: 200,
        content: null,
        timed_out: false,
      });
    });

    await t.step("a new wake-up ends the pause after a batch, the next one does not", async () => {
      // After the last batch two pauses go by at most.
      await until(async () => {
        const [worker] = await sql`
          select max(state_change) < clock_timestamp() - ${2 * PAUSE_MS + 200} * interval '1 ms' as is_idle
          from pg_stat_activity where application_name = 'pg_net 0.20.4'`;
        return worker?.["is_idle"];
      });
      for (const path of ["/first", "/second", "/third"]) {
        await sql`select net.http_get(${base + path})`;
        await arrival(path);
      }
      const [first, second, third] = await Promise.all(["/first", "/second", "/third"].map(arrival));
      assert.ok(first && second && third);
      assert.ok(second.at - first.at < PAUSE_MS / 2, `${second.at - first.at} ms`);
      assert.ok(third.at - second.at > PAUSE_MS / 2, `${third.at - second.at} ms`);
      assert.equal(first.agent, "pg_net/0.20.4");
    });

    await t.step("a request that was inserted by hand is sent when the worker is woken", async () => {
      await sql`insert into net.http_request_queue (method, url, headers, timeout_milliseconds)
        values ('GET', ${base + "/by-hand"}, '{}', 1000)`;
      await sql`select net.wake()`;
      await arrival("/by-hand");
    });

    await t.step("net.worker_restart() starts another worker, which looks at what is left", async () => {
      const pids = async () =>
        (await sql<
          { pid: number }[]
        >`select pid from pg_stat_activity where application_name = 'pg_net 0.20.4'`)
          .map(({ pid }) => pid);
      const before = await until(async () => {
        const found = await pids();
        return found.length > 0 && found;
      });
      await sql`select net.worker_restart()`;
      await until(async () => {
        const now = await pids();
        return now.length > 0 && now.every((pid) => !before.includes(pid));
      });
      await answerTo(sql, `${base}/after-restart`);
    });

    for (
      const [url, reason] of [
        ["nope", "Bad scheme"],
        ["", "Bad scheme"],
        [" http://a.example/", "Bad scheme"],
        ["gopherx://a.example/", "Unsupported URL scheme"],
        ["http://", "No host part in the URL"],
        ["http://a b/", "Bad hostname"],
        ["http://a.example:99999/", "Port number was not a decimal number between 0 and 65535"],
        ["http://a.example:x/", "Port number was not a decimal number between 0 and 65535"],
        ["http://a.example/b c", "Bad path"],
      ] as const
    ) {
      await t.step(`${JSON.stringify(url)} is refused when it is queued: ${reason}`, async () => {
        await assert.rejects(
          sql`select net.http_get(${url})`,
          (error: Error) => error.message === `invalid URL "${url}": ${reason}`,
        );
      });
    }
  }, startPgNetWorker);
  closing.abort();
});

async function answerTo(sql: Sql, url: string, timeout_ms = 5_000): Promise<Answer> {
  const [row] = await sql<{ id: string }[]>`
    select net.http_get(${url}, timeout_milliseconds => ${timeout_ms}) as id`;
  return await until(async () => {
    const [answer] = await sql<Answer[]>`
      select status_code, content, timed_out, error_msg from net._http_response where id = ${row?.id ?? ""}`;
    return answer && { ...answer };
  });
}
