-- The relay's state, and what retention depends on. For people and dashboards; the relay itself uses the checkpoint on
-- Kafka, which is written with the records.
create schema if not exists ops;

-- One row a slot, made with the slot; the relay updates it every 2 s unless configured. A relay that waits for the slot
-- writes nothing.
create table ops.relay (
  slot       text        primary key,
  state      text        not null default 'stopped' check (state in
               ('starting', 'waiting-for-slot', 'recovering', 'streaming', 'draining', 'refused', 'stopped')),
  -- Host and process of the relay.
  instance   text        not null default '',
  -- Why it refuses, and what to do.
  reason     text,
  -- Everything committed up to it is on the topics. Never goes back on the same cluster and timeline; null until something
  -- has been published, and while recover is at work.
  checkpoint pg_lsn,
  -- The cluster and timeline whose WAL the checkpoint is a position of: a dump carries this row into other clusters.
  system_identifier text,
  timeline   int,
  -- When the database reached the checkpoint.
  relayed_at timestamptz,
  updated_at timestamptz not null default now()
);
comment on table ops.relay is 'The state that the relay reports; read ops.relay_status.';

-- This cluster and the timeline that it writes. The timeline is in the name of the WAL file that is written to now; the
-- control file's is late after a promotion.
create function outbox.cluster(out system_identifier text, out timeline int) language sql stable as $$
  select (select c.system_identifier from pg_control_system() c)::text,
         ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
$$;

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
  'One row a relay slot. Act when updated_at does not change, state is refused, wal_status is not reserved, or lag grows.';

