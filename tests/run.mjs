// `npm test`: format, lint, type check and every test; the last line is `N passed, N failed`.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installMissing } from "../local/install.mjs";
import { judgeTests } from "./judge-tests.mjs";
import { testFiles } from "./test-files.mjs";

const CHECKED = ["supabase/functions", "local", "tests", "bench"];
/** A browser's code: TypeScript itself checks it, with the types of the DOM. */
const SETTINGS = ["settings/src", "settings/vite.config.ts", "settings/dev-server.ts"];
const DEMO = ["demo/src", "demo/vite.config.ts"];
const CHECKS = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint", ...CHECKED, ...SETTINGS, ...DEMO] },
  { name: "types", args: ["check", ...CHECKED] },
  ...["settings", "demo"].map((page) => ({
    name: `${page} types`,
    args: ["run", "--allow-all", "node_modules/typescript/bin/tsc", "-p", `${page}/tsconfig.json`],
  })),
];

await installMissing();
const scratch = mkdtempSync(join(tmpdir(), "ecocomply-tests-"));
// PostgreSQL may have to run as another user, who passes through here.
chmodSync(scratch, 0o755);
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const children = new Set();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
    process.exit(1);
  });
}

let passed = 0;
let failed = 0;
const prepared = prepareRun();
// At once: most of them keep one core busy. What they say comes in one piece.
await Promise.all(CHECKS.map(async ({ name, args }) => {
  const { code, output } = await run(args, { is_silent: true });
  code === 0 ? passed++ : failed++;
  console.log(`${code === 0 ? "" : output}${name}: ${code === 0 ? "ok" : "FAILED"}`);
}));
const variables = await prepared;
const runs = await Promise.all(
  testRuns().map(({ files, jobs }) =>
    run(["test", "--allow-all", "--no-check", "--parallel", ...files, ...process.argv.slice(2)], {
      env: { DENO_JOBS: jobs, ...variables },
    })
  ),
);
for (const tests of runs.map(judgeTests)) {
  passed += tests.passed;
  failed += tests.failed;
  if (tests.reason) console.log(`tests: FAILED, ${tests.reason}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Which files `deno test` is given, and how many of them it may run at once. */
function testRuns() {
  const { waiting, working } = testFiles();
  const given = process.env.DENO_JOBS;
  // Its arguments may be meant for all files together, as a filter or a report is.
  if (given !== undefined || process.argv.length > 2) {
    return [{ files: [...waiting, ...working], jobs: given ?? "3" }];
  }
  return [{ files: waiting, jobs: "3" }, { files: working, jobs: "4" }];
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
  ]);
  // Each stack prepares its own then, and says what is wrong.
  return code === 0 ? { STACK_TEMPLATE: folder } : {};
}

function run(args, { env = {}, is_silent = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn("node_modules/.bin/deno", args, {
      cwd: new URL("..", import.meta.url),
      env: {
        ...process.env,
        NO_COLOR: "1",
        DENO_NO_UPDATE_CHECK: "1",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.add(child);
    let output = "";
    for (const [source, target] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      source.on("data", (chunk) => {
        output += chunk;
        if (!is_silent) target.write(chunk);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      children.delete(child);
      resolve({ code: code ?? 1, output });
    });
  });
}
