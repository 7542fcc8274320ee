-- Dead letters: records that a consumer could not process, and every later record of the same stream, in order. Other
-- streams continue. The consumer's intake writes them in the transaction of its batch; a redrive or a person settles them.
create schema if not exists ops;
create schema deadletter;

-- A stream (the records of one key on one topic) that a consumer does not process for the time being. The row is deleted
-- with its last parked letter. Every transaction that parks or settles letters of the stream locks the row FOR UPDATE,
-- which keeps their order. Records without an order, such as a saga's commands and answers, never park a stream.
create table deadletter.stream (
  consumer    text        not null,
  topic       text        not null,
  key         text        not null,
  -- The schema with the consumer's version gate, which a discard moves.
  gate_schema text        not null check (gate_schema ~ '^[a-z][a-z_]*$'),
  -- What the first letter waits for. A gap ends by itself when the missing event comes; poison and unreadable need a
  -- person. behind: nothing any more, the letters are being applied.
  cause       text        not null check (cause in ('poison', 'unreadable', 'gap', 'behind')),
  parked_at   timestamptz not null default clock_timestamp(),
  primary key (consumer, topic, key)
);
comment on table deadletter.stream is 'Parked streams, one row a consumer, topic and key.';

create table deadletter.letter (
  -- UUID v7.
  letter_id      uuid        primary key default uuidv7(),
  consumer       text        not null,
  topic          text        not null,
  -- The record's key; a stand-in (\x… or sha256:…) if it is no text of 1 to 512 characters.
  key            text        not null,
  -- The record has no order among those of its key: nothing waits for it, and it waits for nothing.
  alone          boolean     not null default false,
  -- Its place. A topic that is deleted and made again has another id, and the same offsets once more.
  topic_id       uuid        not null default '00000000-0000-0000-0000-000000000000',
  partition      int         not null,
  "offset"       bigint      not null,
  -- As far as the record's headers could be read, and shortened to 200 characters: both are indexed or published.
  event_id       uuid,
  type           text        check (length(type) <= 200),
  version        bigint      check (version > 0),
  correlation_id text        not null check (length(correlation_id) <= 200),
  -- Kafka's time of the record.
  recorded_at    timestamptz not null,
  -- The record's bytes as they came, with the last value of each header; a value that is no text as \x….
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
  check (not alone or (cause <> 'behind' and version is null)),
  -- A record parks once, however often it is read; one that was settled is not parked again.
  unique (consumer, topic, topic_id, partition, "offset")
);
-- The same event at another offset is a repeat.
create unique index letter_one_version on deadletter.letter (consumer, topic, key, version)
  where state = 'parked' and version is not null;
create unique index letter_one_event on deadletter.letter (consumer, topic, key, event_id)
  where state = 'parked' and event_id is not null;
create index letter_parked on deadletter.letter (consumer, topic, key, "offset") where state = 'parked';
create index letter_settled on deadletter.letter (settled_at) where state <> 'parked';

-- What was done with a letter, and who did it.
create table deadletter.history (
  letter_id uuid        not null references deadletter.letter on delete cascade,
  place     bigint      not null generated always as identity,
  at        timestamptz not null default clock_timestamp(),
  who       text        not null,
  what      text        not null
              check (what in ('parked', 'not-published', 'redrive-asked', 'failed', 'applied', 'discarded')),
  -- The error of a failure, the reason of a discard, the redrive's id.
  note      text        not null check (length(note) <= 4000),
  primary key (letter_id, place)
);

