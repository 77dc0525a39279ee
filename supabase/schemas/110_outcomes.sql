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
  left_in text[],
  sent_time jsonb,
  is_kept boolean,
  has_guests boolean
);

comment on type calendar_sync.outcome is
  'What became of a job. kind: synced, unchanged, removed, retry, failed; not_begun, nothing of its event was written. With a job, of one that is no event: done, retry, advanced (as far as this obligation); of a test event: written, refused, cleared (nothing of it is left). counts: the failure is the job''s own. may_leave: an event may be there that no mapping knows. content_hash: what the event shows; empty, with retry: that is not known. left_in: calendars from which an event could not be removed. sent_time: when the event is, as it was sent. is_kept: that is where its user left it. has_guests: somebody is invited to it.';

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
  calendar_id text,
  pulled boolean,
  cursor text,
  calendar_edits text
);

comment on type calendar_sync.batch is
  'What became of a batch. wrote_to: the calendar it was for. reached: whether the provider answered; null: the batch does not say. calendar_id: the calendar''s new id. pulled: all news of the calendar was read, up to cursor. calendar_edits: what becomes of moves, as of the settings.';

create type calendar_sync.decided_edit as (
  kind text,
  obligation_id uuid,
  event_id text,
  etag text,
  seen jsonb,
  sent_time jsonb,
  has_guests boolean
);

comment on type calendar_sync.decided_edit is
  'What the worker decided of an event that is not as we wrote it: moved, resized, deleted, returned, overtaken, converged, known, noise, series. etag, seen and has_guests: as the event is now. sent_time: for converged, where it should be.';

create type calendar_sync.edit_now as (
  kind text,
  obligation_id uuid,
  event_id text,
  etag text,
  seen jsonb,
  sent_time jsonb,
  has_guests boolean,
  deadline calendar_sync.deadline,
  due text,
  before calendar_sync.edits,
  action text,
  shows text
);

comment on type calendar_sync.edit_now is 'A calendar_sync.decided_edit, with the obligation as it is, its deadline in words, and what was known before. action: in a word of the activity; null: nothing to tell of. shows: the date or the instant that the event shows, or showed.';
