// Drains jobs that do nothing with pg-boss, by fetch and complete of 100:
//   node bench/baselines/pg-boss.mjs <database url> <jobs>
// Prints the milliseconds from the first fetch to the last completion.
import PgBoss from "pg-boss";

const [connectionString, count] = process.argv.slice(2);
const QUEUE = "noop";
const BATCH_JOBS = 100;
const INSERT_JOBS = 1_000;
// The fastest of 1, 2 and 4 on two cores.
const CONSUMERS = 2;

const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
boss.on("error", console.error);
await boss.start();
await boss.createQueue(QUEUE);
for (let sent = 0; sent < Number(count); sent += INSERT_JOBS) {
  await boss.insert(Array.from({ length: INSERT_JOBS }, () => ({ name: QUEUE, data: {} })));
}
await boss.getDb().executeSql("vacuum analyze");

let done = 0;
const started_at = performance.now();
await Promise.all(Array.from({ length: CONSUMERS }, async () => {
  while (true) {
    const jobs = await boss.fetch(QUEUE, { batchSize: BATCH_JOBS });
    if (jobs.length === 0) return;
    await boss.complete(QUEUE, jobs.map(({ id }) => id));
    done += jobs.length;
  }
}));
const took_ms = performance.now() - started_at;
if (done !== Number(count)) throw new Error(`${done} of ${count} jobs were done`);
console.log(took_ms);
await boss.stop({ graceful: false });
process.exit(0);
