-- What the functions count. They count in memory and append it, a row for each run of the worker, so no counter is shared; the tick
-- adds the rows up. A series only grows: its sum is the same before and after that. Sums are numeric, since a sum of floating point
-- numbers depends on their order and could seem to shrink.

create table calendar_sync.count_flushes (
  id uuid primary key,
  counts jsonb not null,
  at timestamptz not null default clock_timestamp()
);

comment on table calendar_sync.count_flushes is
  'What a process of a function counted in a while: [{"metric", "labels", "value"}]. The tick adds what is older than a minute to count_totals.';
comment on column calendar_sync.count_flushes.id is 'Chosen by the sender, so that what is sent again is kept once.';
create index count_flushes_at_idx on calendar_sync.count_flushes (at);

create table calendar_sync.count_totals (
  metric text not null,
  labels jsonb not null,
  value numeric not null,
  grown_at timestamptz not null,
  primary key (metric, labels)
);

comment on table calendar_sync.count_totals is 'How much every series has grown since the installation, but for what count_flushes still holds.';
comment on column calendar_sync.count_totals.grown_at is 'When something was last added.';

create table calendar_sync.count_words (
  metric text not null,
  word text not null,
  noted_at timestamptz not null default now(),
  primary key (metric, word)
);

comment on table calendar_sync.count_words is
  'Words from outside that have a series of their own: fifty a metric, the first that came; all others are counted as other. A word that was not counted for a week gives its place up.';

alter table calendar_sync.count_flushes enable row level security;
alter table calendar_sync.count_totals enable row level security;
alter table calendar_sync.count_words enable row level security;

create function calendar_sync.word_labels() returns table (metric text, label text)
language sql immutable security invoker set search_path = ''
as $$
  values ('calendar_obligation_syncs', 'obligation_type'), ('calendar_job_failures', 'reason')
$$;

comment on function calendar_sync.word_labels() is 'Labels whose values come from outside: free text of users, words of providers.';

create function calendar_sync.bounded_counts(p_counts jsonb) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_words_max constant integer := 50;
  v_characters_max constant integer := 64;
begin
  with told as materialized (
    select distinct count.metric, left(count.labels ->> open.label, v_characters_max) as word
    from jsonb_to_recordset(p_counts) as count (metric text, labels jsonb)
    join calendar_sync.word_labels() as open on open.metric = count.metric
  ), unknown as (
    select told.metric, told.word, row_number() over (partition by told.metric order by told.word) as place
    from told
    where not exists (
      select from calendar_sync.count_words as known where known.metric = told.metric and known.word = told.word
    )
  )
  insert into calendar_sync.count_words (metric, word)
  select unknown.metric, unknown.word from unknown
  where unknown.place <= v_words_max - (
    select count(*) from calendar_sync.count_words as known where known.metric = unknown.metric
  )
  order by 1, 2
  on conflict do nothing;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('metric', count.metric, 'value', count.value, 'labels', case
      when open.label is null then count.labels
      when known.word is null then count.labels || jsonb_build_object(open.label, 'other')
      else count.labels || jsonb_build_object(open.label, known.word)
    end)), '[]')
    from jsonb_to_recordset(p_counts) as count (metric text, labels jsonb, value numeric)
    left join calendar_sync.word_labels() as open on open.metric = count.metric
    left join calendar_sync.count_words as known
      on known.metric = count.metric and known.word = left(count.labels ->> open.label, v_characters_max)
  );
end;
$$;

comment on function calendar_sync.bounded_counts(jsonb) is 'The same counts, with other for every word that has no place.';

-- A failed flush never fails the caller.
create function public.calendar_keep_counts(p_flushes jsonb) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  insert into calendar_sync.count_flushes (id, counts)
  select flush.id, calendar_sync.bounded_counts(flush.counts)
  from jsonb_to_recordset(p_flushes) as flush (id uuid, counts jsonb)
  on conflict do nothing;
exception when others then
  raise warning 'calendar_sync: counts were not kept: % %', sqlstate, sqlerrm;
end;
$$;

comment on function public.calendar_keep_counts(jsonb) is
  'Keeps what a function counted: [{"id", "counts": [{"metric", "labels", "value"}]}]; never fails itself.';

create function calendar_sync.roll_up_counts() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  with taken as (
    delete from calendar_sync.count_flushes where at < now() - interval '1 minute' returning counts
  )
  insert into calendar_sync.count_totals as total (metric, labels, value, grown_at)
  select count.metric, count.labels, sum(count.value), now()
  from taken cross join lateral jsonb_to_recordset(taken.counts) as count (metric text, labels jsonb, value numeric)
  group by 1, 2 order by 1, 2
  on conflict (metric, labels) do update set value = total.value + excluded.value, grown_at = excluded.grown_at;
end;
$$;

comment on function calendar_sync.roll_up_counts() is 'Called by the tick: adds up what was counted more than a minute ago.';

-- A series may end. Its count is not added to other, which would seem to jump.
create function calendar_sync.tidy_counts() returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_idle constant interval := interval '7 days';
begin
  delete from calendar_sync.count_totals as total using calendar_sync.word_labels() as open
  where open.metric = total.metric and total.grown_at < now() - v_idle
    and total.labels ->> open.label <> 'other';
  delete from calendar_sync.count_words as known using calendar_sync.word_labels() as open
  where open.metric = known.metric and known.noted_at < now() - v_idle and not exists (
    select from calendar_sync.count_totals as total
    where total.metric = known.metric and total.labels ->> open.label = known.word
  );
end;
$$;

comment on function calendar_sync.tidy_counts() is 'Called every night: words that were not counted for a week give their places up.';
