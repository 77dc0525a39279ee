// `npm test`: format, lint, type check and every test; the last line is `N passed, N failed`.
//
// `REPEAT_FAILED=N`, the gate's: where at most N files failed, each runs once more, alone. What passes then is counted as
// passed, and told with what it said the first time.
import { join } from "node:path";
import { installMissing } from "../local/install.mjs";
import { endChildren, runDeno } from "./child.mjs";
import { costTable } from "./costs.mjs";
import { judgeTests } from "./judge-tests.mjs";
import { poolSize, runPool } from "./pool.mjs";
import { makeScratch } from "./scratch.mjs";
import { testFiles } from "./test-files.mjs";

const CHECKED = ["supabase/functions", "local", "tests", "bench"];
/** A browser's code: TypeScript itself checks it, with the types of the DOM. */
const SETTINGS = ["settings/src", "settings/vite.config.ts", "settings/dev-server.ts"];
const DEMO = ["demo/src", "demo/vite.config.ts"];
const CHECKS = [
  { name: "types", args: ["check", ...CHECKED] },
  ...["settings", "demo"].map((page) => ({
    name: `${page} types`,
    args: ["run", "--allow-all", "node_modules/typescript/bin/tsc", "-p", `${page}/tsconfig.json`],
  })),
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint", ...CHECKED, ...SETTINGS, ...DEMO] },
].map((check) => ({ ...check, is_check: true }));
const TEST = ["test", "--allow-all", "--no-check"];
const REPEATED_MAX = Number(process.env.REPEAT_FAILED ?? 0);

await installMissing();
const scratch = makeScratch();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    endChildren(signal);
    process.exit(1);
  });
}

const began_at = performance.now();
const bare = { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", TMPDIR: scratch };
const environment = { ...bare, ...await prepareRun() };
const runs = [];
await runPool([...CHECKS, ...testRuns()], async (piece) => {
  const run = await runPiece(piece);
  console.log(run.told);
  runs.push(run);
}, poolSize());
const unsteady = await repeatFailed(runs);
const sum = (counts) => counts.reduce((total, count) => total + count, 0);
const passed = sum(runs.map((run) => run.passed));
const failed = sum(runs.map((run) => run.failed));
console.log(costTable(runs, (performance.now() - began_at) / 1000));
// It is told again at the end, where it is looked for.
for (const { told } of unsteady) console.log(`\nFailed, and passed when it ran once more:\n${told}`);
for (const { told } of runs.filter((run) => run.failed > 0)) console.log(`\nFailed:\n${told}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** What `deno test` is called with: once a file, so that each shows its cost and none waits for another. */
function testRuns() {
  const files = testFiles();
  const given = process.argv.slice(2);
  if (given.length === 0) {
    return files.map((file) => ({ name: file, args: [...TEST, file], is_limited: true }));
  }
  // Its arguments may be meant for all files together, as a filter or a report is.
  const jobs = String(poolSize().least);
  return [{
    name: "tests",
    is_heard: true,
    args: [...TEST, "--parallel", ...files, ...given],
    env: { DENO_JOBS: process.env.DENO_JOBS ?? jobs },
  }];
}

/**
 * Runs a check or tests.
 *
 * @returns what it cost and came to, and what is told of it: what files that run side by side say does not mix
 */
async function runPiece(piece) {
  const { name, args, env, is_check = false, is_heard = false, is_limited = false } = piece;
  const { code, output, ...cost } = await runDeno(args, {
    env: { ...environment, ...env },
    is_heard,
    is_limited,
  });
  const took = `${cost.wall_s.toFixed(1)} s, CPU ${cost.cpu_s.toFixed(1)} s`;
  if (is_check) {
    const is_right = code === 0;
    const told = `${is_right ? "" : output}${name}: ${is_right ? "ok" : "FAILED"} (${took})`;
    return { piece, name, ...cost, passed: is_right ? 1 : 0, failed: is_right ? 0 : 1, told };
  }
  const { reason, ...counts } = judgeTests({ code, output });
  const told = `${is_heard ? "" : output}${name}: ${reason ?? `${counts.failed} failed`} (${took})`;
  return { piece, name, ...cost, ...counts, told };
}

/**
 * Runs the files once more that failed, unless they are too many; what passes takes the place of what failed.
 *
 * @returns the runs whose place was taken
 */
async function repeatFailed(runs) {
  const failed = runs.filter((run) => run.failed > 0 && run.piece.is_limited);
  const replaced = [];
  if (failed.length > REPEATED_MAX) return replaced;
  for (const before of failed) {
    const again = await runPiece(before.piece);
    console.log(`Once more:\n${again.told}`);
    if (again.failed > 0) continue;
    runs.splice(runs.indexOf(before), 1, again);
    replaced.push(before);
  }
  return replaced;
}

/**
 * Makes what the tests share: above all the database that their stacks are copies of.
 *
 * @returns the variables of the tests
 */
async function prepareRun() {
  const folder = join(scratch, "template");
  const keys = join(scratch, "signing-keys.json");
  const script = [
    "run",
    "--quiet",
    "--allow-all",
    "--no-check",
    "tests/support/prepare-run.ts",
    folder,
    keys,
  ];
  const { code } = await runDeno(script, { env: bare, is_heard: true });
  // Each stack prepares its own then, and says what is wrong.
  return code === 0 ? { STACK_TEMPLATE: folder, EMULATOR_SIGNING_KEYS: keys } : {};
}
