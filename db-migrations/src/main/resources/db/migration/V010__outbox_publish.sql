-- Publishing from SQL: any session, trigger or language, in its own transaction. The message is published after the commit,
-- together with everything else that the transaction wrote to the outbox, in the order of the commits.

-- Aggregate types that only Accrual's own processes write, by inserting into outbox.message: the event streams, whose
-- sequence a message from elsewhere would break; the saga's commands and answers, which a message from elsewhere would
-- forge; and the relays' checkpoints, one topic a slot. The list is that of org.accrual.contract.Topics.
create function outbox.is_own(p_aggregatetype text) returns boolean language sql immutable
return p_aggregatetype in (
  'study.events', 'site.events', 'enrollment.events',
  'capacity.commands', 'randomization.commands', 'supply.commands',
  'capacity.events', 'randomization.events', 'supply.events',
  'relay-checkpoint')
  or p_aggregatetype like 'relay-checkpoint.%';

-- EXECUTE on outbox.publish says that a role may publish, this table says where. By the role's OID, as privileges are, so
-- that it follows a rename and a new role of a dropped role's name does not inherit it.
create table outbox.allowed (
  role          regrole     not null,
  aggregatetype text        not null check (aggregatetype ~ '^[a-z0-9][a-z0-9._-]*$' and length(aggregatetype) <= 200),
  allowed_at    timestamptz not null default now(),
  primary key (role, aggregatetype)
);
comment on table outbox.allowed is 'Which role may publish from SQL to which aggregatetype; see outbox.allow.';

create function outbox.refuse_own(p_aggregatetype text) returns void language plpgsql as $$
begin
  if outbox.is_own(p_aggregatetype) then
    raise exception 'aggregatetype % belongs to Accrual', p_aggregatetype
      using errcode = 'insufficient_privilege', hint = 'Publish to an aggregatetype of your own, such as lab.events.';
  end if;
end $$;

create function outbox.allow(p_role regrole, p_aggregatetype text) returns void language plpgsql as $$
begin
  perform outbox.refuse_own(p_aggregatetype);
  insert into outbox.allowed (role, aggregatetype) values (p_role, p_aggregatetype) on conflict do nothing;
  -- Rows of dropped roles: DROP ROLE does not know of them.
  delete from outbox.allowed where not exists (select from pg_catalog.pg_roles r where r.oid = role);
end $$;
comment on function outbox.allow is
  'Allows a role, and its members, to publish to an aggregatetype; dlq.<topic> for dead letters. The owner of the database calls it.';

create function outbox.disallow(p_role regrole, p_aggregatetype text) returns void language sql
begin atomic
  delete from outbox.allowed where role = p_role and aggregatetype = p_aggregatetype;
end;
comment on function outbox.disallow is 'Takes back what outbox.allow has allowed.';

-- The role that publishes: the one that SET ROLE has chosen, otherwise the one that logged in.
--  - current_user is of no use: in a function with its owner's rights, as outbox.publish is, it is the owner.
--  - session_user alone would ignore SET ROLE, by which pooled connections act for a role. The setting can be trusted,
--    since SET ROLE accepts only roles that the session's user may act as, and is refused in functions with their owner's
--    rights.
--  - A caller's function with its owner's rights does not change it. Such a function therefore needs both: EXECUTE on
--    outbox.publish for its owner, and outbox.allow for the role whose session calls it.
create function outbox.publishing_role() returns name language sql stable
return case current_setting('role') when 'none' then session_user::text else current_setting('role') end::name;

-- The owner of the outbox and superusers may publish to everything that is not Accrual's own: they could insert into
-- outbox.message anyway, and Accrual's consumers, who connect as the owner, publish dead letters to dlq.<topic>.
create function outbox.check_allowed(p_aggregatetype text) returns void language plpgsql as $$
declare
  publisher name := outbox.publishing_role();
