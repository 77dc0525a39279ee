// `npm test`: format, lint, type check and every test; the last line is `N passed, N failed`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { installMissing } from "../local/install.mjs";
import { childSeconds, costTable } from "./costs.mjs";
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
/** The child's processor time goes to a file descriptor of its own. */
const TIMED = '"$@" 3>&-; code=$?; times >&3; exit $code';

await installMissing();
const scratch = makeScratch();
const children = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    for (const child of children) endGroup(child, signal);
    process.exit(1);
  });
}

const began_at = performance.now();
let passed = 0;
let failed = 0;
const costs = [];
/** What files said in which a test failed: it is told again at the end, where it is found. */
const told_again = [];
const variables = await prepareRun();
await runPool([...CHECKS, ...testRuns()], async (piece) => {
  const { name, args, env, is_check = false, is_alone = false } = piece;
  const { code, output, ...cost } = await run(args, { env: { ...variables, ...env }, is_heard: is_alone });
  costs.push({ name, ...cost });
  const took = `${cost.wall_s.toFixed(1)} s, CPU ${cost.cpu_s.toFixed(1)} s`;
  if (is_check) {
    code === 0 ? passed++ : failed++;
    const told = `${code === 0 ? "" : output}${name}: ${code === 0 ? "ok" : "FAILED"} (${took})`;
    console.log(told);
    if (code !== 0) told_again.push(told);
    return;
  }
  const tests = judgeTests({ code, output });
  passed += tests.passed;
  failed += tests.failed;
  // What files that run side by side say does not mix.
  const told = `${is_alone ? "" : output}${name}: ${tests.reason ?? `${tests.failed} failed`} (${took})`;
  console.log(told);
  if (tests.failed > 0) told_again.push(told);
}, poolSize());
console.log(costTable(costs, (performance.now() - began_at) / 1000));
for (const told of told_again) console.log(`\nFailed:\n${told}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** What `deno test` is called with: once a file, so that each shows its cost and none waits for another. */
function testRuns() {
  const files = testFiles();
  const given = process.argv.slice(2);
  if (given.length === 0) return files.map((file) => ({ name: file, args: [...TEST, file] }));
  // Its arguments may be meant for all files together, as a filter or a report is.
  const jobs = String(poolSize().least);
  return [{
    name: "tests",
    is_alone: true,
    args: [...TEST, "--parallel", ...files, ...given],
    env: { DENO_JOBS: process.env.DENO_JOBS ?? jobs },
  }];
}

/**
 * Makes what the tests share: above all the database that their stacks are copies of.
 *
 * @returns the variables of the tests
 */
async function prepareRun() {
  const folder = join(scratch, "template");
  const { code } = await run([
    "run",
    "--quiet",
    "--allow-all",
    "--no-check",
    "tests/support/prepare-run.ts",
    folder,
  ], { is_heard: true });
  // Each stack prepares its own then, and says what is wrong.
  return code === 0 ? { STACK_TEMPLATE: folder } : {};
}

function run(args, { env = {}, is_heard = false } = {}) {
  return new Promise((resolve, reject) => {
    const started_at = performance.now();
    const child = spawn("sh", ["-c", TIMED, "sh", "node_modules/.bin/deno", ...args], {
      cwd: new URL("..", import.meta.url),
      env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", TMPDIR: scratch, ...env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      // A group of its own, which ends with all that it started.
      detached: true,
    });
    children.add(child);
    let output = "";
    let times = "";
    for (const [source, target] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      source.on("data", (chunk) => {
        output += chunk;
        if (is_heard) target.write(chunk);
      });
    }
    child.stdio[3].on("data", (chunk) => times += chunk);
    child.on("error", reject);
    child.on("close", (code) => {
      children.delete(child);
      const wall_s = (performance.now() - started_at) / 1000;
      resolve({ code: code ?? 1, output, wall_s, cpu_s: childSeconds(times) });
    });
  });
}

function endGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
