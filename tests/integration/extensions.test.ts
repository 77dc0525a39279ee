import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { catalogOf } from "../support/catalog.ts";
import { until } from "../support/calendar-api.ts";
import { openScene } from "../support/scene.ts";

const sanitizers = { sanitizeOps: false, sanitizeResources: false };

/** How each is made again, and the schedule that goes with pg_cron. */
const EXTENSIONS = [
  {
    name: "pg_net",
    create: "create extension pg_net with schema extensions",
    unhealthy: "wake_up",
    checks: ["extension pg_net", "pg net", "worker"],
  },
  {
    name: "pg_cron",
    create: "create extension pg_cron with schema pg_catalog",
    unhealthy: "tick",
    checks: ["extension pg_cron", "cron"],
  },
] as const;

Deno.test({ name: "an extension may be dropped and created again", ...sanitizers }, async (t) => {
  const scene = await openScene();
  const { sql, stack } = scene;
  try {
    const user = await scene.connectedUser();
    const before = await catalogOf(sql);
    for (const { name, create, unhealthy, checks } of EXTENSIONS) {
      await t.step(`${name}: cascade takes nothing of ours`, async () => {
        await sql.unsafe(`drop extension ${name} cascade`);
        assert.deepEqual(await catalogOf(sql), before);
      });

      await t.step(`${name}: meanwhile users write, and every check says what is missing`, async () => {
        await sql`insert into public.obligations (user_id, title, deadline_date) values (${user.id}, ${name}, '2027-01-01')`;
        const failing = await failingChecks(sql);
        for (const check of checks) assert.ok(failing.includes(check), `${check}: ${failing.join(", ")}`);
        await until(async () => {
          const response = await fetch(`${stack.apiUrl}/functions/v1/calendar-metrics/healthz`);
          const text = await response.text();
          return response.status === 503 && text.includes(`"${unhealthy}"`);
        });
      });

      await t.step(`${name}: created again, it is used as before`, async () => {
        await sql.unsafe(create);
        if (name === "pg_cron") {
          for (
            const { how_to_mend } of (await setupCheck(sql)).filter(({ check_name }) =>
              check_name.startsWith("cron job ")
            )
          ) {
            if (how_to_mend !== null) await sql.unsafe(how_to_mend);
          }
        }
        assert.deepEqual(await catalogOf(sql), before);
        await sql`select calendar_sync.wake_up()`;
        await until(() => Promise.resolve(scene.titles(user.calendar_id).includes(name)));
      });
    }
  } finally {
    await scene.close();
  }
});

interface Finding {
  readonly check_name: string;
  readonly ok: boolean;
  readonly how_to_mend: string | null;
}

async function setupCheck(sql: Sql): Promise<readonly Finding[]> {
  return await sql<Finding[]>`select check_name, ok, how_to_mend from calendar_admin.setup_check()`;
}

async function failingChecks(sql: Sql): Promise<string[]> {
  return (await setupCheck(sql)).filter(({ ok }) => !ok).map(({ check_name }) => check_name);
}
