import type { Sql } from "postgres";

/** Users with a connected calendar each, as the tables hold them after the OAuth flow. */
export interface Population {
  readonly users: number;
  readonly obligations_each: number;
}

/**
 * Fills the tables in a few statements, without triggers and foreign key checks: a million obligations in a minute.
 * All share one access token, which is read and decrypted for each lane all the same.
 *
 * @param population.mapped whether every obligation has an event already
 */
export async function populate(
  sql: Sql,
  { users, obligations_each, mapped }: Population & { readonly mapped: boolean },
): Promise<void> {
  await sql.begin(async (fill) => {
    await fill`create temporary table person on commit drop as
      select gen_random_uuid() as id, gen_random_uuid() as integration_id,
        'c_' || md5(n::text) || md5(n::text) || '@group.calendar.google.com' as calendar_id
      from generate_series(1, ${users}::int) as n`;
    await fill`insert into auth.users (id, email) select id, id || '@example.com' from person`;
    // Its triggers give an integration what the engine keeps about it.
    await fill`insert into public.calendar_integrations (id, user_id, provider, account_id, account_email, status,
        calendar_id, calendar_name, calendar_role, access_token_secret_id, token_expires_at, token_refreshed_at)
      select person.integration_id, person.id, 'google', person.id, person.id || '@example.com', 'active', person.calendar_id, 'EcoComply', 'own',
        token.id, now() + interval '1 day', now()
      from person cross join (select calendar_sync.store_secret(null, ${crypto.randomUUID()}, 'bench') as id) as token`;
    await fill`set local session_replication_role = replica`;
    await fill`insert into public.obligations (user_id, title, description, deadline_date)
      select person.id, 'Obligation ' || o, 'What has to be done, and why, in a sentence of the usual length.',
        date '2027-01-01' + o % 300
      from person cross join generate_series(1, ${obligations_each}::int) as o`;
    if (mapped) {
      await fill`insert into public.calendar_event_mappings
          (integration_id, obligation_id, calendar_id, external_event_id, etag, deadline_hash, content_hash, synced_at)
        select person.integration_id, obligation.id, person.calendar_id,
          'obl' || replace(obligation.id::text, '-', '') || 'g0', '"3412345678901234"', md5('old'), md5('old'),
          now() - interval '1 hour'
        from public.obligations as obligation join person on person.id = obligation.user_id`;
    }
  });
}

/**
 * Makes every obligation due in its calendar, as if each had been edited alone. What knows of the engine's tables is
 * here and in {@link emptyOutbox}.
 */
export async function makeDue(sql: Sql): Promise<void> {
  await sql.begin(async (fill) => {
    await fill`set local session_replication_role = replica`;
    // What connecting appended: absorbing it is not what is measured.
    await fill`delete from calendar_sync.changes`;
    await fill`insert into calendar_sync.jobs (integration_id, kind, obligation_id, run_at)
      select integration.id, 'event', obligation.id, now() - interval '1 second'
      from public.obligations as obligation
      join public.calendar_integrations as integration on integration.user_id = obligation.user_id
      on conflict do nothing`;
    await fill`select calendar_sync.reschedule(array(select integration_id from calendar_sync.lanes))`;
  });
}

/** Forgets what is queued, so that the next round begins like the one before. */
export async function emptyOutbox(sql: Sql): Promise<void> {
  await sql`truncate calendar_sync.jobs, calendar_sync.changes, net.http_request_queue`;
}

/** Removes every user with all that hangs on it. */
export async function depopulate(sql: Sql): Promise<void> {
  await sql`truncate auth.users cascade`;
  await emptyOutbox(sql);
}
