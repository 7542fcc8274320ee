-- How the relay stands, and what retention may rest on. Made for people and dashboards; the relay itself goes by the
-- checkpoint on Kafka, which is written with the records.
create schema if not exists ops;

-- One row a slot, made with the slot; the relay updates it every 2 s unless configured. A relay that waits for its turn writes nothing.
create table ops.relay (
  slot       text        primary key,
  state      text        not null default 'stopped' check (state in
               ('starting', 'waiting-for-slot', 'recovering', 'streaming', 'draining', 'refused', 'stopped')),
  -- Who it is: host and process.
  instance   text        not null default '',
  -- Why it refuses, and what to do.
  reason     text,
  -- Everything committed at or under it is on the topics. Never goes back; null until something has been relayed.
  checkpoint pg_lsn,
  -- When the database reached the checkpoint.
  relayed_at timestamptz,
  updated_at timestamptz not null default now()
);
comment on table ops.relay is 'The relay''s own word about itself; read ops.relay_status.';

create view ops.relay_status as
select r.slot, r.state, r.instance, r.reason, r.checkpoint, r.relayed_at, r.updated_at,
       coalesce(s.active, false) as slot_active,
       case when s.slot_name is null then 'missing' else s.wal_status end as wal_status,
       s.invalidation_reason,
       pg_wal_lsn_diff(now_at.lsn, s.restart_lsn) as retained_wal_bytes,
       s.safe_wal_size as wal_bytes_until_lost,
       greatest(pg_wal_lsn_diff(now_at.lsn, r.checkpoint), 0) as lag_bytes,
       greatest(extract(epoch from now() - r.relayed_at), 0) as lag_seconds
  from ops.relay r
  left join pg_replication_slots s on s.slot_name = r.slot
  cross join (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end as lsn)
       as now_at;
comment on view ops.relay_status is
  'One row a relay slot. Act when updated_at stands still, state is refused, wal_status is not reserved, or lag grows.';

-- Changes with every change to a publication or to its part for the outbox: object identifiers are new when one is dropped
-- and made again, and a changed row has another xmin. Empty if the publication does not cover the outbox. PostgreSQL 18
-- skips a missing publication with a warning in its own log only, so the relay compares this with each heartbeat.
create function outbox.publication_version(publication name) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce((
    select format('%s.%s/%s.%s', p.oid, p.xmin, r.oid, r.xmin)
      from pg_publication p
      join pg_publication_rel r on r.prpubid = p.oid and r.prrelid = to_regclass('outbox.message')
     where p.pubname = publication), '')
$$;

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
-- what a recovery can bring back; it must be less than what any topic keeps, or a recovery would repeat. To be called
-- daily by the owner, from any scheduler, outside of a transaction; safe beside everything, and from several sessions.
--
-- A partition goes in two calls. The first one seals it: under a lock that waits for its writers, it is made to take no
-- more rows, and the end of the WAL is noted, so that all of its rows were committed under that place. A later one drops
-- it, once the checkpoints have passed that place; that is looked at under the lock that drops.
--
-- Each step is a transaction of its own: with the locks of two steps at once it could meet a reader, who locks the table
-- before its partitions, the other way round. A lock that is not had within 2 s is left to the next call, since who waits
-- for it holds up whoever comes after.
create procedure outbox.maintain(
  retention interval default '3 days', today date default (now() at time zone 'UTC')::date,
  inout made int default 0, inout sealed int default 0, inout dropped int default 0)
language plpgsql as $$
declare
  part text;
begin
  if retention < interval '1 day' then
    raise exception 'retention % is below 1 day', retention using errcode = 'invalid_parameter_value';
  end if;
  perform outbox.await_maintenance();
  begin
    made := outbox.create_partitions(14, today);
  exception when lock_not_available then
    raise notice 'partitions could not be attached now; the next call tries again';
  end;
  commit;
  for part in
    select c.relname
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'outbox.message'::regclass and c.relname ~ '^message_\d{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= today - retention
     order by c.relname
  loop
    perform outbox.await_maintenance();
    begin
      if exists (select from outbox.sealed where partition = part) then
        dropped := dropped + outbox.drop_sealed(part);
      elsif to_regclass('outbox.' || part) is not null then
        execute format('lock table outbox.%I in access exclusive mode', part);
        execute format('alter table outbox.%I add constraint sealed check (false) not valid', part);
        insert into outbox.sealed (partition, lsn) values (part, pg_current_wal_insert_lsn());
        sealed := sealed + 1;
      end if;
    exception when lock_not_available then
      raise notice 'outbox.% is in use; the next call tries again', part;
    end;
    commit;
  end loop;
  perform outbox.await_maintenance();
  begin
    perform ops.maintain_hops(today);
  exception when lock_not_available then
    raise notice 'notes of hops are in use; the next call tries again';
  end;
  commit;
end $$;

-- For the rest of this transaction nobody else maintains, and no lock is waited for long.
create function outbox.await_maintenance() returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('outbox.maintain'));
  perform set_config('lock_timeout', '2s', true);
end $$;

-- Drops a sealed partition if the relays have passed it; answers how many were dropped.
create function outbox.drop_sealed(part text) returns int language plpgsql as $$
begin
  lock table only outbox.message in access exclusive mode;
  if not outbox.relayed((select lsn from outbox.sealed where partition = part)) then
    return 0;
  end if;
  execute format('drop table outbox.%I', part);
  delete from outbox.sealed where partition = part;
  return 1;
end $$;

-- Whether everything committed at or under a place is on the topics, as far as every relay has said.
create function outbox.relayed(place pg_lsn) returns boolean language sql stable as $$
  select coalesce(bool_and(checkpoint is not null and checkpoint >= place), false) from ops.relay
$$;

-- Dropping is the owner's; nobody else needs even to ask.
revoke execute on function outbox.create_partitions(int, date), outbox.drop_sealed(text) from public;
revoke execute on procedure outbox.maintain(interval, date, int, int, int) from public;

-- The relay's role: it reads the outbox through a slot, sets messages aside, and reports its state. Its password, or
-- another way to log in, is the operator's to give: alter role accrual_relay login password '…'. REPLICATION and its rights
-- on the server's own functions are in roles.sql, since only a superuser can give them.
grant usage on schema outbox, ops to accrual_relay;
grant select on outbox.message to accrual_relay;
-- SELECT of the key, which "on conflict" reads.
grant insert, select (id) on outbox.rejected to accrual_relay;
grant select, update on ops.relay to accrual_relay;
