// `npm test`: format, lint, type check and every test; the last line is `N passed, N failed`.
import { spawn } from "node:child_process";
import { installMissing } from "../local/install.mjs";
import { judgeTests } from "./judge-tests.mjs";

const CHECKED = ["supabase/functions", "local", "tests", "bench"];
/** A browser's code: TypeScript itself checks it, with the types of the DOM. */
const SETTINGS = ["settings/src", "settings/vite.config.ts", "settings/dev-server.ts"];

const STEPS = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint", ...CHECKED, ...SETTINGS] },
  { name: "types", args: ["check", ...CHECKED] },
  {
    name: "settings types",
    args: ["run", "--allow-all", "node_modules/typescript/bin/tsc", "-p", "settings/tsconfig.json"],
  },
  {
    name: "tests",
    args: ["test", "--allow-all", "--no-check", "--parallel", "tests", ...process.argv.slice(2)],
  },
];

await installMissing();
let passed = 0;
let failed = 0;
for (const step of STEPS) {
  const result = await run(step.args);
  if (step.name === "tests") {
    const tests = judgeTests(result);
    passed += tests.passed;
    failed += tests.failed;
    if (tests.reason) console.log(`tests: FAILED, ${tests.reason}`);
  } else {
    result.code === 0 ? passed++ : failed++;
    console.log(`${step.name}: ${result.code === 0 ? "ok" : "FAILED"}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn("node_modules/.bin/deno", args, {
      cwd: new URL("..", import.meta.url),
      env: {
        ...process.env,
        NO_COLOR: "1",
        DENO_NO_UPDATE_CHECK: "1",
        DENO_JOBS: process.env.DENO_JOBS ?? "3",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const [source, target] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      source.on("data", (chunk) => {
        output += chunk;
        target.write(chunk);
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
