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

-- Where each consumer continues: the offset of the next record of each partition, written in the transaction of the effects
-- of those before it. Kafka's own committed offsets are a copy for its tools. So effects and offsets are restored together
-- when the database is restored to an earlier state, or a standby without the newest commits takes over: the records
-- after it are read again, and take effect once. A group that Kafka has forgotten makes no difference.
create table ops.consumer_offset (
  consumer    text   not null,
  topic       text   not null,
  partition   int    not null,
  -- A topic that is deleted and made again has another id: it is read from its beginning.
  topic_id    uuid   not null,
  next_offset bigint not null check (next_offset >= 0),
  primary key (consumer, topic, partition)
) with (fillfactor = 50);
comment on table ops.consumer_offset is
  'The next record of each partition that a consumer will read. To let it read again from the beginning, stop it and delete its rows.';