begin
  perform outbox.refuse_own(p_aggregatetype);
  if not pg_has_role(publisher, (select relowner from pg_class where oid = 'outbox.message'::regclass), 'USAGE')
     and not exists (select from outbox.allowed
                      where aggregatetype = p_aggregatetype and pg_has_role(publisher, role, 'USAGE')) then
    raise exception 'role % may not publish to aggregatetype %', publisher, p_aggregatetype
      using errcode = 'insufficient_privilege',
            hint = format('The owner of the database allows it: select outbox.allow(%L, %L).', publisher, p_aggregatetype);
  end if;
end $$;

-- The type is the registry's subject, and part of the URL that the relay asks for it; outbox.message has the same check.
create function outbox.check_type(p_type text) returns void language plpgsql as $$
begin
  if (p_type ~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$' and length(p_type) <= 200) is not true then
    raise exception 'type "%" is not a name of 1 to 200 letters, digits, ".", "_" and "-"', left(p_type, 200)
      using errcode = 'invalid_parameter_value',
            hint = 'Use the name under which the registry has the schema, such as lab.result.v1.';
  end if;
end $$;

-- Headers become the record's headers, so they are texts. A reserved name belongs to the message's own columns or to the
-- relay: a caller that set it would claim another identity, source or place in a stream.
create function outbox.check_headers(p_headers jsonb, p_reserved text[]) returns void language plpgsql as $$
declare
  wrong text;
begin
  if p_headers is null or jsonb_typeof(p_headers) <> 'object' then
    raise exception 'headers must be a JSON object of texts' using errcode = 'invalid_parameter_value';
  end if;
  select key into wrong from jsonb_each(p_headers) where jsonb_typeof(value) <> 'string' or key = '' limit 1;
  if found then
    raise exception 'header "%" is not a text, or has no name', wrong
      using errcode = 'invalid_parameter_value', hint = 'Write numbers and other values as texts.';
  end if;
  select key into wrong from jsonb_object_keys(p_headers) key where key = any (p_reserved) limit 1;
  if found then
    raise exception 'header "%" is reserved', wrong
      using errcode = 'invalid_parameter_value',
            hint = 'Leave it out: it is set from the message itself. Use a name of your own for a value of your own.';
  end if;
  if octet_length(p_headers::text) > 16384 then
    raise exception 'headers are above 16 KiB' using errcode = 'program_limit_exceeded';
  end if;
end $$;

-- Publishes JSON to the topic accrual.<aggregatetype>, which must exist; the relay encodes it with the latest schema
-- registered for the type. Returns the message's id, which becomes ce_id. The database cannot ask the registry, so a
-- payload that does not fit its schema is accepted here and set aside by the relay, in outbox.rejected.
--
-- With the owner's rights: a role that may execute this needs no right on the table, and so cannot bypass the checks.
create function outbox.publish(
  aggregatetype text, aggregateid text, type text, payload jsonb, headers jsonb default '{}')
returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  made uuid := uuidv7();
begin
  perform outbox.check_allowed(aggregatetype);
  perform outbox.check_type(type);
  perform outbox.check_headers(headers, array[
    'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_specversion', 'ce_sequence', 'ce_schemaversion', 'content-type',
    'datacontenttype', 'accrual_outboxid', 'accrual_slot']);
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
          -- A message without a correlation id begins a conversation.
          jsonb_build_object('ce_correlationid', made::text) || headers || '{"datacontenttype": "application/json"}');
  return made;
end $$;
comment on function outbox.publish is 'Publishes JSON to accrual.<aggregatetype> in this transaction; see outbox.rejected.';

-- Publishes bytes as they are: dead letters, or a value that another system has encoded. The topic by its full name:
-- dlq.<topic>, or accrual.<aggregatetype>. Headers ce_type and content-type describe the bytes; the other reserved names
-- are refused, but on dlq.<topic>, where the headers are those of the record that could not be processed.
create function outbox.publish_raw(topic text, key text, payload bytea, headers jsonb default '{}')
returns uuid language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  made   uuid := uuidv7();
  dead   boolean := topic like 'dlq.%';
  target text := case when topic like 'accrual.%' then substr(topic, 9) when dead then topic end;
  type   text := coalesce(nullif(headers ->> 'ce_type', ''), 'raw');
