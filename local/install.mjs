import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const SIGN_OF_LIFE_EVERY_MS = 10_000;

/**
 * Installs the pinned packages unless they are there already. Everything it says goes to standard error.
 *
 * @param {AbortSignal} [signal] ends it
 */
export async function installMissing(signal) {
  if (isInstalled()) return;
  process.stderr.write("Installing packages: once, some 570 MB, about a minute…\n");
  const started_at = performance.now();
  const alive = setInterval(() => {
    const took_s = Math.round((performance.now() - started_at) / 1000);
    process.stderr.write(`Still installing packages (${took_s} s)…\n`);
  }, SIGN_OF_LIFE_EVERY_MS);
  const failure = await npmInstall(signal);
  clearInterval(alive);
  if (failure === null || signal?.aborted) return;
  process.stderr.write(`npm install failed${failure}. Check the connection to the package registry.\n`);
  process.exit(1);
}

/** @returns null: it went well; else what is known of the reason */
function npmInstall(signal) {
  return new Promise((resolve) => {
    // Not `npm ci`: it wants every platform's build of the Supabase CLI in the lock file. The versions are the lock file's
    // either way, and --no-save leaves it as it is. Warnings are about packages that Deno runs, whatever Node this is.
    const npm = spawn("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: ROOT,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
      signal,
    });
    npm.on("error", (error) => resolve(`: ${error.message}`));
    npm.on("exit", (code) => resolve(code === 0 ? null : ""));
  });
}

/** Whether what npm installed last is what the lock file asks for. */
function isInstalled() {
  const installed = `${ROOT}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) =>
    path === "" || optional || present[path]?.version === version
  );
}