-- Whether a transaction whose effects this snapshot does not show has changed a row that it does show: one that is still
-- running, or one that has written its commit record and waits for the disk or for a standby. Logical decoding sees such a
-- commit before any session does. Not so if the transaction was rolled back.
create function outbox.change_pending(row_xmax xid) returns boolean
language sql volatile set search_path = pg_catalog, pg_temp as $$
  -- A row has the low 32 bits of the id only; the rest is that of the nearest one to the next id.
  with ids (low, next) as (
    select row_xmax::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
  select low <> 0 and coalesce(pg_xact_status(
           (next + ((low - next + 2147483648) & 4294967295) - 2147483648)::text::xid8) <> 'aborted', false)
    from ids
$$;

-- Changes with every change to a publication or to its part for the outbox: object identifiers are new when one is dropped
-- and made again, a changed row has another xmin, and a change that is not visible yet adds an exclamation mark. Empty if
-- the publication does not cover the outbox. PostgreSQL 18 skips a missing publication with a warning in its own log only,
-- so the relay compares this with each heartbeat.
create function outbox.publication_version(publication name) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
  select coalesce((
    select format('%s.%s/%s.%s%s', p.oid, p.xmin, r.oid, r.xmin,
                  case when outbox.change_pending(p.xmax) or outbox.change_pending(r.xmax) then '!' end)
      from pg_publication p
      join pg_publication_rel r on r.prpubid = p.oid and r.prrelid = to_regclass('outbox.message')
     where p.pubname = publication), '')
$$;

-- The content of a relay's heartbeat, a logical message: 'version position time'. If the version is the right one, the
-- publication covered every row whose commit record is before the position. The position must be read first, and the
-- version by a later snapshot: a heartbeat that took the position of its own message would also vouch for a row that was
-- committed after the version was read.
create function outbox.heartbeat(publication name) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  covered pg_lsn := pg_current_wal_insert_lsn();
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'a heartbeat needs a snapshot of its own' using errcode = 'active_sql_transaction',
      hint = 'Set default_transaction_isolation of the relay''s role to read committed.';
  end if;
  return outbox.publication_version(publication) || ' ' || covered
         || ' ' || (extract(epoch from clock_timestamp()) * 1000)::bigint;
end $$;

-- Partitions that take no more rows, and the end of the WAL when they were closed: all of their rows were committed before
-- it. Of message_default only the rows from before a time are closed.
create table outbox.sealed (
  partition         text        primary key,
  lsn               pg_lsn      not null,
  system_identifier text        not null default (outbox.cluster()).system_identifier,
  before            timestamptz,
  sealed_at         timestamptz not null default now()
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
  'Rows in message_default were written outside of every range: call outbox.maintain() daily, which also deletes them later.';

-- Makes the partitions of the next days and drops those past retention that every relay has published. A recovery can
-- publish what is retained; retention must be less than what any topic keeps, or a recovery would publish records again
-- that a topic has already deleted. To be called daily by the owner, from any scheduler, outside of a transaction; safe
-- beside everything, and from several sessions.
--
-- A partition goes in two calls. The first one seals it: under a lock that waits for its writers, it is made to take no
-- more rows, and the end of the WAL is noted, so that all of its rows were committed before that position. A later one
-- drops it, once the checkpoints have passed that position; this is checked under the lock that drops. Partitions are
-- dropped oldest first, and one that is kept keeps the later ones: the outbox has every row since the beginning of its
-- oldest day.
--
-- Each step is a transaction of its own: with the locks of two steps at once it could meet a reader, who locks the table
-- before its partitions, the other way round. A lock that is not acquired within 200 ms is left to the next call, since
-- everything that comes after waits behind this request.
create procedure outbox.maintain(
  retention interval default '3 days', today date default (now() at time zone 'UTC')::date,
  inout made int default 0, inout sealed int default 0, inout dropped int default 0)
language plpgsql as $$
declare
  part text;
  keeps boolean := false;
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
      if not exists (select from outbox.sealed where partition = part) then
        perform outbox.seal(part);
        sealed := sealed + 1;
        keeps := true;
      elsif not keeps then
        keeps := not outbox.drop_sealed(part);
        dropped := dropped + (not keeps)::int;
      end if;
    exception when lock_not_available then
      keeps := true;
      raise notice 'outbox.% is in use; the next call tries again', part;
    end;
    commit;
  end loop;
  perform outbox.await_maintenance();
  begin
    if not keeps then
      perform outbox.clear_default((today - retention)::date);
    end if;
    delete from outbox.rejected r
     where settled_at is not null
       and not exists (select from outbox.message m where m.id = r.id and m.created_at = r.created_at);
  exception when lock_not_available then
    raise notice 'outbox.message_default is in use; the next call tries again';
  end;
  commit;
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
  perform set_config('lock_timeout', '200ms', true);
end $$;

-- Lets no more rows into a partition, if another session has not dropped it meanwhile.
create function outbox.seal(part text) returns void language plpgsql as $$
begin
  if to_regclass('outbox.' || part) is not null then
    execute format('lock table outbox.%I in access exclusive mode', part);
    execute format('alter table outbox.%I add constraint sealed check (false) not valid', part);
    insert into outbox.sealed (partition, lsn) values (part, pg_current_wal_insert_lsn());
  end if;
end $$;

-- Whether the relays have published every row of a sealed partition. A position in the WAL of another cluster, which a
-- dump has brought, is replaced by one of this cluster, for the next call.
create function outbox.sealed_is_relayed(part text) returns boolean language plpgsql as $$
begin
  update outbox.sealed set lsn = pg_current_wal_insert_lsn(), system_identifier = default
   where partition = part and system_identifier <> (outbox.cluster()).system_identifier;
  return not found and outbox.relayed((select lsn from outbox.sealed where partition = part));
end $$;

-- Drops a sealed partition if the relays have published it; returns whether it did.
create function outbox.drop_sealed(part text) returns boolean language plpgsql as $$
begin
  lock table only outbox.message in access exclusive mode;
  if not outbox.sealed_is_relayed(part) then
    return false;
  end if;
  execute format('drop table outbox.%I', part);
  delete from outbox.sealed where partition = part;
  return true;
end $$;

-- The same for the rows of message_default from before a day, in two calls too: it cannot be dropped, so they are deleted.
create function outbox.clear_default(day date) returns void language plpgsql as $$
declare
  note outbox.sealed := (select s from outbox.sealed s where partition = 'message_default');
begin
  if note.partition is null then
    if exists (select from outbox.message_default where created_at < day::timestamp at time zone 'UTC') then
      alter table outbox.message_default drop constraint if exists sealed;
      execute format('alter table outbox.message_default add constraint sealed check (created_at >= %L) not valid',
                     day::timestamp at time zone 'UTC');
      insert into outbox.sealed (partition, lsn, before)
      values ('message_default', pg_current_wal_insert_lsn(), day::timestamp at time zone 'UTC');
    end if;
  elsif outbox.sealed_is_relayed('message_default') then
    alter table outbox.message_default disable trigger insert_only;
    delete from outbox.message_default where created_at < note.before;
    alter table outbox.message_default enable trigger insert_only;
    alter table outbox.message_default drop constraint sealed;
    delete from outbox.sealed where partition = 'message_default';
  end if;
end $$;

-- Whether everything committed up to a position is on the topics, as far as every relay of this cluster has reported. A
-- checkpoint of another cluster or timeline, which a dump, a restore or a failover has brought, proves nothing: nothing is
-- dropped until recover has run, or a relay has taken over, here.
create function outbox.relayed(place pg_lsn) returns boolean language sql stable as $$
  select coalesce(bool_and(coalesce(
           r.checkpoint >= place and r.system_identifier = c.system_identifier and r.timeline = c.timeline, false)), false)
    from ops.relay r cross join outbox.cluster() c
$$;

-- The time since which the outbox has every row that was written: the beginning of its oldest day, or, as long as it has
-- no partitions of days and so nothing was dropped, its oldest row. From the catalog as it is now, not as of a snapshot,
-- so a caller locks outbox.message first.
create function outbox.retained_since() returns timestamptz language sql stable as $$
  select coalesce(
    (select min(to_date(right(relid::text, 8), 'YYYYMMDD')) from pg_partition_tree('outbox.message')
      where relid::text ~ 'message_\d{8}$')::timestamp at time zone 'UTC',
    (select min(created_at) from outbox.message),
    now())
$$;

-- Dropping is the owner's; nobody else needs even to ask.
revoke execute on function
  outbox.create_partitions(int, date), outbox.seal(text), outbox.drop_sealed(text), outbox.clear_default(date) from public;
revoke execute on procedure outbox.maintain(interval, date, int, int, int) from public;

-- The relay's role: it reads the outbox through a slot, sets messages aside, and reports its state. Its password, or
-- another way to log in, is the operator's to give: alter role accrual_relay login password '…'. REPLICATION and its rights
-- on the server's own functions are in roles.sql, since only a superuser can give them.
grant usage on schema outbox, ops to accrual_relay;
grant select on outbox.message to accrual_relay;
-- SELECT of the key, which "on conflict" reads.
grant insert, select (id) on outbox.rejected to accrual_relay;
grant select, update on ops.relay to accrual_relay;
