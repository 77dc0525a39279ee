import postgres from "postgres";

/**
 * Gives a server what a Supabase project has before its first migration.
 *
 * @param options.url a superuser's
 * @param options.passwords of the roles that the stack signs in as
 */
export async function bootstrap(options: {
  readonly url: string;
  readonly passwords: Readonly<Partial<Record<"authenticator" | "postgres", string>>>;
}): Promise<void> {
  const sql = postgres(options.url, { max: 1, onnotice: () => {} });
  try {
    await sql.file(new URL("bootstrap.sql", import.meta.url).pathname);
    for (const [role, password] of Object.entries(options.passwords)) {
      await sql.unsafe(`alter role ${role} password '${password}'`);
    }
  } finally {
    await sql.end();
  }
}
