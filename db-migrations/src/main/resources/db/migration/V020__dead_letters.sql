-- Dead letters: what a consumer could not take in, and every later record of the same key, in order. Other keys go on.
-- Written by each consumer's intake in the transaction of its batch; settled by redrive or by a person.
create schema if not exists ops;
create schema deadletter;

-- A key of a topic that a consumer does not take in for the time being. The row goes with its last parked letter. Whoever
-- parks or settles letters of the key holds the row FOR UPDATE: that keeps their order.
create table deadletter.stream (
  consumer    text        not null,
  topic       text        not null,
  key         text        not null,
  -- The schema with the consumer's version gate, which a discard moves.
  gate_schema text        not null check (gate_schema ~ '^[a-z][a-z_]*$'),
  -- What the first letter waits for. A gap ends by itself when the missing event comes; the others need a person.
  cause       text        not null check (cause in ('poison', 'unreadable', 'gap')),
  parked_at   timestamptz not null default clock_timestamp(),
  primary key (consumer, topic, key)
);
comment on table deadletter.stream is 'Keys that stand in the dead letters, one row a consumer, topic and key.';

create table deadletter.letter (
  -- UUID v7.
  letter_id      uuid        primary key default uuidv7(),
  consumer       text        not null,
  topic          text        not null,
  -- The record's key; a stand-in (\x… or sha256:…) if it is no text of 1 to 512 characters.
  key            text        not null,
  partition      int         not null,
  "offset"       bigint      not null,
  -- As far as the record's headers could be read.
  event_id       uuid,
  type           text,
  version        bigint      check (version > 0),
  correlation_id text        not null,
  -- Kafka's time of the record.
  recorded_at    timestamptz not null,
  -- The record's bytes as they came, with the last value of each header; what is no text is \x….
  raw_key        bytea,
  value          bytea,
  headers        jsonb       not null check (jsonb_typeof(headers) = 'object'),
  -- poison: the consumer failed on it and on it alone. unreadable: garbage, unknown type or schema. gap: an event before
  -- it is missing. behind: nothing is known against it, it waits for one before it.
  cause          text        not null check (cause in ('poison', 'unreadable', 'gap', 'behind')),
  error          text        not null check (length(error) <= 4000),
  -- How often it was tried, by the intake and by redrives.
  attempts       int         not null check (attempts >= 0),
  state          text        not null default 'parked' check (state in ('parked', 'applied', 'discarded')),
  parked_at      timestamptz not null default clock_timestamp(),
  settled_at     timestamptz,
  check ((state = 'parked') = (settled_at is null)),
  check (cause <> 'behind' or error = ''),
  -- A record parks once, however often it is read; one that was settled is not parked again.
  unique (consumer, topic, partition, "offset")
);
-- The same event at another offset is a repeat.
create unique index letter_one_version on deadletter.letter (consumer, topic, key, version)
  where state = 'parked' and version is not null;
create unique index letter_one_event on deadletter.letter (consumer, topic, key, event_id)
  where state = 'parked' and event_id is not null;
create index letter_parked on deadletter.letter (consumer, topic, key, "offset") where state = 'parked';
create index letter_settled on deadletter.letter (settled_at) where state <> 'parked';

-- What became of a letter, and who did it.
create table deadletter.history (
  letter_id uuid        not null references deadletter.letter on delete cascade,
  place     bigint      not null generated always as identity,
  at        timestamptz not null default clock_timestamp(),
  who       text        not null,
  what      text        not null check (what in ('parked', 'redrive-asked', 'failed', 'applied', 'discarded')),
  -- The error of a failure, the reason of a discard, the redrive's id.
  note      text        not null check (length(note) <= 4000),
  primary key (letter_id, place)
);

-- Parked letters with their place in their key: 1 is what the others wait for. By version where each has one, since that
-- is what the gate wants; by offset where garbage lies between.
create view deadletter.parked as
select l.*,
       row_number() over (partition by consumer, topic, key
                              order by case when versions then version else "offset" end, "offset") as place
  from (select *, bool_and(version is not null) over (partition by consumer, topic, key) as versions
          from deadletter.letter where state = 'parked') l;

create view ops.dead_letters as
select letter_id, consumer, topic, key, place, cause, error, attempts, type, version, event_id, correlation_id,
       partition, "offset", recorded_at, parked_at, headers, octet_length(value) as bytes
  from deadletter.parked;
comment on view ops.dead_letters is
  'Everything parked. place 1 of a key is what to look at; the others wait for it. Settle with redrive or discard.';

-- Parks records and tells them on dlq.<topic>; one array element a record, in order per key. Answers how many were new.
-- The caller holds the rows of deadletter.stream that are there.
create function deadletter.park(
  p_consumer text, p_gate_schema text, p_topics text[], p_keys text[], p_partitions int[], p_offsets bigint[],
  p_event_ids uuid[], p_types text[], p_versions bigint[], p_correlations text[], p_recorded_at timestamptz[],
  p_raw_keys bytea[], p_values bytea[], p_headers jsonb[], p_causes text[], p_errors text[], p_attempts int[])
