-- What a database team does with Accrual, in plain SQL:
--   psql postgresql://postgres@127.0.0.1:7400/accrual -v study=STUDY -f lab_results.sql
-- Reads what happened; writes a table of its own and publishes in one transaction; looks after both.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on

-- Who is on study, and where. The views and tables of projection, analytics and ops may be joined with your own.
select 'on-study', site_id, count(*) from projection.enrollment
 where study_id = :'study' and state = 'on-study' group by site_id order by site_id;

-- The funnel, in the days of the site's own time zone.
select 'accrued', target, enrolled from analytics.accrual where study_id = :'study';

create schema if not exists lab;
create table if not exists lab.result (
  sample text primary key,
  study_id text not null,
  value numeric not null
);

-- Row and message, both or none: a message that is rolled back is never published. As the owner of the database; another
-- role needs EXECUTE on outbox.publish and: select outbox.allow('<role>', 'lab.events').
begin;
insert into lab.result values ('S-1', :'study', 5) on conflict (sample) do update set value = excluded.value;
select 'published', outbox.publish('lab.events', 'S-1', 'lab.result.v1',
         jsonb_build_object('sample', 'S-1', 'value', 5)) is not null;
commit;

begin;
select 'rolled back', outbox.publish('lab.events', 'S-2', 'lab.result.v1', '{"sample": "S-2", "value": 6}') is not null;
rollback;

-- What did not fit its schema, why; and what no consumer could take in.
select 'rejected', count(*) from outbox.rejected where type = 'lab.result.v1';
select 'parked', count(*) from ops.dead_letters;

-- The payload of an event is Avro; the schema that it was written with stands in the database too.
select 'schema', e.type, s.version, s.schema::jsonb -> 'fields' -> 0 ->> 'name'
  from enrollment.event e
  join enrollment.event_schema s on s.type = e.type and s.version = e.schema_version
 where e.stream_type = 'study' and e.stream_id = :'study' and e.version = 1;