-- Events that a person gave up, by discarding their letter or by skipping them while they were missing. They never take
-- effect, in a rebuild neither, so the rows are kept forever: letters are deleted after a while.
create table deadletter.given_up (
  -- Of a letter in a rebuild: the projection, not its next version.
  consumer   text        not null,
  topic      text        not null,
  key        text        not null,
  -- An event by its version in the stream; a record without one by its place on the topic.
  version    bigint      check (version > 0),
  topic_id   uuid        not null default '00000000-0000-0000-0000-000000000000',
  partition  int,
  "offset"   bigint,
  event_id   uuid,
  who        text        not null check (btrim(who) <> ''),
  reason     text        not null check (btrim(reason) <> '' and length(reason) <= 4000),
  at         timestamptz not null default clock_timestamp(),
  check ((partition is null) = ("offset" is null) and (version is not null or partition is not null))
);
create unique index given_up_version on deadletter.given_up (consumer, topic, key, version) where version is not null;
create unique index given_up_place on deadletter.given_up (consumer, topic, topic_id, partition, "offset")
  where version is null;
comment on table deadletter.given_up is 'Events and records that never take effect, with who and why; kept forever.';

-- Streams of which a consumer drops what comes after a version, by a person's decision; kept forever, and honored by each
-- rebuild.
create table deadletter.ignored_stream (
  consumer      text        not null,
  topic         text        not null,
  key           text        not null,
  after_version bigint      not null check (after_version >= 0),
  who           text        not null check (btrim(who) <> ''),
  reason        text        not null check (btrim(reason) <> '' and length(reason) <= 4000),
  at            timestamptz not null default clock_timestamp(),
  primary key (consumer, topic, key)
);
comment on table deadletter.ignored_stream is 'Streams that a consumer drops, with who and why; kept forever.';

-- The consumer whose decisions hold: of a rebuild its projection.
create function deadletter.deciding(p_consumer text) returns text language sql immutable
return regexp_replace(p_consumer, '_next$', '');

-- Parked letters with their place in their stream: the others wait for the one at 1. By version where each has one, since
-- the gate needs that order; by offset where there is garbage among them. since: when their stream was parked.
create view deadletter.parked as
select l.*, coalesce(s.parked_at, l.parked_at) as since,
       case when l.alone then 1
            else row_number() over (partition by l.consumer, l.topic, l.key, l.alone
                                        order by case when l.versions then l.version else l."offset" end, l."offset")
       end as place
  from (select *, bool_and(version is not null) over (partition by consumer, topic, key, alone) as versions
          from deadletter.letter where state = 'parked') l
  left join deadletter.stream s on s.consumer = l.consumer and s.topic = l.topic and s.key = l.key and not l.alone;

create view ops.dead_letters as
select letter_id, consumer, topic, key, alone, place, cause, error, attempts, type, version, event_id, correlation_id,
       partition, "offset", recorded_at, parked_at, headers, octet_length(value) as bytes
  from deadletter.parked;
comment on view ops.dead_letters is
  'Everything parked. Look at place 1 of a stream; the others wait for it. Settle by redrive, discard or skip.';

-- Parks records and publishes them on dlq.<topic>; one array element a record, in order per key. Returns how many were
-- new. The caller has locked the rows of deadletter.stream that exist.
create function deadletter.park(
  p_consumer text, p_gate_schema text, p_topics text[], p_keys text[], p_alone boolean[], p_partitions int[],
  p_offsets bigint[], p_event_ids uuid[], p_types text[], p_versions bigint[], p_correlations text[],
  p_recorded_at timestamptz[], p_raw_keys bytea[], p_values bytea[], p_headers jsonb[], p_causes text[],
  p_errors text[], p_attempts int[])
returns int language plpgsql as $$
declare
  made uuid[];
  l    deadletter.letter;
