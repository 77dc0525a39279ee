import assert from "node:assert/strict";
import { functionNames } from "../../local/functions/function-source.ts";
import { feedFrom, readFeed } from "../integration/feeds/support.ts";
import { until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";
import { ADA } from "../support/subjects/subject.ts";
import { type Framing, sendLargeBody } from "./large-body.ts";
import { GROWTH_MIB_MAX, growthOf } from "./memory.ts";

const BODY_BYTES = 256 * 1024 * 1024;
const FRAMINGS: readonly Framing[] = ["chunked", "announced", "understated"];
/** What each function has to say to a body that it will not read; null: the server hangs up. */
const REFUSALS: Readonly<Record<string, readonly (number | null)[]>> = {
  "calendar": [413, 400, null],
  "calendar-sync": [401, null],
  "calendar-feed": [405, null],
  "calendar-metrics": [401, 404, 405, null],
  // Of a body with a false length it reads what is announced, which says nothing.
  "calendar-webhook": [413, 202, null],
};
/** Where each function takes a body, below its name. */
const BELOW: Readonly<Record<string, string>> = { "calendar": "/sync", "calendar-webhook": "/microsoft" };
const SLOW_CONNECTIONS = 200;
const MANY_ROWS = 150;
const ROW_BYTES = 1024 * 1024;

Deno.test({
  name: "however much is sent, no function takes much memory for it, and others are served meanwhile",
  sanitizeOps: false,
  sanitizeResources: false,
}, async (t) => {
  const scene = await openScene("google");
  const { stack, sql, provider } = scene;
  const names = await functionNames();
  await Promise.all(names.map((name) => stack.function(name).start()));
  const pidOf = (name: string) => stack.function(name).pid ?? 0;
  const pids = names.map(pidOf);
  /** Fails where a function grows by more than it may. */
  const bounded = async (name: string, what: string, act: () => Promise<void>) => {
    const growth = await growthOf(pidOf(name), act);
    console.log(`    ${name}, ${what}: ${growth.toFixed(0)} MiB`);
    assert.ok(growth < GROWTH_MIB_MAX, `${name} grew by ${growth.toFixed(0)} MiB: ${what}`);
  };
  try {
    const user = await scene.connectedUser(ADA);
    const { api } = user;

    await t.step("bodies of 256 MiB, with and without a length, and with a false one", async () => {
      for (const name of names) {
        const refusals = REFUSALS[name];
        // Who is not let in is refused without a look at the body.
        const signed_in = name === "calendar"
          ? Object.entries(api.headers()).map(([header, value]) => `${header}: ${value}`)
          : [];
        assert.ok(refusals, `decide what ${name} says`);
        await bounded(name, "large bodies", async () => {
          for (const framing of FRAMINGS) {
            const doors = [
              { port: stack.function(name).port, path: `/${name}` },
              { port: Number(new URL(stack.apiUrl).port), path: `/functions/v1/${name}` },
            ];
            for (const { port, path } of doors) {
              const target = `${path}${BELOW[name] ?? ""}`;
              const { status, sent } = await sendLargeBody(
                port,
                [`POST ${target} HTTP/1.1`, ...signed_in].join("\r\n"),
                framing,
                BODY_BYTES,
              );
              const where = `${framing} to ${path}: ${status} after ${sent} bytes`;
              assert.ok(refusals.includes(status), where);
              assert.ok(
                name !== "calendar" || framing === "understated" || status === 413 || status === null,
                where,
              );
            }
          }
        });
      }
    });

    await t.step("JSON of 30,000 levels, and a user who is served while many others are slow", async () => {
      const headers = Object.entries(api.headers()).map(([name, value]) => `${name}: ${value}\r\n`).join("");
      await bounded("calendar", "slow connections", async () => {
        const slow = await Promise.all(Array.from({ length: SLOW_CONNECTIONS }, async (_, index) => {
          const connection = await Deno.connect({
            hostname: "127.0.0.1",
            port: stack.function("calendar").port,
          });
          const start = index % 2 === 0
            ? "POST /calendar/sy"
            : `POST /calendar/sync HTTP/1.1\r\nhost: a.example\r\n${headers}content-length: 60000\r\n\r\n{`;
          await connection.write(new TextEncoder().encode(start));
          return connection;
        }));
        try {
          const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
          for (const body of [deep, `{"integration_id":${deep}}`, `{"a":${deep}}`]) {
            const response = await api.request("PATCH", "/status", body);
            assert.equal(response.status, 400, await response.text());
          }
          assert.equal((await api.status()).length, 1);
        } finally {
          for (const connection of slow) connection.close();
        }
      });
    });

    await t.step("answers of a provider that do not end", async () => {
      const { faults } = provider.emulator;
      const existing = await scene.connectedUser("grace@example.com", "existing");
      await bounded("calendar", "an endless answer to a user's question", async () => {
        faults.set([{ match: { path: "/calendarList" }, kind: "endless" }]);
        const path = `/calendars?integration_id=${existing.integration.id}`;
        assert.equal((await existing.api.request("GET", path)).status, 502);
        faults.set([{ match: { path: provider.paths.token }, kind: "endless" }]);
        await assert.rejects(scene.connect(api, ADA), /calendar_error=exchange_failed/);
      });
      await bounded("calendar-sync", "endless answers to the worker", async () => {
        faults.set([{ match: { path: `/batch|${provider.paths.events}` }, kind: "endless" }]);
        await sql`insert into public.obligations (user_id, title, deadline_date)
          select ${user.id}, 'Row ' || n, '2027-01-01' from generate_series(1, 30) as n`;
        await until(async () => {
          const [row] = await sql<{ count: number }[]>`
            select count(*)::integer as count from calendar_sync.jobs where last_error = 'answer_too_large'`;
          return (row?.count ?? 0) > 0;
        });
      });
      faults.clear();
      await api.request("POST", "/sync", {});
      await scene.untilTitles(user.calendar_id, Array.from({ length: 30 }, (_, n) => `Row ${n + 1}`));
    });

    await t.step(`${MANY_ROWS} rows of a mebibyte, to the calendar, a feed and the page`, async () => {
      const { url } = await feedFrom(api, "/feeds", { name: "All" });
      // What a process takes once it has done anything at all is not what is asked.
      await readFeed(scene, url);
      await bounded("calendar-sync", "large rows", async () => {
        await sql`insert into public.obligations (user_id, title, description, deadline_date)
          select ${user.id}, 'Large ' || n, repeat('y', ${ROW_BYTES}), '2027-01-02'
          from generate_series(1, ${MANY_ROWS}) as n`;
        await until(() =>
          Promise.resolve(
            scene.titles(user.calendar_id).filter((title) => title.startsWith("Large")).length === MANY_ROWS,
          )
        );
      });
      await bounded("calendar-feed", "large rows", async () => {
        const { status, text } = await readFeed(scene, url);
        assert.equal(status, 200);
        assert.match(text, /END:VCALENDAR\r\n$/);
      });
      await bounded("calendar", "large rows", async () => {
        for (const path of ["/obligations?limit=50", "/activity?limit=200", "/obligation_types", "/status"]) {
          const response = await api.request("GET", path);
          assert.equal(response.status, 200);
          assert.ok((await response.text()).length < 1024 * 1024, path);
        }
      });
    });

    await t.step("no process died", () => assert.deepEqual(names.map(pidOf), pids));
  } finally {
    await scene.close();
  }
});
