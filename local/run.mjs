// Runs a TypeScript file of this repository with the pinned Deno, after installing what is missing:
// node local/run.mjs local/demo.ts [arguments]
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installMissing } from "./install.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const [script, ...args] = process.argv.slice(2);

await installMissing();
const child = spawn(
  `${ROOT}node_modules/.bin/deno`,
  ["run", "--quiet", "--allow-all", "--no-check", `--config=${ROOT}deno.json`, `${ROOT}${script}`, ...args],
  { stdio: "inherit", env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" } },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
