-- Publishing from SQL: any session, trigger or language, in its own transaction. What is published here is told after
-- its commit, with everything else of that transaction, in the order of commits.

-- Streams have one writer, the event store: a message from elsewhere would break their sequence. The relay's mark is
-- the relay's.
create function outbox.refuse_owned(p_aggregatetype text) returns void language plpgsql as $$
begin
  if p_aggregatetype in ('study.events', 'site.events', 'enrollment.events', 'relay-mark') then
    raise exception 'aggregatetype % belongs to the event store', p_aggregatetype
      using errcode = 'insufficient_privilege', hint = 'Publish to an aggregatetype of your own, such as lab.events.';
  end if;
end $$;

-- Headers become the record's headers, so they are texts. Those with these names are said by the message's own columns.
create function outbox.check_headers(p_headers jsonb) returns void language plpgsql as $$
declare
  wrong text;
begin
  if p_headers is null or jsonb_typeof(p_headers) <> 'object' then
    raise exception 'headers must be a JSON object of texts' using errcode = 'invalid_parameter_value';
  end if;
  select key into wrong from jsonb_each(p_headers)
   where jsonb_typeof(value) <> 'string' or key = '' or key = 'datacontenttype' limit 1;
  if found then
    raise exception 'header "%" is not a text, or its name is not allowed', wrong
      using errcode = 'invalid_parameter_value', hint = 'Use texts; datacontenttype is set by outbox.publish itself.';
  end if;
  if octet_length(p_headers::text) > 16384 then
    raise exception 'headers are above 16 KiB' using errcode = 'program_limit_exceeded';
  end if;
end $$;

-- Publishes JSON to the topic accrual.<aggregatetype>, which must exist; the relay encodes it with the latest schema
-- registered for the type. Returns the message's id, which becomes ce_id. A payload that does not fit its schema is
-- not seen here, since the registry is not the database's: it goes to outbox.rejected.
--
-- With the owner's rights: a role that may execute this needs no right on the table, and so cannot pass by the checks.
create function outbox.publish(
  aggregatetype text, aggregateid text, type text, payload jsonb, headers jsonb default '{}')
returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  made uuid := uuidv7();
begin
  perform outbox.refuse_owned(aggregatetype);
  perform outbox.check_headers(headers);
  if payload is null then
    raise exception 'payload must not be null' using errcode = 'null_value_not_allowed';
  end if;
  -- Kafka's default limit of a record is 1 MiB, and Avro is seldom longer than JSON.
  if octet_length(payload::text) > 900000 then
    raise exception 'payload is above 900000 bytes' using errcode = 'program_limit_exceeded',
      hint = 'Publish a reference to it.';
  end if;
  insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
  values (made, aggregatetype, aggregateid, type, convert_to(payload::text, 'UTF8'),
          -- Who says nothing begins a conversation.
          jsonb_build_object('ce_correlationid', made::text) || headers || '{"datacontenttype": "application/json"}');
  return made;
end $$;
comment on function outbox.publish is 'Publishes JSON to accrual.<aggregatetype> in this transaction; see outbox.rejected.';

-- Publishes bytes as they are, with the headers as they are: dead letters, what another system has encoded. The topic
-- by its full name: dlq.<topic>, or accrual.<aggregatetype>.
create function outbox.publish_raw(topic text, key text, payload bytea, headers jsonb default '{}')
returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  made uuid := uuidv7();
  target text := case when topic like 'accrual.%' then substr(topic, 9) when topic like 'dlq.%' then topic end;
begin
  if target is null then
    raise exception 'topic % is neither accrual.… nor dlq.…', topic using errcode = 'invalid_parameter_value';
  end if;
  perform outbox.refuse_owned(target);
  perform outbox.check_headers(headers);
  if payload is null then
    raise exception 'payload must not be null' using errcode = 'null_value_not_allowed';
  end if;
  if octet_length(payload) > 900000 then
    raise exception 'payload is above 900000 bytes' using errcode = 'program_limit_exceeded';
  end if;
  insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
  values (made, target, key, coalesce(nullif(headers ->> 'ce_type', ''), 'raw'), payload,
          headers || '{"datacontenttype": "application/octet-stream"}');
  return made;
end $$;
comment on function outbox.publish_raw is 'Publishes bytes to a topic in this transaction, with key and headers as given.';

-- Who may publish is granted, not assumed.
revoke execute on function outbox.publish(text, text, text, jsonb, jsonb) from public;
revoke execute on function outbox.publish_raw(text, text, bytea, jsonb) from public;

-- What SQL published and the relay could not: no schema, a payload that does not fit it, no such topic, too large. The
-- stream went on without it. Kept until somebody deletes it.
create table outbox.rejected (
  -- The message's: a relay that dies between this and its mark comes here again, and leaves one row.
  id            uuid        primary key,
  aggregatetype text        not null,
  aggregateid   text        not null,
  type          text        not null,
  payload       bytea       not null,
  headers       jsonb       not null,
  created_at    timestamptz not null,
  error         text        not null check (length(error) between 1 and 4000),
  rejected_at   timestamptz not null default clock_timestamp()
);
comment on table outbox.rejected is 'Messages published from SQL that could not become records; publish anew what still matters.';
