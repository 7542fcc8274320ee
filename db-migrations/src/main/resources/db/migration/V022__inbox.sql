-- What consumers have taken in of records that have no sequence, as SQL publishes them: the gate of a stream cannot tell
-- their repeats, so each record's id is kept for a while. A row an event, hence the retention; streams of the event store
-- have one row a stream instead, and a saga's commands and answers are told apart by their step.
create table ops.inbox (
  consumer text        not null,
  -- ce_id, the outbox record's id: UUID v7, so that rows are written at their index's right edge.
  event_id uuid        not null,
  taken_at timestamptz not null default clock_timestamp(),
  primary key (consumer, event_id)
);
create index inbox_by_age on ops.inbox (taken_at);
comment on table ops.inbox is
  'Records without a sequence that have taken effect. Who replays from before the retention lets those take effect again.';

-- Drops what was taken in long ago, some at a time so that locks are short; answers how many.
create function ops.forget_inbox(p_older_than interval default '30 days', p_most int default 10000)
returns bigint language plpgsql as $$
declare
  gone bigint;
begin
  delete from ops.inbox
   where (consumer, event_id) in (select consumer, event_id from ops.inbox
                                   where taken_at < clock_timestamp() - p_older_than
                                   order by taken_at limit p_most for update skip locked);
  get diagnostics gone = row_count;
  return gone;
end $$;
