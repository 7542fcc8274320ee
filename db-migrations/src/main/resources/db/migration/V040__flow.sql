-- The event flow: what became of a command, message by message and consumer by consumer; and who is at work.
--
-- Nothing is written for it where commands are taken: commands, events and outbox records are read off their own tables.
-- What only a consumer knows (where a record lay, when it was taken in and how that ended) it notes here, beside its
-- transactions and not in them, many notes an insert. So they are notes and no records: a process that is killed loses
-- those of its last half second, and one that is flooded leaves some out and counts them. Whether an event took effect is
-- told by the version gates, not by these.
create table ops.hop (
  -- When the service was done with it.
  at             timestamptz not null,
  correlation_id text        not null,
  -- The consumer; of commands enrollment-core.
  service        text        not null,
  -- applied: took effect. retried: failed, for what may pass. parked: went to the dead letters. duplicate: had taken effect
  -- before. refused, failed: of a command; the accepted ones are in enrollment.request.
  outcome        text        not null check (outcome in ('applied', 'retried', 'parked', 'duplicate', 'refused', 'failed')),
  -- The message's id (ce_id); of a command its request_id.
  message_id     text        not null,
  -- The message, or the request, that caused it; empty if there is none.
  causation_id   text        not null,
  -- Of a command its method.
  type           text        not null,
  -- Who wrote it, such as /accrual/capacity.
  source         text        not null,
  -- Where it lies; null of a command.
  topic          text,
  partition      int,
  "offset"       bigint,
  key            text        not null,
  -- Of its stream; 0 if it has none.
  version        bigint      not null,
  -- When its outbox record was written, and when the relay sent it.
  written_at     timestamptz not null,
  relayed_at     timestamptz,
  -- When the service began with the batch that it was in.
  began_at       timestamptz not null,
  attempts       int         not null check (attempts > 0),
  -- Empty if nothing went wrong.
  error          text        not null check (length(error) <= 1000),
  check ((topic is null) = (partition is null) and (topic is null) = ("offset" is null))
) partition by range (at);
-- The only one: a note costs its row and one entry here. By time there are the partitions.
create index hop_correlation on ops.hop (correlation_id);
comment on table ops.hop is 'What consumers did with messages, kept 7 days; read ops.flow.';
create table ops.hop_default partition of ops.hop default;

-- Makes the partitions of the next days and drops those older than 7 days. Called by outbox.maintain. Few ahead, since a
-- flow is looked for in each of them.
create function ops.maintain_hops(today date default (now() at time zone 'UTC')::date)
returns void language plpgsql as $$
declare
  day  date;
  part text;
