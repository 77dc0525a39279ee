import type { Sql } from "postgres";

const EVENTS = ["insert", "update", "delete", "truncate"] as const;

/** Who hears of a change of `public.obligations`: nobody, our triggers, or {@link createWebhook}'s. */
export type Listening = "nobody" | "ours" | "webhook";

/**
 * Creates a per-row trigger on `public.obligations` that posts each row, as a Database Webhook does: the payload of
 * `supabase_functions.http_request`, without that function's second INSERT into a log of its own. It is switched off.
 *
 * @param url of the receiver
 */
export async function createWebhook(sql: Sql, url: string): Promise<void> {
  await sql.unsafe(`
    create schema bench;
    create function bench.http_request() returns trigger
    language plpgsql security definer set search_path = ''
    as $$
    begin
      perform net.http_post(
        url := '${url}',
        body := jsonb_build_object('type', tg_op, 'table', tg_table_name, 'schema', tg_table_schema,
          'record', new, 'old_record', null)
      );
      return new;
    end;
    $$;
    create trigger bench_webhook after insert on public.obligations
    for each row execute function bench.http_request();
    alter table public.obligations disable trigger bench_webhook`);
}

/** Switches triggers of `public.obligations` on and off. */
export async function listen(sql: Sql, who: Listening): Promise<void> {
  const state = (on: boolean) => on ? "enable" : "disable";
  const changes = [
    ...EVENTS.map((event) => `${state(who === "ours")} trigger calendar_sync_${event}`),
    `${state(who === "webhook")} trigger bench_webhook`,
  ];
  await sql.unsafe(`alter table public.obligations ${changes.join(", ")}`);
}
