-- The outbox: what a transaction wants told, written in that transaction. The relay reads it from the WAL, so
-- nobody updates or polls it, and it is emptied by dropping partitions: no dead rows, no vacuum debt.
create schema outbox;

-- Column names are those of Debezium's Outbox Event Router, so that a stock Debezium can relay the same table.
create table outbox.message (
  -- UUID v7: grows with time, so the index is written at its right edge. Becomes ce_id.
  id            uuid        not null,
  -- The topic without its prefix 'accrual.'. Length and letters apart: a bounded repetition in the expression took 15 µs
  -- a row, a third of what writing the row takes.
  aggregatetype text        not null check (aggregatetype ~ '^[a-z0-9][a-z0-9._-]*$' and length(aggregatetype) <= 200),
  -- The record's key: what must stay in order.
  aggregateid   text        not null check (length(aggregateid) between 1 and 512),
  -- Becomes ce_type; with headers ->> 'ce_schemaversion' it names the payload's schema. The relay puts it into the URL of
  -- a request to the registry, so it has no slash and is not '..': such a request would be answered with neither yes nor no.
  type          text        not null check (type ~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$' and length(type) <= 200),
  -- Plain Avro. The relay puts the registry's id before it. Payload, headers and key together stay below 1 MiB, which is
  -- the largest request of the relay's producer and Kafka's default for a record: the relay could never publish a larger
  -- row of an event stream, nor skip it.
  payload       bytea       not null check (octet_length(payload) <= 1000000),
  -- Text values only; become the record's headers.
  headers       jsonb       not null default '{}'
                  check (jsonb_typeof(headers) = 'object' and octet_length(headers::text) <= 20000),
  created_at    timestamptz not null default clock_timestamp(),
  -- The partition key must be part of it; id alone is unique by its making.
  primary key (id, created_at)
) partition by range (created_at);

comment on table outbox.message is
  'Messages to relay, in the order of their transactions'' commits. Insert only.';

-- Insert-only by rule, not by habit: an UPDATE or DELETE would be relayed by nobody and noticed by nobody.
create function outbox.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'outbox.message is insert-only' using errcode = 'restrict_violation',
    hint = 'Publish a new message; old ones go when their partition is dropped.';
end $$;
create trigger insert_only before update or delete on outbox.message
  for each row execute function outbox.refuse_change();
-- TRUNCATE does not fire row triggers. It fires the statement triggers of each table that it empties, and a partition may
-- be named in the statement, so every partition has this trigger too. DROP, which retention uses, fires none.
create trigger never_truncated before truncate on outbox.message
  for each statement execute function outbox.refuse_change();

-- Rows outside every range still get in: losing a command because a partition was not made in time would be worse
-- than a row that retention must move. Operators see it in ops.outbox_partitions.
create table outbox.message_default partition of outbox.message default;
create trigger never_truncated before truncate on outbox.message_default
  for each statement execute function outbox.refuse_change();

-- Makes the partitions of the next days; safe to call again and from several sessions, and beside open writers: a
-- table that is attached, unlike one created as a partition, does not wait for them.
create function outbox.create_partitions(
  days int default 14, today date default (now() at time zone 'UTC')::date)
returns int language plpgsql as $$
declare
  day date;
  made int := 0;
begin
  perform pg_advisory_xact_lock(hashtext('outbox.create_partitions'));
  for day in select generate_series(today, today + days, interval '1 day')::date loop
    -- A day whose first rows are in the default partition stays there: moving them would relay them again.
    if to_regclass(format('outbox.message_%s', to_char(day, 'YYYYMMDD'))) is null
       and not exists (select from outbox.message_default
                        where created_at >= day::timestamp at time zone 'UTC'
                          and created_at < (day + 1)::timestamp at time zone 'UTC') then
      execute format('create table outbox.message_%s (like outbox.message including all)', to_char(day, 'YYYYMMDD'));
      execute format('create trigger never_truncated before truncate on outbox.message_%s '
                     'for each statement execute function outbox.refuse_change()', to_char(day, 'YYYYMMDD'));
      execute format(
        'alter table outbox.message attach partition outbox.message_%s for values from (%L) to (%L)',
        to_char(day, 'YYYYMMDD'), day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;

-- One table, inserts only, no row filter: what overtakes a held row in the relay cannot be in here.
-- Published under the parent's name, so that a new partition needs no change.
create publication accrual_outbox for table outbox.message
  with (publish = 'insert', publish_via_partition_root = true);