begin
  for day in select generate_series(today, today + 3, interval '1 day')::date loop
    part := 'hop_' || to_char(day, 'YYYYMMDD');
    -- A day whose first notes are in the default partition stays there.
    if to_regclass('ops.' || part) is null
       and not exists (select from ops.hop_default
                        where at >= day::timestamp at time zone 'UTC' and at < (day + 1)::timestamp at time zone 'UTC') then
      execute format('create table ops.%I (like ops.hop including all)', part);
      execute format('alter table ops.hop attach partition ops.%I for values from (%L) to (%L)',
                     part, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    end if;
  end loop;
  for part in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
               where i.inhparent = 'ops.hop'::regclass and c.relname ~ '^hop_\d{8}$'
                 and to_date(right(c.relname, 8), 'YYYYMMDD') < today - 7 loop
    execute format('drop table ops.%I', part);
  end loop;
  delete from ops.hop_default where at < (today - 7)::timestamp at time zone 'UTC';
end $$;
revoke execute on function ops.maintain_hops(date) from public;

-- The newest record that the relay has told of. Ids grow with time, so what is above waits for it; about, since ids of
-- several writers overtake each other by milliseconds.
alter table ops.relay add column last_id uuid;

-- The least id that was made that long before another; ids are UUID v7.
create function ops.id_before(p_id uuid, p_time interval) returns uuid language sql immutable
begin atomic
  select coalesce(
    (lpad(to_hex((extract(epoch from uuid_extract_timestamp(p_id) - p_time) * 1000)::bigint), 12, '0')
      || repeat('0', 20))::uuid,
    '00000000-0000-0000-0000-000000000000');
end;

-- Where to look for what the relay has not told of: everything retained, as long as it has told of nothing.
create function ops.unrelayed_from(p_slack interval) returns uuid language sql stable
begin atomic
  select ops.id_before((select last_id from ops.relay order by last_id limit 1), p_slack);
end;

-- What is written and not relayed. Counts to 100,000; beyond that nobody needs to know.
create view ops.outbox_depth as
select count(*) as messages,
       coalesce(greatest(extract(epoch from clock_timestamp() - min(created_at)), 0), 0) as oldest_seconds
  from (select created_at from outbox.message
         where id > coalesce((select last_id from ops.relay order by last_id limit 1), '00000000-0000-0000-0000-000000000000')
         order by id limit 100000) waiting;
comment on view ops.outbox_depth is 'Messages that wait for the relay, at most 100,000, and the age of the oldest.';

-- Few and off every hot path; they find a conversation's dead letters and mails.
create index letter_correlation on deadletter.letter (correlation_id);
create index message_correlation on notification.message (correlation_id);

-- One row a hop; ask with "where correlation_id = '…' order by at". step says what the row tells:
--   command    a call was answered: outcome accepted, refused, failed
--   written    an outbox record was written, with its event where it is one
--   relayed    it was sent to its topic
--   consumed   a consumer was done with it, or a redrive was: outcome applied, retried, parked, duplicate
--   discarded  a person gave it up, out of a consumer's dead letters
--   notified   a mail or text: outcome is its state
create view ops.flow as
with told as not materialized (
  select distinct on (correlation_id, message_id)
         correlation_id, message_id, causation_id, type, source, topic, partition, "offset", key, version, written_at,
         relayed_at
    from ops.hop where topic is not null
   order by correlation_id, message_id, at)
select h.correlation_id, h.at, case when h.topic is null then 'command' else 'consumed' end as step, h.service, h.type,
       h.outcome, h.message_id, h.causation_id, h.topic, h.partition, h."offset", h.key, h.version, h.attempts,
       h.error as detail, h.began_at
  from ops.hop h
union all
select t.correlation_id, w.at, w.step, case w.step when 'relayed' then 'outbox-relay' else ltrim(replace(t.source, '/accrual/', ''), '/') end,
       t.type, w.step, t.message_id, t.causation_id, t.topic, t.partition, t."offset", t.key, t.version, 1, '', null
  from told t cross join lateral (values ('written', t.written_at), ('relayed', t.relayed_at)) as w (step, at)
union all
select m.headers ->> 'ce_correlationid', m.created_at, 'written',
       replace(coalesce(m.headers ->> 'ce_source', 'sql'), '/accrual/', ''), m.type, 'written', m.id::text,
       coalesce(m.headers ->> 'ce_causationid', ''), 'accrual.' || m.aggregatetype, null, null, m.aggregateid,
       -- A writer of the table may put any text there; it must not fail the view for everybody.
       case when m.headers ->> 'ce_sequence' ~ '^\d{1,18}$' then (m.headers ->> 'ce_sequence')::bigint else 0 end,
       1, '', null
  from outbox.message m
 where m.id >= ops.unrelayed_from('10 s')
   and m.aggregatetype not like 'dlq.%'
   and not exists (select from ops.hop h
                    where h.correlation_id = m.headers ->> 'ce_correlationid' and h.message_id = m.id::text)
union all
select t.correlation_id, r.created_at, 'command', 'enrollment-core', r.method, 'accepted', r.request_id, '', null, null,
       null, '', 0, 1, '', null
  from (select distinct correlation_id, causation_id from told) t
  join enrollment.request r on r.request_id = t.causation_id
union all
select l.correlation_id, l.settled_at, case l.state when 'discarded' then 'discarded' else 'consumed' end, l.consumer,
       coalesce(l.type, ''), l.state,
       coalesce(l.event_id::text, l.letter_id::text), coalesce(l.headers ->> 'ce_causationid', ''), l.topic, l.partition,
       l."offset", l.key, coalesce(l.version, 0), greatest(l.attempts, 1),
       case l.state when 'applied' then '' else l.error end, null
  from deadletter.letter l where l.state <> 'parked'
union all
select n.correlation_id, coalesce(n.sent_at, n.updated_at), 'notified', 'notification', n.channel, n.state,
       n.notification_id::text, n.event_id::text, null, null, null, n.enrollment_id::text, 0, greatest(n.attempts, 1),
       coalesce(n.reason, n.last_error, ''), n.created_at
  from notification.message n;
comment on view ops.flow is
  'Every hop of a conversation: select * from ops.flow where correlation_id = ''…'' order by at. Single hops are kept 7 days.';

-- Processes, as they say themselves every 5 s.
create table ops.process (
  service  text        not null,
  -- Host and process.
  instance text        not null,
  seen_at  timestamptz not null default clock_timestamp(),
  primary key (service, instance)
);
comment on table ops.process is 'Who is at work. seen_at older than 15 s: it is not, or cannot reach this database.';

-- What is not done, for the pipeline's look every second: a table of mails long sent is not read for it.
create index message_open on notification.message (state)
  where state in ('intended', 'sending', 'in-doubt', 'refused');

-- A dead letter with the message that caused it.
create or replace view ops.dead_letters as
select letter_id, consumer, topic, key, alone, place, cause, error, attempts, type, version, event_id, correlation_id,
       partition, "offset", recorded_at, parked_at, headers, octet_length(value) as bytes,
       coalesce(headers ->> 'ce_causationid', '') as causation_id
  from deadletter.parked;
