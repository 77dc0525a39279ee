import { spawn } from "node:child_process";
import { childSeconds } from "./costs.mjs";

/** The longest file takes a third of it. */
const LIMIT_S = 420;
/** The child's processor time goes to a file descriptor of its own. */
const TIMED = '"$@" 3>&-; code=$?; times >&3; exit $code';

const children = new Set();

/**
 * Runs Deno of this repository, in a process group of its own, which ends with all that it started.
 *
 * @param {readonly string[]} args
 * @param {{ env: Readonly<Record<string, string | undefined>>, is_heard?: boolean, is_limited?: boolean }} options is_heard: what it prints
 *   is printed at once; is_limited: it is ended after seven minutes
 * @returns {Promise<{ code: number, output: string, wall_s: number, cpu_s: number }>} code 1 where a signal ended it
 */
export function runDeno(args, { env, is_heard = false, is_limited = false }) {
  return new Promise((resolve, reject) => {
    const started_at = performance.now();
    const child = spawn("sh", ["-c", TIMED, "sh", "node_modules/.bin/deno", ...args], {
      cwd: new URL("..", import.meta.url),
      env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
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
    const limit = setTimeout(() => {
      output += `\nIt was ended after ${LIMIT_S} seconds.\n`;
      endGroup(child, "SIGKILL");
    }, is_limited ? LIMIT_S * 1000 : 2 ** 31 - 1);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(limit);
      children.delete(child);
      const wall_s = (performance.now() - started_at) / 1000;
      resolve({ code: code ?? 1, output, wall_s, cpu_s: childSeconds(times) });
    });
  });
}

/** @param {NodeJS.Signals} signal that each child gets, with all that it started */
export function endChildren(signal) {
  for (const child of children) endGroup(child, signal);
}

function endGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}
