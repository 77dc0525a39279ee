import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** What the databases and browsers of a run take, and half as much again. */
const FREE_MIN_BYTES = 8 * 2 ** 30;

/**
 * Makes a folder for all that a run of the tests leaves behind, in memory where there is room: a database has 1,300 files,
 * and to copy it takes a fifth of the time there. It goes with the process.
 *
 * @returns {string} its path
 */
export function makeScratch() {
  const folder = mkdtempSync(join(isMemoryFit() ? MEMORY : tmpdir(), "ecocomply-tests-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  // PostgreSQL may have to run as another user, who makes and removes files of its own here.
  chmodSync(folder, 0o1777);
  return folder;
}

/** Whether there is room, and programs run from there: PostgreSQL's may be copied. */
function isMemoryFit() {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < FREE_MIN_BYTES) return false;
    const folder = mkdtempSync(join(MEMORY, "ecocomply-tests-"));
    try {
      const program = join(folder, "program");
      writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
      return spawnSync(program).status === 0;
    } finally {
      rmSync(folder, { recursive: true });
    }
  } catch {
    // There is none, as on macOS.
    return false;
  }
}
