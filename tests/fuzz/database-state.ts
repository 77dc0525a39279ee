import type { Sql } from "postgres";

/**
 * A hash of all that is kept of a user and that only the user's own calls change: what the worker notes on its rounds is not
 * in it.
 */
export async function userState(sql: Sql, user_id: string): Promise<string> {
  const [row] = await sql<{ hash: string }[]>`
    select md5(jsonb_build_array(
      (select jsonb_agg(to_jsonb(i) - array['last_synced_at', 'updated_at', 'last_error'] order by i.id)
        from public.calendar_integrations as i where i.user_id = ${user_id}),
      (select jsonb_agg(to_jsonb(f) - array['last_used_at'] order by f.id) from calendar_sync.feeds as f
        where f.user_id = ${user_id}),
      (select jsonb_agg(to_jsonb(o) order by o.id) from public.obligations as o where o.user_id = ${user_id}),
      (select jsonb_agg(to_jsonb(m) order by m.id) from public.calendar_event_mappings as m
        join public.calendar_integrations as i on i.id = m.integration_id where i.user_id = ${user_id}),
      (select count(*) from calendar_sync.flows as s where s.user_id = ${user_id}),
      (select jsonb_agg(to_jsonb(s) order by s.id) from vault.secrets as s
        join public.calendar_integrations as i on s.id in (i.refresh_token_secret_id, i.access_token_secret_id)
        where i.user_id = ${user_id})
    )::text) as hash`;
  return row?.hash ?? "";
}
