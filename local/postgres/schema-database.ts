import postgres from "postgres";
import { bootstrap } from "./bootstrap.ts";

/** As projects from before May 2026 have it: what is new in schema public is everybody's, unless a migration takes it back. */
export const OLD_DEFAULT_PRIVILEGES = ["tables", "functions", "sequences"].map((kind) =>
  `alter default privileges for role postgres in schema public grant all on ${kind} to anon, authenticated, service_role;`
).join("\n");

/**
 * Makes a database of a server in which `postgres` has run some SQL, as migrations are run in a Supabase project.
 *
 * @param server_url a superuser's
 * @param name of the database, not used before
 * @param texts in their order
 * @returns its URL, a superuser's
 * @throws PostgresError of the first text that fails
 */
export async function createSchemaDatabase(
  server_url: string,
  name: string,
  texts: readonly string[],
): Promise<string> {
  const admin = postgres(server_url, { max: 1, onnotice: () => {} });
  const url = new URL(server_url);
  url.pathname = `/${name}`;
  try {
    await admin`create database ${admin(name)} template template0`;
  } finally {
    await admin.end({ timeout: 1 });
  }
  await bootstrap({ url: url.href, passwords: {} });
  await runAsPostgres(url.href, texts);
  return url.href;
}

/** Runs SQL as `postgres`, whom the migrations run as. */
export async function runAsPostgres(url: string, texts: readonly string[]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`set session authorization postgres`;
    for (const text of texts) await sql.unsafe(text);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