begin
  with new as (
    insert into deadletter.letter
      (consumer, topic, key, alone, topic_id, partition, "offset", event_id, type, version, correlation_id, recorded_at, raw_key,
       value, headers, cause, error, attempts)
    select p_consumer, r.topic, r.key, r.alone, coalesce(o.topic_id, '00000000-0000-0000-0000-000000000000'), r.partition, r.pos, r.event_id, r.type,
           r.version, r.correlation, r.recorded_at, r.raw_key, r.value, r.headers, r.cause, r.error, r.attempts
      from unnest(p_topics, p_keys, p_alone, p_partitions, p_offsets, p_event_ids, p_types, p_versions, p_correlations,
                  p_recorded_at, p_raw_keys, p_values, p_headers, p_causes, p_errors, p_attempts) with ordinality
           as r(topic, key, alone, partition, pos, event_id, type, version, correlation, recorded_at, raw_key, value,
                headers, cause, error, attempts, place)
      left join ops.consumer_offset o on o.consumer = p_consumer and o.topic = r.topic and o.partition = r.partition
     order by r.place
    on conflict do nothing
    returning letter_id)
  select coalesce(array_agg(letter_id), '{}') into made from new;

  for l in select * from deadletter.letter where letter_id = any (made) order by topic, partition, "offset" loop
    if l.cause <> 'behind' and not l.alone then
      insert into deadletter.stream (consumer, topic, key, gate_schema, cause)
      values (l.consumer, l.topic, l.key, p_gate_schema, l.cause) on conflict do nothing;
    end if;
    insert into deadletter.history (letter_id, who, what, note)
    values (l.letter_id, 'intake', 'parked', case l.cause when 'behind' then 'behind another' else l.error end);
    perform deadletter.publish(l);
  end loop;
  return cardinality(made);
end $$;

-- Publishes a letter on dlq.<topic>: the record as it came, with the reason in dlq_… headers. A value that is too large
-- for the outbox is left out, which dlq_payload says; the table has it all. A record may be garbage in every respect, and
-- its letter must be kept all the same, so one that the outbox does not accept is only noted in its history.
create function deadletter.publish(l deadletter.letter) returns void language plpgsql as $$
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
exception when data_exception or check_violation or program_limit_exceeded or null_value_not_allowed then
  insert into deadletter.history (letter_id, who, what, note)
  values (l.letter_id, 'intake', 'not-published', left(sqlerrm, 4000));
end $$;

-- A run over letters that somebody asked for. Carried out by the processes that run the consumers, one letter a
-- transaction; when a process dies between two letters, another continues.
create table deadletter.redrive (
  redrive_id  uuid        primary key default uuidv7(),
  asked_by    text        not null,
  asked_at    timestamptz not null default clock_timestamp(),
  -- Letters a second.
  rate        int         not null check (rate between 1 and 1000),
  -- Not before then. The transaction that tries the next letter locks this row.
  next_at     timestamptz not null default clock_timestamp(),
  -- The client's: asking twice starts one run.
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
  -- applied: took effect, now or before. failed: it still fails; the letters of its stream after it are held. gone: settled
  -- otherwise meanwhile.
  state      text   not null default 'pending' check (state in ('pending', 'applied', 'failed', 'held', 'gone')),
  error      text   not null default '',
  primary key (redrive_id, place)
);
-- A letter is in one run at a time.
create unique index redrive_letter_pending on deadletter.redrive_letter (letter_id) where state = 'pending';
-- For the cascade from deadletter.letter.
create index redrive_letter_of on deadletter.redrive_letter (letter_id);

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
  select made, row_number() over (order by since, consumer, topic, key, place, letter_id), letter_id
    from deadletter.parked where letter_id = any (p_letters);
  insert into deadletter.history (letter_id, who, what, note)
  select letter_id, p_who, 'redrive-asked', made::text from deadletter.redrive_letter where redrive_id = made;
  return made;
end $$;
comment on function deadletter.start_redrive is
  'Tries parked letters again, in order per stream, at most so many a second. Include the letters before them in their stream.';

-- Continues a stream after one of its letters was settled, or after the event that it waited for was applied: ends the
-- parking if nothing is left, and otherwise tries the letters that can follow now. A record that arrives meanwhile is
-- parked behind them, and tried when the last of them is settled: so no stream stays parked without a letter that is
-- known to be wrong.
create function deadletter.go_on(p_consumer text, p_topic text, p_key text) returns void language plpgsql as $$
declare
  head    deadletter.parked;
  applied bigint := deadletter.lock_parked(p_consumer, p_topic, p_key);
  waiting uuid[];
