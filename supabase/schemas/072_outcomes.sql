-- What the worker tells of a batch: `calendar_record` parses it once into these types.

create type calendar_sync.outcome as (
  kind text,
  job text,
  obligation_id uuid,
  version bigint,
  action text,
  calendar_id text,
  event_id text,
  etag text,
  deadline_hash text,
  content_hash text,
  title text,
  due text,
  cause jsonb,
  run_in_ms bigint,
  error text,
  counts boolean,
  may_leave boolean,
  left_in text[]
);

comment on type calendar_sync.outcome is
  'What became of a job. kind: synced, unchanged, removed, done (of a job that is no event), retry, failed. counts: the failure is the job''s own. may_leave: an event may be there that no mapping knows. left_in: calendars from which an event could not be removed.';

create type calendar_sync.batch as (
  lease uuid,
  reserved_id bigint,
  wrote_to text,
  calls_made integer,
  next_jobs smallint,
  succeeded boolean,
  reached boolean,
  wait_reason text,
  wait_ms bigint,
  status text,
  last_error jsonb,
  calendar_id text
);

comment on type calendar_sync.batch is
  'What became of a batch. wrote_to: the calendar it was for. reached: whether the provider answered; null: the batch does not say. calendar_id: the calendar''s new id.';
