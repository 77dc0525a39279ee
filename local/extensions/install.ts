import { join } from "node:path";
import postgres from "postgres";
import { fromFileUrl } from "../paths.ts";

const NAMES = ["pg_net", "supabase_vault", "pg_cron"] as const;
export type StandIn = (typeof NAMES)[number];

/**
 * Makes the extensions that a Supabase server has available on one that lacks them, by copying the stand-ins'
 * files to it. A stand-in that is there already is written again, since it may be an older one.
 *
 * @param url a superuser's
 * @returns the extensions that are stand-ins on this server
 * @throws Error that names the extension where the server's folder cannot be written
 */
export async function installExtensions(url: string): Promise<readonly StandIn[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const offered = await sql<{ name: string; comment: string | null }[]>`
      select name, comment from pg_available_extensions where name in ${sql(NAMES)}`;
    const standIns = NAMES.filter((name) =>
      !offered.some((extension) => extension.name === name && !extension.comment?.startsWith("Stand-in"))
    );
    const [row] = await sql<{ setting: string }[]>`select setting from pg_config() where name = 'SHAREDIR'`;
    for (const name of standIns) await copyFiles(name, join(row?.setting ?? "", "extension"));
    return standIns;
  } finally {
    await sql.end();
  }
}

async function copyFiles(name: StandIn, target: string): Promise<void> {
  const source = fromFileUrl(new URL(`${name}/`, import.meta.url));
  try {
    for await (const { name: file } of Deno.readDir(source)) {
      // Two stacks may start at once: a file is there whole or not at all.
      const partial = join(target, `${file}.${crypto.randomUUID()}`);
      await Deno.copyFile(join(source, file), partial);
      await Deno.chmod(partial, 0o644);
      await Deno.rename(partial, join(target, file));
    }
  } catch {
    throw new Error(
      `This PostgreSQL lacks the extension ${name}, and a stand-in cannot be written to ${target}: ` +
        `install ${name} on the server, or run where that folder is writable.`,
    );
  }
}