begin
  select * into head from deadletter.parked
   where consumer = p_consumer and topic = p_topic and key = p_key and not alone and place = 1;
  if head.letter_id is null then
    delete from deadletter.stream where consumer = p_consumer and topic = p_topic and key = p_key;
    return;
  end if;
  update deadletter.stream set cause = head.cause
   where consumer = p_consumer and topic = p_topic and key = p_key;
  if head.cause = 'behind' or (head.cause = 'gap' and head.version = applied + 1) then
    waiting := (select array_agg(l.letter_id) from deadletter.letter l
                 where l.consumer = p_consumer and l.topic = p_topic and l.key = p_key and not l.alone
                   and l.state = 'parked'
                   and not exists (select from deadletter.redrive_letter r
                                    where r.letter_id = l.letter_id and r.state = 'pending'));
    if waiting is not null then
      perform deadletter.start_redrive(
        waiting, 'intake: ' || case head.cause when 'gap' then 'the missing event came' else 'those before are settled' end,
        1000);
    end if;
  end if;
end $$;

-- Moves a consumer's version gate past an event that never takes effect.
create function deadletter.pass(p_gate_schema text, p_topic text, p_key text, p_version bigint) returns void
language plpgsql as $$
begin
  execute format(
    'insert into %I.applied as a (topic, key, version) values ($1, $2, $3)
     on conflict (topic, key) do update set version = greatest(a.version, excluded.version)', p_gate_schema)
    using p_topic, p_key, p_version;
end $$;

create function deadletter.require_reason(p_who text, p_reason text) returns void language plpgsql as $$
begin
  if coalesce(btrim(p_reason), '') = '' or coalesce(btrim(p_who), '') = '' then
    raise exception 'who and why are required' using errcode = 'invalid_parameter_value';
  end if;
end $$;

-- Gives a letter up: it never takes effect. Only the first letter of its stream, since the gate moves one event at a time;
-- the letters behind it are then tried.
create function deadletter.discard(p_letter_id uuid, p_who text, p_reason text) returns void language plpgsql as $$
declare
  l    deadletter.letter;
  gate text;
begin
  perform deadletter.require_reason(p_who, p_reason);
  select s.gate_schema into gate
    from deadletter.stream s join deadletter.letter d using (consumer, topic, key)
   where d.letter_id = p_letter_id and not d.alone for update of s;
  select * into l from deadletter.letter where letter_id = p_letter_id for update;
  if l.letter_id is null then
    raise exception 'no letter %', p_letter_id using errcode = 'no_data_found';
  elsif l.state <> 'parked' then
    raise exception 'letter % is % already', p_letter_id, l.state using errcode = 'object_not_in_prerequisite_state';
  elsif (select place from deadletter.parked
          where consumer = l.consumer and topic = l.topic and key = l.key and letter_id = p_letter_id) > 1 then
    raise exception 'letter % waits behind another of its stream', p_letter_id
      using errcode = 'object_not_in_prerequisite_state', hint = 'Settle those before it first.';
  end if;

  update deadletter.letter set state = 'discarded', settled_at = clock_timestamp() where letter_id = p_letter_id;
  insert into deadletter.history (letter_id, who, what, note) values (p_letter_id, p_who, 'discarded', p_reason);
  insert into deadletter.given_up (consumer, topic, key, version, topic_id, partition, "offset", event_id, who, reason)
  values (deadletter.deciding(l.consumer), l.topic, l.key, l.version, l.topic_id, l.partition, l."offset", l.event_id,
          p_who, p_reason)
  on conflict do nothing;
  if l.version is not null then
    perform deadletter.pass(gate, l.topic, l.key, l.version);
  elsif l.event_id is not null then
    -- Delivered again at another offset it must not take effect either.
    insert into ops.inbox (consumer, event_id) values (l.consumer, l.event_id) on conflict do nothing;
  end if;
  if not l.alone then
    perform deadletter.go_on(l.consumer, l.topic, l.key);
  end if;
end $$;
comment on function deadletter.discard is
  'Gives up the first letter of a stream, with who and why; the letters behind it are tried. A record without a version leaves a gap if it was in the place of an event: see deadletter.skip.';

-- Locks a parked stream and returns the version that its consumer has applied.
create function deadletter.lock_parked(p_consumer text, p_topic text, p_key text) returns bigint language plpgsql as $$
declare
  gate    text;
  applied bigint;
begin
  select gate_schema into gate from deadletter.stream
   where consumer = p_consumer and topic = p_topic and key = p_key for update;
  if gate is null then
    raise exception 'consumer % has not parked the key % of %', p_consumer, p_key, p_topic
      using errcode = 'no_data_found', hint = 'deadletter.stream has the parked streams.';
  end if;
  execute format('select coalesce(max(version), 0) from %I.applied where topic = $1 and key = $2', gate)
    into applied using p_topic, p_key;
  return applied;
end $$;

-- Gives up events that never came, from the next one that the stream waits for up to a version. Returns how many letters
-- are parked behind them.
create function deadletter.skip(
  p_consumer text, p_topic text, p_key text, p_through_version bigint, p_who text, p_reason text)
returns bigint language plpgsql as $$
declare
  applied bigint := deadletter.lock_parked(p_consumer, p_topic, p_key);
  first   bigint;
begin
  perform deadletter.require_reason(p_who, p_reason);
  first := (select min(version) from deadletter.letter
             where consumer = p_consumer and topic = p_topic and key = p_key and state = 'parked');
  if p_through_version is null or p_through_version <= applied or p_through_version >= first then
    raise exception 'the missing events are % to %', applied + 1, first - 1
      using errcode = 'object_not_in_prerequisite_state', hint = 'A letter that is there can be discarded, not skipped.';
  end if;
  insert into deadletter.given_up (consumer, topic, key, version, who, reason)
  select deadletter.deciding(p_consumer), p_topic, p_key, version, p_who, p_reason
    from generate_series(applied + 1, p_through_version) version
  on conflict do nothing;
  perform deadletter.pass(
    (select gate_schema from deadletter.stream where consumer = p_consumer and topic = p_topic and key = p_key),
    p_topic, p_key, p_through_version);
  perform deadletter.go_on(p_consumer, p_topic, p_key);
  return (select count(*) from deadletter.letter
           where consumer = p_consumer and topic = p_topic and key = p_key and state = 'parked' and not alone);
end $$;
comment on function deadletter.skip is
  'Gives up events that never came, up to a version, with who and why; the letters behind them are tried. They never take effect, if they come later neither.';

-- Lets a consumer drop a stream: its parked letters are discarded, and its later records never take effect. Returns how
-- many letters were discarded.
create function deadletter.ignore(p_consumer text, p_topic text, p_key text, p_who text, p_reason text)
returns bigint language plpgsql as $$
declare
  discarded bigint;
  applied bigint := deadletter.lock_parked(p_consumer, p_topic, p_key);
begin
  perform deadletter.require_reason(p_who, p_reason);
  insert into deadletter.ignored_stream (consumer, topic, key, after_version, who, reason)
  values (deadletter.deciding(p_consumer), p_topic, p_key, applied, p_who, p_reason) on conflict do nothing;
  with gone as (
    update deadletter.letter set state = 'discarded', settled_at = clock_timestamp()
     where consumer = p_consumer and topic = p_topic and key = p_key and not alone and state = 'parked'
     returning letter_id)
  insert into deadletter.history (letter_id, who, what, note)
  select letter_id, p_who, 'discarded', 'the stream is ignored: ' || left(p_reason, 3900) from gone;
  get diagnostics discarded = row_count;
  delete from deadletter.stream where consumer = p_consumer and topic = p_topic and key = p_key;
  return discarded;
end $$;
comment on function deadletter.ignore is
  'Lets a consumer drop a stream from now on, with who and why. There is no way back but a rebuild after the row is deleted.';

revoke execute on function deadletter.discard(uuid, text, text), deadletter.skip(text, text, text, bigint, text, text),
                           deadletter.ignore(text, text, text, text, text) from public;

-- Drops what was settled long ago, with its history, some at a time so that locks are short; returns how many letters.
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
