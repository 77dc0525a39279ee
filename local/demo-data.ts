import type { Sql } from "postgres";
import { fromFileUrl } from "./paths.ts";

export interface DemoUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

const EMAILS = ["ada@example.com", "grace@example.com"];

/** Makes the two demo users, with new passwords each time. */
export async function createDemoUsers(sql: Sql): Promise<DemoUser[]> {
  const users: DemoUser[] = [];
  for (const email of EMAILS) {
    const password = crypto.randomUUID();
    const [row] = await sql<{ id: string }[]>`
      insert into auth.users (id, email, encrypted_password, email_confirmed_at, aud, role)
      values (gen_random_uuid(), ${email}, extensions.crypt(${password}, extensions.gen_salt('bf', 6)), now(),
        'authenticated', 'authenticated')
      on conflict (email) do update set encrypted_password = excluded.encrypted_password
      returning id`;
    if (row) users.push({ id: row.id, email, password });
  }
  return users;
}

/** Gives users without obligations the demo ones. */
export async function seedObligations(sql: Sql): Promise<void> {
  await sql.file(fromFileUrl(new URL("../supabase/seed.sql", import.meta.url)));
}

/** Stores where the worker is called, and with which secret. */
export async function storeWorkerSecrets(sql: Sql, url: string, secret: string): Promise<void> {
  for (const [name, value] of [["calendar_sync_url", url], ["calendar_sync_secret", secret]] as const) {
    await sql`delete from vault.secrets where name = ${name}`;
    await sql`select vault.create_secret(${value}, ${name})`;
  }
}
