import { join } from "node:path";
import type { Binaries } from "./binaries.ts";

const PASSWORD_FILE = "stack.password";

/** Where a database is, and its superuser's password. */
export interface DataDirectory {
  readonly path: string;
  readonly password: string;
}

/**
 * Finds the database, or creates one.
 *
 * @param scratch a folder that is ours; a database that nobody keeps goes there
 * @param options.dataDir kept and used again; undefined: the database is temporary
 * @param options.template the data directory of a stopped server, which a temporary database is a copy of
 * @throws Error with one line that says why there is none
 */
export async function openDataDirectory(
  binaries: Binaries,
  scratch: string,
  { dataDir, template }: { readonly dataDir?: string; readonly template?: string },
): Promise<DataDirectory> {
  const path = dataDir ?? join(scratch, "data");
  if (dataDir === undefined && template !== undefined) {
    await own(scratch, binaries);
    await copy(template, path);
    return { path, password: await Deno.readTextFile(join(path, PASSWORD_FILE)) };
  }
  const password = await passwordOf(scratch, dataDir);
  await own(scratch, binaries);
  if (dataDir !== undefined) await Deno.mkdir(path, { recursive: true });
  if (dataDir !== undefined) await own(path, binaries);
  if (!await exists(join(path, "PG_VERSION"))) {
    await initialise(binaries, path, join(scratch, "password"));
    await Deno.writeTextFile(join(path, PASSWORD_FILE), password, { mode: 0o600 });
  }
  return { path, password };
}

/** How a program of PostgreSQL is run. */
export function childOptions({ root, runAs }: Binaries) {
  return {
    ...(runAs ?? {}),
    cwd: "/",
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LD_LIBRARY_PATH: join(root, "lib"), LC_ALL: "C" },
  };
}

async function initialise(binaries: Binaries, data: string, passwordFile: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(join(binaries.root, "bin", "initdb"), {
    args: [
      ...["-D", data, "-U", "supabase_admin", "--pwfile", passwordFile],
      ...["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"],
      // The passwords are random: the usual 4,096 rounds would make nothing safer, and each connection slower by 10 ms.
      ...["-c", "scram_iterations=1"],
    ],
    ...childOptions(binaries),
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  throw new Error(`The database could not be created in ${data}: ${reason}`);
}

/** Copies a data directory; its files keep their owner. */
async function copy(template: string, path: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("cp", { args: ["-Rp", template, path] }).output();
  if (success) return;
  throw new Error(
    `The database could not be copied from ${template}: ${new TextDecoder().decode(stderr).trim()}`,
  );
}

/** A persistent database keeps its password with its data. */
async function passwordOf(scratch: string, dataDir: string | undefined): Promise<string> {
  const kept = dataDir === undefined ? null : join(dataDir, PASSWORD_FILE);
  const password = kept !== null && await exists(kept) ? await Deno.readTextFile(kept) : crypto.randomUUID();
  await Deno.writeTextFile(join(scratch, "password"), password, { mode: 0o600 });
  return password;
}

async function own(path: string, { runAs }: Binaries): Promise<void> {
  if (runAs === null) return;
  await new Deno.Command("chown", { args: ["-R", `${runAs.uid}:${runAs.gid}`, path] }).output();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