returns int language plpgsql as $$
declare
  made uuid[];
  l    deadletter.letter;
begin
  with new as (
    insert into deadletter.letter
      (consumer, topic, key, partition, "offset", event_id, type, version, correlation_id, recorded_at, raw_key, value,
       headers, cause, error, attempts)
    select p_consumer, r.topic, r.key, r.partition, r.pos, r.event_id, r.type, r.version, r.correlation, r.recorded_at,
           r.raw_key, r.value, r.headers, r.cause, r.error, r.attempts
      from unnest(p_topics, p_keys, p_partitions, p_offsets, p_event_ids, p_types, p_versions, p_correlations,
                  p_recorded_at, p_raw_keys, p_values, p_headers, p_causes, p_errors, p_attempts) with ordinality
           as r(topic, key, partition, pos, event_id, type, version, correlation, recorded_at, raw_key, value, headers,
                cause, error, attempts, place)
     order by r.place
    on conflict do nothing
    returning letter_id)
  select coalesce(array_agg(letter_id), '{}') into made from new;

  for l in select * from deadletter.letter where letter_id = any (made) order by topic, partition, "offset" loop
    if l.cause <> 'behind' then
      insert into deadletter.stream (consumer, topic, key, gate_schema, cause)
      values (l.consumer, l.topic, l.key, p_gate_schema, l.cause) on conflict do nothing;
    end if;
    insert into deadletter.history (letter_id, who, what, note)
    values (l.letter_id, 'intake', 'parked', case l.cause when 'behind' then 'behind another' else l.error end);
    perform deadletter.tell(l);
  end loop;
  return cardinality(made);
end $$;

-- Publishes a letter on dlq.<topic>: the record as it came, and why it is there in dlq_… headers. What is too large for
-- the outbox is left out and said so; the table has it all.
create function deadletter.tell(l deadletter.letter) returns void language plpgsql as $$
declare
  fits boolean := l.value is not null and octet_length(l.value) <= 900000;
  kept jsonb := coalesce((select jsonb_object_agg(key, value) from jsonb_each(l.headers)
                           where key <> '' and key not like 'dlq\_%' and key <> 'datacontenttype'), '{}');
begin
  if octet_length(kept::text) > 8192 then
    kept := '{}';
  end if;
  perform outbox.publish_raw(
    'dlq.' || l.topic, l.key, case when fits then l.value else ''::bytea end,
    kept || jsonb_build_object(
      'dlq_letter', l.letter_id::text, 'dlq_consumer', l.consumer, 'dlq_topic', l.topic,
      'dlq_partition', l.partition::text, 'dlq_offset', l."offset"::text, 'dlq_cause', l.cause,
      'dlq_error', left(l.error, 500),
      'dlq_payload', case when fits then 'whole' when l.value is null then 'null' else 'left out: too large' end));
end $$;

-- A run over letters that somebody asked for. Carried out by the processes that run the consumers, one letter a
-- transaction; a process that dies leaves off between two letters, and another goes on.
create table deadletter.redrive (
  redrive_id  uuid        primary key default uuidv7(),
  asked_by    text        not null,
  asked_at    timestamptz not null default clock_timestamp(),
  -- Letters a second.
  rate        int         not null check (rate between 1 and 1000),
  -- Not before then. Whoever takes the next letter holds this row.
  next_at     timestamptz not null default clock_timestamp(),
  -- The client's, so that asking twice is asking once.
  request_id  text        unique,
  -- What the client had previewed.
  preview     text,
  finished_at timestamptz
);
create index redrive_running on deadletter.redrive (next_at) where finished_at is null;

create table deadletter.redrive_letter (
  redrive_id uuid   not null references deadletter.redrive on delete cascade,
  place      bigint not null,
  letter_id  uuid   not null references deadletter.letter on delete cascade,
  -- applied: took effect, now or before. failed: it still fails; the letters of its key after it are held. gone: settled
  -- otherwise meanwhile.
  state      text   not null default 'pending' check (state in ('pending', 'applied', 'failed', 'held', 'gone')),
  error      text   not null default '',
  primary key (redrive_id, place)
);
-- A letter is in one run at a time.
create unique index redrive_letter_pending on deadletter.redrive_letter (letter_id) where state = 'pending';

create function deadletter.start_redrive(
  p_letters uuid[], p_who text, p_rate int, p_request_id text default null, p_preview text default null)
returns uuid language plpgsql as $$
declare
  made uuid;
begin
  insert into deadletter.redrive (asked_by, rate, request_id, preview)
  values (p_who, p_rate, p_request_id, p_preview)
  returning redrive_id into made;
  insert into deadletter.redrive_letter (redrive_id, place, letter_id)
  select made, row_number() over (order by s.parked_at, p.consumer, p.topic, p.key, p.place), p.letter_id
    from deadletter.parked p join deadletter.stream s using (consumer, topic, key)
   where p.letter_id = any (p_letters);
  insert into deadletter.history (letter_id, who, what, note)
  select letter_id, p_who, 'redrive-asked', made::text from deadletter.redrive_letter where redrive_id = made;
  return made;
