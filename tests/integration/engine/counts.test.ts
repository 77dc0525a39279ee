import assert from "node:assert/strict";
import { z } from "zod";
import { familiesOf, Figures } from "../../../supabase/functions/calendar-metrics/families.ts";
import { renderOpenMetrics } from "../../../supabase/functions/calendar-metrics/openmetrics.ts";
import type { Count } from "../../../supabase/functions/_shared/platform/metrics.ts";
import type { Engine } from "../../support/engine.ts";
import { testEngine } from "../../support/engine-test.ts";
import { readOpenMetrics, type Scrape, total } from "../../support/openmetrics.ts";

const WORKER = "a0000000-0000-0000-0000-000000000000";
const WORDS_MAX = 50;

testEngine("what is counted", [
  {
    name: "a flush that is sent again counts once, whoever sends it",
    own_database: true,
    async show(engine) {
      const flushes = [{ id: crypto.randomUUID(), counts: [runs(3)] }];
      await engine.rpc("calendar_retire", { p_worker: WORKER, p_flushes: flushes }, z.boolean());
      await keep(engine, flushes);
      await keep(engine, [...flushes, { id: crypto.randomUUID(), counts: [runs(4)] }]);
      assert.equal(total(await scrape(engine), "calendar_worker_runs_total"), 7);
    },
  },
  {
    name: "adding up changes no figure, and what is new stays for the next time",
    own_database: true,
    async show(engine) {
      const seconds = [0.1, 0.2, 0.3, 1e-6, 7.000001];
      for (const value of seconds) {
        await keep(engine, [{
          id: crypto.randomUUID(),
          counts: [runs(1), {
            metric: "calendar_lane_run_seconds_sum",
            labels: { provider: "google", task: "sync" },
            value,
          }, {
            metric: "calendar_lane_run_seconds",
            labels: { provider: "google", task: "sync", le: String(value < 1 ? 0.5 : "+Inf") },
            value: 1,
          }],
        }]);
      }
      const before = (await scrape(engine)).text;
      assert.match(before, /calendar_lane_run_seconds_sum\{provider="google",task="sync"\} 7\.600002\n/);
      await engine.sql`select calendar_sync.tick()`;
      assert.equal((await engine.sql`select from calendar_sync.count_flushes`).length, seconds.length);
      for (let taken = 0; taken < seconds.length; taken++) {
        await engine.sql`
          update calendar_sync.count_flushes set at = at - interval '2 minutes'
          where id = (select id from calendar_sync.count_flushes where at > now() - interval '1 minute' limit 1)`;
        await engine.sql`select calendar_sync.tick()`;
        assert.equal(counted((await scrape(engine)).text), counted(before));
      }
      assert.equal((await engine.sql`select from calendar_sync.count_flushes`).length, 0);
    },
  },
  {
    name: "words from outside have fifty series, and what is not among them is other",
    own_database: true,
    async show(engine) {
      const flush = (words: readonly string[]) =>
        keep(engine, [{ id: crypto.randomUUID(), counts: words.map(type) }]);
      await flush(["tax"]);
      await flush(Array.from({ length: 80 }, (_, n) => `type ${n}`));
      await flush(["tax", "too late", "x".repeat(10_000), "other"]);
      const seen = await scrape(engine);
      const series = [...seen.samples.keys()].filter((key) =>
        key.startsWith("calendar_obligation_syncs_total")
      );
      assert.equal(series.length, WORDS_MAX + 1);
      assert.equal(total(seen, "calendar_obligation_syncs_total"), 85);
      assert.equal(total(seen, "calendar_obligation_syncs_total", { obligation_type: "tax" }), 2);
      assert.equal(total(seen, "calendar_obligation_syncs_total", { obligation_type: "other" }), 80 - 49 + 3);
    },
  },
  {
    name: "a word that nothing was counted of for a week makes room",
    own_database: true,
    async show(engine) {
      const flush = (words: readonly string[]) =>
        keep(engine, [{ id: crypto.randomUUID(), counts: words.map(type) }]);
      await flush(["kept", ...Array.from({ length: 60 }, (_, n) => `type ${n}`)]);
      await engine.pass(8 * 86_400);
      await flush(["kept"]);
      await engine.pass(120);
      await engine.sql`select calendar_sync.tick()`;
      const other = total(await scrape(engine), "calendar_obligation_syncs_total", {
        obligation_type: "other",
      });
      await engine.sql`update calendar_sync.count_totals set grown_at = grown_at - interval '8 days'
        where labels ->> 'obligation_type' <> 'kept'`;
      await engine.sql`select calendar_sync.nightly()`;
      await flush(["new"]);
      const seen = await scrape(engine);
      assert.deepEqual(
        [...seen.samples].filter(([key]) => key.startsWith("calendar_obligation_syncs_total")),
        [
          ['calendar_obligation_syncs_total{obligation_type="kept"}', 2],
          ['calendar_obligation_syncs_total{obligation_type="new"}', 1],
          ['calendar_obligation_syncs_total{obligation_type="other"}', other],
        ],
      );
    },
  },
  {
    name: "what cannot be kept keeps nobody from giving leases back",
    own_database: true,
    async show(engine) {
      await engine.insert((await engine.integration()).user_id, 1);
      assert.equal((await engine.claim(WORKER)).length, 1);
      await engine.rpc("calendar_retire", { p_worker: WORKER, p_flushes: [{ id: "no id" }] }, z.boolean());
      assert.equal((await engine.sql`select from calendar_sync.lanes where leased_by is not null`).length, 0);
    },
  },
]);

function runs(value: number): Count {
  return { metric: "calendar_worker_runs", labels: {}, value };
}

function type(obligation_type: string): Count {
  return { metric: "calendar_obligation_syncs", labels: { obligation_type }, value: 1 };
}

async function keep({ rpc }: Engine, flushes: readonly unknown[]): Promise<void> {
  await rpc("calendar_keep_counts", { p_flushes: flushes }, z.unknown());
}

async function scrape({ rpc }: Engine): Promise<Scrape> {
  return readOpenMetrics(renderOpenMetrics(familiesOf(await rpc("calendar_metrics", {}, Figures))));
}

/** The part of a text that is counted: gauges of the time that goes by come after it. */
function counted(text: string): string {
  return text.slice(0, text.indexOf("# TYPE calendar_integrations"));
}
