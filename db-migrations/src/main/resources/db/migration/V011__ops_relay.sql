-- How the relay stands, and what retention may rest on. Made for people and dashboards; the relay itself goes by the mark
-- on Kafka, which is written with the records.
create schema if not exists ops;

-- One row a slot, made with the slot; the relay updates it every 2 s. A relay that waits for its turn writes nothing.
create table ops.relay (
  slot       text        primary key,
  state      text        not null default 'stopped' check (state in
               ('starting', 'waiting-for-slot', 'recovering', 'streaming', 'draining', 'refused', 'stopped')),
  -- Who it is: host and process.
  instance   text        not null default '',
  -- Why it refuses, and what to do.
  reason     text,
  -- Everything committed at or under it is on the topics. Never goes back; null until something has been relayed.
  mark       pg_lsn,
  -- When the database reached the mark.
  relayed_at timestamptz,
  updated_at timestamptz not null default now()
);
comment on table ops.relay is 'The relay''s own word about itself; read ops.relay_status.';

create view ops.relay_status as
select r.slot, r.state, r.instance, r.reason, r.mark, r.relayed_at, r.updated_at,
       coalesce(s.active, false) as slot_active,
       case when s.slot_name is null then 'missing' else s.wal_status end as wal_status,
       s.invalidation_reason,
       pg_wal_lsn_diff(now_at.lsn, s.restart_lsn) as retained_wal_bytes,
       s.safe_wal_size as wal_bytes_until_lost,
       greatest(pg_wal_lsn_diff(now_at.lsn, r.mark), 0) as lag_bytes,
       greatest(extract(epoch from now() - r.relayed_at), 0) as lag_seconds
  from ops.relay r
  left join pg_replication_slots s on s.slot_name = r.slot
  cross join (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end as lsn)
       as now_at;
comment on view ops.relay_status is
  'One row a relay slot. Act when updated_at stands still, state is refused, wal_status is not reserved, or lag grows.';

-- Partitions that take no more rows, and the place in the WAL under which all of their rows were committed.
create table outbox.sealed (
  partition text        primary key,
  lsn       pg_lsn      not null,
  sealed_at timestamptz not null default now()
);

create view ops.outbox_partitions as
select c.relname as partition,
       pg_get_expr(c.relpartbound, c.oid) as holds,
       greatest(c.reltuples, 0)::bigint as about_rows,
       pg_total_relation_size(c.oid) as bytes,
       s.lsn as sealed_at_lsn
  from pg_inherits i
  join pg_class c on c.oid = i.inhrelid
  left join outbox.sealed s on s.partition = c.relname
 where i.inhparent = 'outbox.message'::regclass;
comment on view ops.outbox_partitions is
  'Rows in message_default were written outside of every range: see that outbox.maintain() runs daily.';

-- Makes the partitions of the next days and drops those past retention that every relay has passed. What is retained is
-- what a recovery can bring back; it must be less than what any topic keeps, or a recovery would repeat. To be called daily by
-- the owner, from any scheduler; safe beside everything, and from several sessions.
--
-- A partition goes in two calls. The first one seals it: under a lock that waits for its writers, it is made to take no
-- more rows, and the end of the WAL is noted, so that all of its rows were committed under that place. A later one drops
-- it, once the marks have passed that place; that is looked at under the lock that drops. A lock that is not had within
-- 2 s is left to the next call, since who waits for it holds up whoever comes after.
create function outbox.maintain(
  retention interval default '3 days', today date default (now() at time zone 'UTC')::date,
  out made int, out sealed int, out dropped int)
language plpgsql set lock_timeout = '2s' as $$
declare
  part record;
begin
  if retention < interval '1 day' then
    raise exception 'retention % is below 1 day', retention using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('outbox.maintain'));
  begin
    made := outbox.create_partitions(14, today);
  exception when lock_not_available then
    made := 0;
    raise notice 'partitions could not be attached now; the next call tries again';
  end;
  sealed := 0;
  dropped := 0;
  for part in
    select c.relname as name, s.lsn
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
      left join outbox.sealed s on s.partition = c.relname
     where i.inhparent = 'outbox.message'::regclass and c.relname ~ '^message_\d{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= today - retention
     order by c.relname
  loop
    begin
      if part.lsn is null then
        execute format('lock table outbox.%I in access exclusive mode', part.name);
        execute format('alter table outbox.%I add constraint sealed check (false) not valid', part.name);
        insert into outbox.sealed (partition, lsn) values (part.name, pg_current_wal_insert_lsn());
        sealed := sealed + 1;
      else
        lock table outbox.message in access exclusive mode;
        if outbox.relayed(part.lsn) then
          execute format('drop table outbox.%I', part.name);
          delete from outbox.sealed where partition = part.name;
          dropped := dropped + 1;
        end if;
      end if;
    exception when lock_not_available then
      raise notice 'outbox.% is in use; the next call tries again', part.name;
    end;
  end loop;
end $$;

-- Whether everything committed at or under a place is on the topics, as far as every relay has said.
create function outbox.relayed(place pg_lsn) returns boolean language sql stable as $$
  select coalesce(bool_and(mark is not null and mark >= place), false) from ops.relay
$$;

-- Dropping is the owner's; nobody else needs even to ask.
revoke execute on function outbox.maintain(interval, date), outbox.create_partitions(int, date) from public;

-- The relay's role: it reads the outbox through a slot (REPLICATION), sets messages aside, and tells how it stands. Its
-- password, or another way to log in, is the operator's to give: alter role accrual_relay login password '…'.
do $$
begin
  create role accrual_relay nologin replication;
exception when duplicate_object then
  null; -- of another database of this server
end $$;
grant usage on schema outbox, ops to accrual_relay;
grant select on outbox.message to accrual_relay;
-- SELECT of the key, which "on conflict" reads.
grant insert, select (id) on outbox.rejected to accrual_relay;
grant select, update on ops.relay to accrual_relay;
-- With it each heartbeat lets the slot go of WAL; without it the server does so every 15 s.
do $$
begin
  grant execute on function pg_log_standby_snapshot() to accrual_relay;
exception when insufficient_privilege then
  raise notice 'only a superuser can grant pg_log_standby_snapshot(); an idle slot then keeps up to 15 s of WAL';
end $$;
