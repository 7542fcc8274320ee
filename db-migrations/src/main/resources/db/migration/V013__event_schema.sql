-- The schema of every version of every event and message type, written by the deploy step before anything writes with it.
-- A build that is older than the one that wrote an event finds here what it was written with, and needs no registry for
-- it: while a rolling deploy lasts, old and new builds append to the same streams.
create table enrollment.event_schema (
  type    text not null,
  version int  not null check (version > 0),
  -- Avro, as JSON; text, since the order of its fields is what the payloads follow.
  schema  text not null check (schema is json),
  primary key (type, version)
);
comment on table enrollment.event_schema is
  'What payloads of enrollment.event and outbox.message are written with, by type and schema_version. Never changed.';

create trigger append_only before update or delete on enrollment.event_schema
  for each row execute function enrollment.refuse_change();

-- Read by enrollment-core and by the participants, which work as the owner. The roles of relay, audit, analytics and
-- notification read no payload in the database and have no right here; whoever gives another role one that does so grants it
-- usage of this schema and select on this table, and nothing else of it.