end $$;
comment on function deadletter.start_redrive is
  'Tries parked letters again, in order per key, at most so many a second. Letters before them in their key should be among them.';

-- The event that a key waited for has come: what is parked behind it may follow.
create function deadletter.gap_closed(p_consumer text, p_topic text, p_key text) returns void language plpgsql as $$
declare
  waiting uuid[] := (select array_agg(l.letter_id) from deadletter.letter l
                      where l.consumer = p_consumer and l.topic = p_topic and l.key = p_key and l.state = 'parked'
                        and not exists (select from deadletter.redrive_letter r
                                         where r.letter_id = l.letter_id and r.state = 'pending'));
begin
  if waiting is not null then
    perform deadletter.start_redrive(waiting, 'intake: the missing event came', 1000);
  end if;
end $$;

-- After the last letter of a key is settled, its records are taken in again.
create function deadletter.release(p_consumer text, p_topic text, p_key text) returns void language sql
begin atomic
  delete from deadletter.stream s
   where s.consumer = p_consumer and s.topic = p_topic and s.key = p_key
     and not exists (select from deadletter.letter l
                      where l.consumer = p_consumer and l.topic = p_topic and l.key = p_key and l.state = 'parked');
end;

-- Gives a letter up: it never takes effect. Moves the consumer's version gate past it in the same transaction. Only the
-- first letter of its key, since the gate moves one event at a time.
create function deadletter.discard(p_letter_id uuid, p_who text, p_reason text) returns void language plpgsql as $$
declare
  l      deadletter.letter;
  gate   text;
  past   bigint;
begin
  if coalesce(btrim(p_reason), '') = '' or coalesce(btrim(p_who), '') = '' then
    raise exception 'a discard needs who and why' using errcode = 'invalid_parameter_value';
  end if;
  select s.gate_schema into gate
    from deadletter.stream s join deadletter.letter d using (consumer, topic, key)
   where d.letter_id = p_letter_id for update of s;
  select * into l from deadletter.letter where letter_id = p_letter_id for update;
  if l.letter_id is null then
    raise exception 'no letter %', p_letter_id using errcode = 'no_data_found';
  elsif l.state <> 'parked' then
    raise exception 'letter % is % already', p_letter_id, l.state using errcode = 'object_not_in_prerequisite_state';
  elsif (select place from deadletter.parked
          where consumer = l.consumer and topic = l.topic and key = l.key and letter_id = p_letter_id) > 1 then
    raise exception 'letter % stands behind another of its key', p_letter_id
      using errcode = 'object_not_in_prerequisite_state', hint = 'Settle those before it first.';
  end if;

  update deadletter.letter set state = 'discarded', settled_at = clock_timestamp() where letter_id = p_letter_id;
  insert into deadletter.history (letter_id, who, what, note) values (p_letter_id, p_who, 'discarded', p_reason);

  past := l.version;
  if past is null and l.event_id is not null then
    -- Delivered again at another offset it must not take effect either.
    insert into ops.inbox (consumer, event_id) values (l.consumer, l.event_id) on conflict do nothing;
  end if;
  if past is null then
    -- Garbage without a readable sequence. If exactly one event is missing before the next parked one, this was it.
    execute format(
      'select p.version - 1 from deadletter.parked p left join %I.applied a using (topic, key)
        where p.consumer = $1 and p.topic = $2 and p.key = $3 and p.place = 1
          and p.version = coalesce(a.version, 0) + 2', gate) into past using l.consumer, l.topic, l.key;
  end if;
  if past is not null then
    execute format(
      'insert into %I.applied as a (topic, key, version) values ($1, $2, $3)
       on conflict (topic, key) do update set version = greatest(a.version, excluded.version)', gate)
      using l.topic, l.key, past;
  end if;
  perform deadletter.release(l.consumer, l.topic, l.key);
end $$;
comment on function deadletter.discard is 'Gives up the first letter of a key, with who and why; letters behind it can be redriven then.';

-- Drops what was settled long ago, with its history, some at a time so that locks are short; answers how many letters.
create function deadletter.forget(p_older_than interval default '30 days', p_most int default 10000)
returns bigint language plpgsql as $$
declare
  gone bigint;
begin
  delete from deadletter.letter
   where letter_id in (select letter_id from deadletter.letter
                        where state <> 'parked' and settled_at < clock_timestamp() - p_older_than
                        order by settled_at limit p_most for update skip locked);
  get diagnostics gone = row_count;
  delete from deadletter.redrive r where finished_at < clock_timestamp() - p_older_than
    and not exists (select from deadletter.redrive_letter x where x.redrive_id = r.redrive_id);
  return gone;
end $$;
