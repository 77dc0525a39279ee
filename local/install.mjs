import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Installs the pinned packages unless they are there already. Everything it says goes to standard error. */
export function installMissing() {
  if (isInstalled()) return;
  process.stderr.write("Installing packages (once)…\n");
  // Not `npm ci`: it wants every platform's build of the Supabase CLI in the lock file. The versions are the lock file's
  // either way, and --no-save leaves it as it is.
  const { status, error } = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund"], {
    cwd: ROOT,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  process.stderr.write(
    `npm install failed${error ? `: ${error.message}` : ""}. Check the connection to the package registry.\n`,
  );
  process.exit(1);
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
