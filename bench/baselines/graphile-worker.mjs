// Drains jobs that do nothing with graphile-worker:
//   node bench/baselines/graphile-worker.mjs <database url> <jobs> single|batched
// Prints the milliseconds from the start of the first job until the last one is deleted.
import { Logger, makeWorkerUtils, run } from "graphile-worker";

const [connectionString, count, mode] = process.argv.slice(2);
const jobs = Number(count);

// https://worker.graphile.org/docs/performance. The concurrency of each is the fastest of 4, 10 and 24 on two cores.
const PRESETS = {
  single: { concurrentJobs: 4 },
  batched: {
    concurrentJobs: 24,
    localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};
const preset = PRESETS[mode];
const CHECK_MS = 2;

const logger = new Logger(() => (level, message) => {
  if (level === "error") console.error(message);
});
const utils = await makeWorkerUtils({ connectionString, logger });
const query = (text, values) => utils.withPgClient((client) => client.query(text, values));
await utils.migrate();
await query(
  `select graphile_worker.add_jobs(array(
     select json_populate_record(null::graphile_worker.job_spec, '{"identifier": "noop", "payload": {}}')
     from generate_series(1, $1::int)))`,
  [jobs],
);
await query("vacuum analyze graphile_worker._private_jobs");

let begun = 0;
let started_at = 0;
const all_begun = deferred();
const runner = await run({
  preset: { worker: { connectionString, logger, maxPoolSize: preset.concurrentJobs + 1, ...preset } },
  taskList: {
    noop() {
      if (begun++ === 0) started_at = performance.now();
      if (begun === jobs) all_begun.resolve();
    },
  },
  noHandleSignals: true,
});
await all_begun.promise;
while ((await query("select from graphile_worker._private_jobs limit 1")).rowCount > 0) {
  await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
}
console.log(performance.now() - started_at);
await runner.stop();
await utils.release();
process.exit(0);

/** As `Promise.withResolvers`, which Node 20 lacks. */
function deferred() {
  let resolve;
  const promise = new Promise((settle) => resolve = settle);
  return { promise, resolve };
}
