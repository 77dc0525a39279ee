// `npm start`: installs what is missing, runs the stack and goes when told to, or when whoever started it has gone.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installMissing } from "./install.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WATCH_EVERY_MS = 500;

const HELP = `npm start -- [options]

Runs the platform on this machine until Ctrl-C: PostgreSQL, the functions, the pages, a Google and an Outlook.

  --port N            of the gateway; default 54321, 0: any free one
  --json              one line of JSON on standard output when ready, everything else on standard error
  --no-seed           no demo obligations
  --database-url URL  this PostgreSQL, as superuser, instead of the embedded one
  --data-dir DIR      keep the embedded database there; default: a temporary one
  --verbose           logs on standard error instead of a file
  --help              this text

docs/understand/local-platform.md says more.
`;

if (process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) {
  process.stdout.write(HELP);
  process.exit(0);
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stopping.abort());
const ancestors = startedBy();
await installMissing(stopping.signal);
if (stopping.signal.aborted) process.exit(0);

const stack = spawn(
  `${ROOT}node_modules/.bin/deno`,
  [
    "run",
    "--quiet",
    "--allow-all",
    "--no-check",
    `--config=${ROOT}deno.json`,
    `${ROOT}local/main.ts`,
    ...process.argv.slice(2),
  ],
  {
    cwd: ROOT,
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
    // A group of its own: Ctrl-C would reach PostgreSQL and the functions too, before the stack could stop them in order.
    detached: true,
  },
);

// The stack watches this pipe: its end reaches it even if this process is killed.
stopping.signal.addEventListener("abort", () => stack.stdin.end());
stack.stdin.on("error", () => {});
stack.on("error", (error) => {
  process.stderr.write(`The stack could not be started: ${error.message}\n`);
  process.exit(1);
});
stack.on("exit", (code) => process.exit(stopping.signal.aborted ? 0 : code ?? 1));

// npm does not pass a SIGTERM on that it gets alone, and nobody can pass a SIGKILL on.
setInterval(() => {
  if (!ancestors.every(isAlive)) stopping.abort();
}, WATCH_EVERY_MS).unref();

/** This process's parents up to the one that ran npm; just the parent when npm was not involved. */
function startedBy() {
  const chain = [];
  let pid = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return pid > 1 ? [identityOf(pid)] : [];
  while (pid > 1) {
    chain.push(identityOf(pid));
    if (/\bnpm\b/.test(commandOf(pid))) {
      const caller = parentOf(pid);
      if (caller > 1) chain.push(identityOf(caller));
      break;
    }
    pid = parentOf(pid);
  }
  return chain;
}

function identityOf(pid) {
  return { pid, parent: parentOf(pid) };
}

/** A zombie has ended too; a parent that changed means that the old one did. */
function isAlive({ pid, parent }) {
  const stat = statOf(pid);
  return stat !== null && stat.state !== "Z" && stat.parent === parent;
}

function parentOf(pid) {
  return statOf(pid)?.parent ?? 0;
}

function statOf(pid) {
  if (existsSync("/proc/self/stat")) {
    try {
      const [state, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      return { state, parent: Number(parent) };
    } catch {
      return null;
    }
  }
  const { stdout, status } = spawnSync("ps", ["-o", "state=,ppid=", "-p", String(pid)], { encoding: "utf8" });
  if (status !== 0) return null;
  const [state = "", parent = "0"] = stdout.trim().split(/\s+/);
  return { state: state[0], parent: Number(parent) };
}

function commandOf(pid) {
  if (existsSync("/proc/self/cmdline")) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      return "";
    }
  }
  return spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout;
}