begin
  -- accrual.dlq.<topic> would become dlq.<topic>, since the relay adds no prefix to it.
  if target is null or (target like 'dlq.%') <> dead then
    raise exception 'topic % is neither accrual.… nor dlq.…', topic using errcode = 'invalid_parameter_value';
  end if;
  perform outbox.check_allowed(target);
  perform outbox.check_headers(headers, case when dead then array['datacontenttype'] else array[
    'ce_id', 'ce_source', 'ce_time', 'ce_specversion', 'ce_sequence', 'ce_schemaversion', 'datacontenttype',
    'accrual_outboxid', 'accrual_slot'] end);
  if not dead then
    perform outbox.check_type(type);
  elsif type !~ '^[A-Za-z0-9_][A-Za-z0-9._-]*$' or length(type) > 200 then
    -- A dead letter may be garbage in every respect; its header goes with it unchanged.
    type := 'raw';
  end if;
  if payload is null then
    raise exception 'payload must not be null' using errcode = 'null_value_not_allowed';
  end if;
  if octet_length(payload) > 900000 then
    raise exception 'payload is above 900000 bytes' using errcode = 'program_limit_exceeded';
  end if;
  insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
  values (made, target, key, type, payload, headers || '{"datacontenttype": "application/octet-stream"}');
  return made;
end $$;
comment on function outbox.publish_raw is 'Publishes bytes to a topic in this transaction, with key and headers as given.';

-- Who may publish, and who says so, is granted and not assumed.
revoke execute on function outbox.publish(text, text, text, jsonb, jsonb) from public;
revoke execute on function outbox.publish_raw(text, text, bytea, jsonb) from public;
revoke execute on function outbox.allow(regrole, text), outbox.disallow(regrole, text) from public;

-- Messages from SQL that the relay could not publish: no schema, a payload that does not fit it, no such topic, too large.
-- The stream went on without them. A row here is final: the relay never publishes the message itself, even if its topic
-- or schema is made later, so that a message that a person publishes again is not published twice. The row is what keeps
-- the commands check and recover from treating the message as missing, so it stays as long as outbox.message has the
-- message: a person settles it, and outbox.maintain() deletes settled rows once the message's partition is dropped.
create table outbox.rejected (
  -- The message's: a relay that dies between this and its checkpoint comes here again, and leaves one row.
  id            uuid        primary key,
  aggregatetype text        not null,
  aggregateid   text        not null,
  type          text        not null,
  payload       bytea       not null,
  headers       jsonb       not null,
  created_at    timestamptz not null,
  error         text        not null check (length(error) between 1 and 4000),
  rejected_at   timestamptz not null default clock_timestamp(),
  -- When a person settled it, who, and how: published again, or no longer needed.
  settled_at    timestamptz,
  settled_by    name,
  reason        text        check (length(reason) between 1 and 4000),
  check ((settled_at is null) = (settled_by is null) and (settled_at is null) = (reason is null))
);
comment on table outbox.rejected is
  'Messages published from SQL that could not become records; publish again those that are still needed, then call outbox.settle.';

create function outbox.settle(p_id uuid, p_reason text) returns void language plpgsql as $$
begin
  update outbox.rejected set settled_at = clock_timestamp(), settled_by = session_user, reason = p_reason where id = p_id;
  if not found then
    raise exception 'outbox.rejected has no message %', p_id using errcode = 'no_data_found';
  end if;
end $$;
comment on function outbox.settle is
  'Records that a rejected message needs nothing more, and why. Needs UPDATE on outbox.rejected, which the owner has.';
revoke execute on function outbox.settle(uuid, text) from public;

create function outbox.refuse_forgetting() returns trigger language plpgsql as $$
begin
  if exists (select from outbox.message m where m.id = old.id and m.created_at = old.created_at) then
    raise exception 'the outbox still has message %: without this row, recover would publish it', old.id
      using errcode = 'restrict_violation', hint = 'Call outbox.settle(id, reason); outbox.maintain() deletes the row later.';
  end if;
  return old;
end $$;
create trigger kept_with_its_message before delete on outbox.rejected
  for each row execute function outbox.refuse_forgetting();
