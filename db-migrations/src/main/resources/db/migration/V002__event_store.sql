-- The write side: events are the truth, everything else here serves a decision or an answer.
--
-- A command is two round trips: one SELECT that reads all that the decision rests on, and one SELECT that calls the
-- functions below and so writes all of it in one transaction. Each function does one thing; a command calls those it
-- needs. What the decision rested on is verified under lock by hold_study and hold_site, by the key of
-- enrollment.event and by the partial key of enrollment.attempt; what has moved meanwhile fails with
-- serialization_failure or unique_violation, and the command is decided again on what is there then.
create schema enrollment;

create table enrollment.event (
  stream_type    text        not null check (stream_type in ('study', 'site', 'enrollment')),
  -- A site's is study/site.
  stream_id      text        not null check (length(stream_id) between 1 and 200),
  -- 1, 2, 3 … in its stream. The primary key is the optimistic lock: of two writers one fails.
  version        bigint      not null check (version > 0),
  -- UUID v7; also the outbox record's id.
  event_id       uuid        not null,
  type           text        not null,
  -- Version of the payload's schema within its type; never a registry's id, so that a registry can be replaced.
  schema_version int         not null check (schema_version > 0),
  -- Plain Avro.
  payload        bytea       not null,
  -- Correlation, causation, actor, trace: the headers under which the event is told.
  metadata       jsonb       not null check (jsonb_typeof(metadata) = 'object'),
  recorded_at    timestamptz not null,
  primary key (stream_type, stream_id, version),
  -- From a record's ce_id to its event. Ids grow with time, so that the index grows at its right end only.
  unique (event_id)
)
-- Insert-only: vacuum, which only freezes here, and analyze come after 1 % and 2 % new rows. By default they would come
-- after 20 %, at 100 million rows a scan of 20 million at once.
with (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
-- "All events since a time" without an ordinary index's cost: the rows lie in the order of their times.
create index event_recorded_at on enrollment.event using brin (recorded_at);
-- Unblindings are few and are watched: metric accrual_unblindings.
create index event_unblinded on enrollment.event (recorded_at) where type = 'accrual.enrollment.unblinded.v1';
comment on table enrollment.event is 'Append-only. State is the fold of a stream''s events in order of version.';

create function enrollment.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_relid::regclass using errcode = 'restrict_violation',
    hint = 'Correct by appending an event that says so.';
end $$;
create trigger append_only before update or delete on enrollment.event
  for each row execute function enrollment.refuse_change();
-- TRUNCATE passes row triggers by.
create trigger never_truncated before truncate on enrollment.event
  for each statement execute function enrollment.refuse_change();

-- What a decision about an enrollment must hold still. A head is written with its stream's event and says what the
-- fold of the stream would; it exists to be locked, and to be listed without folding.
create table enrollment.study_head (
  study_id   text        primary key,
  state      text        not null check (state in
               ('approved', 'active', 'temporarily-closed-to-accrual', 'closed-to-accrual', 'completed')),
  title      text        not null,
  -- [{"arm_id": …, "ratio": …}]: the design of the study, which is public; who is in which arm is nowhere here.
  arms       jsonb       not null check (jsonb_typeof(arms) = 'array'),
  -- [{"name": …, "levels": […]}]: what an assessment must give a level of, exactly.
  factors    jsonb       not null check (jsonb_typeof(factors) = 'array'),
  target     int         not null check (target > 0),
  version    bigint      not null check (version > 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- How long an enrollment may take until it is confirmed; null: as long as it takes.
  enrollment_expiry_seconds int check (enrollment_expiry_seconds between 60 and 31536000)
);

create table enrollment.site_head (
  study_id  text    not null references enrollment.study_head,
  site_id   text    not null,
  active    boolean not null,
  capacity  int     not null check (capacity >= 0),
  time_zone text    not null,
  version   bigint  not null check (version > 0),
  primary key (study_id, site_id)
);

-- A patient's attempts to take part in a study, each an enrollment with a stream of its own, linked to the one before.
create table enrollment.attempt (
  enrollment_id uuid primary key,
  study_id      text not null,
  patient_id    text not null,
  site_id       text not null,
  attempt       int  not null check (attempt > 0),
  previous_id   uuid references enrollment.attempt,
  -- live: on its way into the study or in it. ended: another attempt may follow. barred: none does by itself; after a
  -- registration refused for good one may be asked for.
  standing      text not null check (standing in ('live', 'ended', 'barred')),
  unique (study_id, patient_id, attempt),
  foreign key (study_id, site_id) references enrollment.site_head,
  check ((attempt = 1) = (previous_id is null))
);
-- One live enrollment per patient and study, whoever asks at the same time.
create unique index attempt_one_live on enrollment.attempt (study_id, patient_id) where standing = 'live';

-- Accepted answers by request, so that a retry gets the first answer. A refusal is not kept.
create table enrollment.request (
  -- Who called: request ids of different callers are independent.
  caller      text        not null check (length(caller) between 1 and 256),
  method      text        not null,
  request_id  text        not null check (length(request_id) between 1 and 64),
  -- HMAC-SHA-256 of the request's content: the same id with other content is refused. Keyed, since a plain hash of
  -- kits with their arms could be guessed back.
  fingerprint bytea       not null check (length(fingerprint) = 32),
  -- The answer, as protobuf.
  response    bytea       not null,
  created_at  timestamptz not null,
  -- Kept at least until then; dropped by enrollment-core some time after.
  expires_at  timestamptz not null check (expires_at > created_at),
  -- The operation that it answers, if it answers one: kept as long as that.
  operation_id uuid,
  primary key (caller, method, request_id)
);
create index request_expires_at on enrollment.request (expires_at);

-- What a client polls while an enrollment is under way (google.longrunning.Operation).
create table enrollment.operation (
  -- operations/{operation_id} on the wire. UUID v7: orders by time.
  operation_id   uuid        primary key,
  enrollment_id  uuid        not null references enrollment.attempt,
  study_id       text        not null,
  site_id        text        not null,
  patient_id     text        not null,
  stage          text        not null check (stage in ('accepted', 'slot-reserved', 'randomized', 'kit-allocated',
                                                       'confirmed', 'rejected', 'compensating')),
  -- Stage and time of each stage passed, in order: [{"stage": …, "time": …}].
  stages         jsonb       not null check (jsonb_typeof(stages) = 'array'),
  reason         text        check (reason ~ '^[A-Z][A-Z0-9_]*$'),
  -- Version of the enrollment's stream that the operation knows.
  version        bigint      not null check (version > 0),
  correlation_id text        not null,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  -- Kept at least until then; dropped by enrollment-core some time after, once done.
  expires_at     timestamptz not null check (expires_at > created_at),
  done           boolean     not null generated always as (stage in ('confirmed', 'rejected')) stored,
  -- A rejection has a reason, a confirmation none.
  check (case stage when 'rejected' then reason is not null when 'confirmed' then reason is null else true end)
)
-- An operation moves up to five times, within its page: no index has a column that moves, nor a condition on one.
with (fillfactor = 70);
create index operation_enrollment on enrollment.operation (enrollment_id);
-- ListOperations of a study or of a patient in it. Those that are not done are found through their sagas.
create index operation_by_patient on enrollment.operation (study_id, patient_id);
create index operation_expires_at on enrollment.operation (expires_at);

-- Appends events to streams of a type, one array element an event, and tells them.
-- Fails with unique_violation if a stream has an event of that version already.
create function enrollment.append(
  p_stream_type text, p_stream_ids text[], p_versions bigint[],
  p_event_ids uuid[], p_types text[], p_schema_versions int[], p_payloads bytea[],
  p_metadata jsonb[], p_recorded_at timestamptz)
returns void language plpgsql as $$
begin
  insert into enrollment.event
    (stream_type, stream_id, version, event_id, type, schema_version, payload, metadata, recorded_at)
  select p_stream_type, e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.payload, e.metadata,
         p_recorded_at
    from unnest(p_stream_ids, p_versions, p_event_ids, p_types, p_schema_versions, p_payloads, p_metadata)
         as e(stream_id, version, event_id, type, schema_version, payload, metadata);
  insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers, created_at)
  select e.event_id, p_stream_type || '.events', e.stream_id, e.type, e.payload,
         e.metadata
           || jsonb_build_object('ce_sequence', e.version::text, 'ce_schemaversion', e.schema_version::text),
         p_recorded_at
    from unnest(p_stream_ids, p_versions, p_event_ids, p_types, p_schema_versions, p_payloads, p_metadata)
         with ordinality as e(stream_id, version, event_id, type, schema_version, payload, metadata, place)
   order by e.place; -- the relay tells them in the order in which they were written
end $$;

-- Fails a command whose decision rests on something that has changed since; the command is decided again.
create function enrollment.fail_as_changed(p_what text) returns void language plpgsql as $$
begin
  raise exception '% has changed since it was read', p_what using errcode = 'serialization_failure';
end $$;

-- The advisory lock on a study or a site, until commit. Enrollments share it; a change of the study or the site takes
-- it alone. Not a row lock: FOR SHARE lets new sharers pass an UPDATE that waits, so that under a stream of
-- enrollments without a gap no change of the study would succeed, and each set of overlapping sharers takes a new multixact.
-- An advisory lock queues fairly and writes nothing. Two names with the same hash only wait for each other.
create function enrollment.lock_name(p_name text) returns bigint language sql immutable
return hashtextextended('accrual.enrollment/' || p_name, 0);

-- Keeps a study unchanged until commit, provided that it is still as the decision saw it. Enrollments do not wait for
-- each other; a change of the study waits for them, and those that come later wait for the change and then see it.
-- A statement inside of a volatile function sees what was committed while the function waited.
create function enrollment.hold_study(p_study_id text, p_version bigint) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(enrollment.lock_name(p_study_id));
  perform from enrollment.study_head where study_id = p_study_id and version = p_version;
  if not found then
    perform enrollment.fail_as_changed('study ' || p_study_id);
  end if;
end $$;

-- The same for a site. A transaction that locks both locks the study first.
create function enrollment.hold_site(p_study_id text, p_site_id text, p_version bigint)
returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(enrollment.lock_name(p_study_id || '/' || p_site_id));
  perform from enrollment.site_head
    where study_id = p_study_id and site_id = p_site_id and version = p_version;
  if not found then
    perform enrollment.fail_as_changed(format('site %s/%s', p_study_id, p_site_id));
  end if;
end $$;

-- Writes the head of a study, which must be the one before p_version, or none for the first. A study is completed only
-- without live enrollments: a command that makes one live locks the study, so that none is added between the check and the
-- commit.
create function enrollment.put_study_head(
  p_study_id text, p_version bigint, p_state text, p_title text, p_arms jsonb, p_factors jsonb,
  p_target int, p_now timestamptz, p_enrollment_expiry_seconds int default null)
returns void language plpgsql as $$
begin
  if p_version = 1 then
    insert into enrollment.study_head
      (study_id, state, title, arms, factors, target, version, created_at, updated_at,
       enrollment_expiry_seconds)
    values (p_study_id, p_state, p_title, p_arms, p_factors, p_target, 1, p_now, p_now,
            p_enrollment_expiry_seconds);
    return;
  end if;
  perform pg_advisory_xact_lock(enrollment.lock_name(p_study_id));
  update enrollment.study_head set state = p_state, version = p_version, updated_at = p_now
   where study_id = p_study_id and version = p_version - 1;
  if not found then
    perform enrollment.fail_as_changed('study ' || p_study_id);
  end if;
  if p_state = 'completed'
     and exists (select from enrollment.attempt where study_id = p_study_id and standing = 'live') then
    perform enrollment.fail_as_changed('study ' || p_study_id);
  end if;
end $$;

-- Writes the head of a site, likewise.
create function enrollment.put_site_head(
  p_study_id text, p_site_id text, p_version bigint, p_active boolean, p_capacity int, p_time_zone text)
returns void language plpgsql as $$
begin
  if p_version = 1 then
    insert into enrollment.site_head (study_id, site_id, active, capacity, time_zone, version)
    values (p_study_id, p_site_id, p_active, p_capacity, p_time_zone, 1);
    return;
  end if;
  perform pg_advisory_xact_lock(enrollment.lock_name(p_study_id || '/' || p_site_id));
  update enrollment.site_head
     set active = p_active, capacity = p_capacity, time_zone = p_time_zone, version = p_version
   where study_id = p_study_id and site_id = p_site_id and version = p_version - 1;
  if not found then
    perform enrollment.fail_as_changed(format('site %s/%s', p_study_id, p_site_id));
  end if;
end $$;

-- Opens an attempt, if the one before is still at the standing that the decision saw. Fails with unique_violation if the
-- patient has a live one by now.
create function enrollment.open_attempt(
  p_enrollment_id uuid, p_study_id text, p_patient_id text, p_site_id text, p_attempt int, p_previous_id uuid,
  p_previous_standing text)
returns void language plpgsql as $$
begin
  if p_previous_id is not null then
    -- Held, so that the one before cannot be opened again meanwhile.
    perform from enrollment.attempt
      where enrollment_id = p_previous_id and standing = p_previous_standing for share;
    if not found then
      perform enrollment.fail_as_changed('attempt ' || p_previous_id);
    end if;
  end if;
  insert into enrollment.attempt
    (enrollment_id, study_id, patient_id, site_id, attempt, previous_id, standing)
  values (p_enrollment_id, p_study_id, p_patient_id, p_site_id, p_attempt, p_previous_id, 'live');
end $$;

-- Ends an attempt: 'ended' lets another follow, 'barred' none by itself.
create function enrollment.close_attempt(p_enrollment_id uuid, p_standing text) returns void language sql
begin atomic
  update enrollment.attempt set standing = p_standing where enrollment_id = p_enrollment_id;
end;

-- Makes an ended attempt live again, provided that no other attempt has followed by now. The caller holds the study.
create function enrollment.reopen_attempt(p_enrollment_id uuid) returns void language plpgsql as $$
begin
  update enrollment.attempt set standing = 'live' where enrollment_id = p_enrollment_id;
  -- By the unique key: previous_id has no index, and at millions of attempts a scan would take minutes.
  if exists (select from enrollment.attempt this
               join enrollment.attempt next using (study_id, patient_id)
              where this.enrollment_id = p_enrollment_id and next.attempt = this.attempt + 1) then
    perform enrollment.fail_as_changed('attempt ' || p_enrollment_id);
  end if;
end $$;

create function enrollment.open_operation(
  p_operation_id uuid, p_enrollment_id uuid, p_study_id text, p_site_id text, p_patient_id text,
  p_stage text, p_stages jsonb, p_reason text, p_version bigint, p_correlation_id text,
  p_now timestamptz, p_expires_at timestamptz)
returns void language sql
begin atomic
  insert into enrollment.operation
    (operation_id, enrollment_id, study_id, site_id, patient_id, stage, stages, reason, version, correlation_id,
     created_at, updated_at, expires_at)
  values
    (p_operation_id, p_enrollment_id, p_study_id, p_site_id, p_patient_id, p_stage, p_stages, p_reason, p_version,
     p_correlation_id, p_now, p_now, p_expires_at);
end;

-- Keeps an accepted answer. Fails with unique_violation if the request was answered by another call meanwhile.
create function enrollment.keep_request(
  p_caller text, p_method text, p_request_id text, p_fingerprint bytea, p_response bytea,
  p_now timestamptz, p_expires_at timestamptz, p_operation_id uuid)
returns void language sql
begin atomic
  insert into enrollment.request
    (caller, method, request_id, fingerprint, response, created_at, expires_at, operation_id)
  values (p_caller, p_method, p_request_id, p_fingerprint, p_response, p_now, p_expires_at, p_operation_id);
end;
