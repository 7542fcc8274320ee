-- The saga of a requested enrollment, as enrollment-core runs it. What it has for the patient stands on the enrollment's
-- stream; here stands what it waits for. Written in the transaction of the events and of the messages to participants.

create table enrollment.saga (
  -- One run at a time. The row goes when the run is over.
  enrollment_id  uuid        primary key references enrollment.attempt,
  -- Which request of this enrollment, 1, 2 …: what participants tell runs apart by.
  attempt        int         not null check (attempt > 0),
  -- The answer it waits for. release-…: everything taken is given back, then the request is rejected, or has been since
  -- the patient withdrew. return-slot: a patient who left the study gives the slot back; nothing is left to decide. A run
  -- never returns to a step that it has left, so that the step shows whether it has moved since it was read.
  step           text        not null check (step in ('reserve-slot', 'hold-kits', 'randomize', 'allocate-kit',
                                                      'release-kits', 'release-slot', 'return-slot')),
  -- When the step's command is sent again if no answer has come; an answer that is late is taken. Set at the start and
  -- at each repetition only, by the database's clock: a change of this indexed column costs more than all others.
  due_at         timestamptz not null,
  repeats        int         not null default 0 check (repeats >= 0),
  -- The end of the WAL when the newest command was written. It is not repeated before the relay has published it.
  sent_lsn       pg_lsn      not null default pg_current_wal_insert_lsn(),
  -- Versions of the streams of study and site that the request was accepted on: participants decide on none older.
  study_version  bigint      not null check (study_version >= 0),
  site_version   bigint      not null check (site_version >= 0),
  -- What the client polls.
  operation_id   uuid        references enrollment.operation on delete set null,
  -- The conversation, and the message that moved the run to its step: a repeated command has these too.
  correlation_id text        not null,
  causation_id   text        not null,
  actor          text        not null,
  traceparent    text        not null,
  started_at     timestamptz not null,
  -- When a run that is not confirmed yet is given up, by the database's clock; null: never, or it gives back already.
  expires_at     timestamptz,
  -- Since when the run cannot be decided, how often in a row, and why. It is tried again after a pause.
  failed_at      timestamptz,
  failures       int         not null default 0 check ((failures > 0) = (failed_at is not null)),
  error          text,
  check (step <> 'return-slot' or operation_id is null),
  check (operation_id is null or (study_version > 0 and site_version > 0))
) with (fillfactor = 70); -- a run moves up to six times, within its page
create unique index saga_operation on enrollment.saga (operation_id);
create index saga_due_at on enrollment.saga (due_at);
-- Changes when a run of a study with an expiry begins to give back, and else never.
create index saga_expires_at on enrollment.saga (expires_at) where expires_at is not null;
comment on table enrollment.saga is
  'Runs under way. due_at well in the past: relay, Kafka or enrollment-core is behind or does not run.';

create schema if not exists ops;
create view ops.sagas_set_aside as
select s.enrollment_id, a.study_id, a.site_id, s.step, s.failed_at, s.failures, s.error, s.due_at as next_try_at,
       s.correlation_id
  from enrollment.saga s join enrollment.attempt a using (enrollment_id)
 where s.failures > 0;
comment on view ops.sagas_set_aside is
  'Enrollments whose saga could not be decided, and why. They hold up no other, and are tried again.';

-- Which kit is where, for sites and operators: without the arm, and without anything that is equal for kits of one arm.
create view ops.kits as
select k.study_id, k.site_id, k.kit_id,
       case when k.state <> 'received' then k.state
            when s.enrollment_id is not null then 'allocated'
            when k.enrollment_id is not null then 'dispensed'
            when k.expiry_date <= (now() at time zone 'UTC')::date then 'expired'
            else 'available' end as state,
       nullif(k.lot, '') as lot, nullif(k.expiry_date, 'infinity') as expiry_date, k.received_at, k.enrollment_id
  from supply.kit k
  left join enrollment.saga s
    on s.enrollment_id = k.enrollment_id and s.attempt = k.attempt and s.step <> 'return-slot';
comment on view ops.kits is
  'Kits by site. allocated: an enrollment that runs has it; dispensed: to hand over, or handed over; enrollment_id: whose '
  'it is or was, also where it is quarantined. Kits that running enrollments hold are available here: a hold names none.';

create view ops.site_stock as
select study_id, site_id, state, lot, expiry_date, count(*) as kits from ops.kits group by 1, 2, 3, 4, 5;
comment on view ops.site_stock is 'Number of kits by site, state, lot and expiry date.';

-- Counted to 20 patients only, so that it costs little while sites have enough.
create view ops.site_supply as
select t.study_id, t.site_id, a.arms, h.held, greatest(k.available / a.arms - h.held, 0) as patients
  from enrollment.site_head t
  join enrollment.study_head s using (study_id)
 cross join lateral (select nullif(jsonb_array_length(s.arms), 0) as arms) a
 cross join lateral (select count(*) as held from supply.hold h
                      where h.study_id = t.study_id and h.site_id = t.site_id and h.state = 'held') h
 cross join lateral (select count(*) as available from (
                       select from supply.kit k
                        where k.study_id = t.study_id and k.site_id = t.site_id and k.enrollment_id is null
                          and k.state = 'received' and k.expiry_date > (now() at time zone 'UTC')::date
                        limit a.arms * (h.held + 20)) l) k
 where t.active and s.state = 'active';
comment on view ops.site_supply is
  'Active sites of active studies: for how many more patients the kits suffice if they are evenly of all arms, up to 20. '
  'held: enrollments that run and hold a kit of every arm. The arms of the kits are not read.';

-- Kits that sites have received and their states, as the sites' streams record them. The arms are not here. Held,
-- allocated and dispensed kits are received here: supply.kit and the enrollments' streams have who has which.
create table enrollment.kit (
  study_id text not null,
  kit_id   text not null,
  site_id  text not null,
  state    text not null default 'received' check (state in ('received', 'quarantined', 'returned', 'destroyed')),
  primary key (study_id, kit_id),
  foreign key (study_id, site_id) references enrollment.site_head
);

create function enrollment.refuse_kit_change() returns trigger language plpgsql as $$
begin
  raise exception 'kit % of study % is % and cannot become %', old.kit_id, old.study_id, old.state, new.state
    using errcode = 'restrict_violation';
end $$;
-- Destroyed is final; a returned kit can only be destroyed; no kit moves to another site.
create trigger kit_states before update on enrollment.kit for each row
  when (new.site_id <> old.site_id
        or new.state <> old.state and (old.state, new.state) not in (
          ('received', 'quarantined'), ('received', 'returned'), ('quarantined', 'received'),
          ('quarantined', 'returned'), ('quarantined', 'destroyed'), ('returned', 'destroyed')))
  execute function enrollment.refuse_kit_change();

-- Requests for a patient's arm that a call waits for. The answer is sealed to a key that only this call has, in its
-- memory; the row is deleted when the call ends. Randomization reveals an arm only for a row of this table, whatever
-- messages it receives.
create table enrollment.unblinding (
  request_ref   uuid        primary key,
  enrollment_id uuid        not null references enrollment.attempt,
  -- The event that records who unblinded the patient and why; see ask_arm. Events are never deleted.
  event_id      uuid        not null,
  -- X25519 public key, X.509, of the call.
  reader_key    bytea       not null,
  -- Null: not answered yet.
  sealed_arm    bytea,
  asked_at      timestamptz not null
);
create index unblinding_asked_at on enrollment.unblinding (asked_at);

-- The intake's version gate. Participants' answers have no version, so that it stays empty: they are told apart by what
-- the run waits for.
create table enrollment.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
);

-- Messages to participants, one array element a message, told in this order.
create function enrollment.send(
  p_ids uuid[], p_aggregatetypes text[], p_keys text[], p_types text[], p_schema_versions int[], p_payloads bytea[],
  p_metadata jsonb[], p_now timestamptz)
returns void language sql
begin atomic
  insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers, created_at)
  select m.id, m.aggregatetype, m.key, m.type, m.payload,
         m.metadata || jsonb_build_object('ce_schemaversion', m.schema_version::text), p_now
    from unnest(p_ids, p_aggregatetypes, p_keys, p_types, p_schema_versions, p_payloads, p_metadata)
         with ordinality as m(id, aggregatetype, key, type, schema_version, payload, metadata, place)
   order by m.place;
end;

-- The lock on what a transaction inserts under this id, until it is visible to others. PostgreSQL streams a transaction
-- to the relay when its commit is on disk, and shows it to others a moment later: on a busy machine the answer to a message
-- may be there before the row that waits for it.
create function enrollment.lock_insert(p_id uuid) returns void language sql
begin atomic
  select pg_advisory_xact_lock(enrollment.lock_name(p_id::text));
end;

-- Waits until rows that are being inserted under these ids are visible. For who has not found them.
create function enrollment.await_inserts(p_ids uuid[]) returns void language sql
begin atomic
  select pg_advisory_xact_lock_shared(enrollment.lock_name(w.id::text)) from unnest(p_ids) as w (id);
end;

-- Fails with unique_violation if there is one already.
create function enrollment.start_saga(
  p_enrollment_id uuid, p_attempt int, p_step text, p_pause interval, p_study_version bigint, p_site_version bigint,
  p_operation_id uuid, p_correlation_id text, p_causation_id text, p_actor text, p_traceparent text, p_now timestamptz,
  p_expiry interval)
returns void language sql
begin atomic
  select enrollment.lock_insert(p_enrollment_id);
  insert into enrollment.saga
    (enrollment_id, attempt, step, due_at, study_version, site_version, operation_id, correlation_id, causation_id,
     actor, traceparent, started_at, expires_at)
  values
    (p_enrollment_id, p_attempt, p_step, now() + p_pause, p_study_version, p_site_version, p_operation_id, p_correlation_id,
     p_causation_id, p_actor, p_traceparent, p_now, now() + p_expiry);
end;

-- Moves runs from the steps seen to others; a null step ends the run, a null pause keeps the time at which it is due.
create function enrollment.move_sagas(
  p_enrollment_ids uuid[], p_seen text[], p_steps text[], p_repeats int[], p_pauses interval[], p_causation_ids text[])
returns void language plpgsql as $$
declare
  moved int;
  ended int;
begin
  update enrollment.saga s
     set step = m.step, repeats = m.repeats, due_at = coalesce(now() + m.pause, s.due_at),
         sent_lsn = pg_current_wal_insert_lsn(), causation_id = m.causation_id,
         expires_at = case when m.step in ('reserve-slot', 'hold-kits', 'randomize', 'allocate-kit') then s.expires_at end,
         failed_at = null, failures = 0, error = null
    from unnest(p_enrollment_ids, p_seen, p_steps, p_repeats, p_pauses, p_causation_ids)
         as m(enrollment_id, seen, step, repeats, pause, causation_id)
   where s.enrollment_id = m.enrollment_id and s.step = m.seen and m.step is not null;
  get diagnostics moved = row_count;
  delete from enrollment.saga s
   using unnest(p_enrollment_ids, p_seen, p_steps) as m(enrollment_id, seen, step)
   where s.enrollment_id = m.enrollment_id and s.step = m.seen and m.step is null;
  get diagnostics ended = row_count;
  if moved + ended <> cardinality(p_enrollment_ids) then
    perform enrollment.fail_as_changed('a saga');
  end if;
end $$;

-- Sets aside a run that cannot be decided, for a pause that doubles with each failure.
create function enrollment.set_saga_aside(p_enrollment_id uuid, p_error text, p_pause interval, p_longest interval)
returns void language sql
begin atomic
  update enrollment.saga
     set failed_at = coalesce(failed_at, now()), failures = failures + 1, error = left(p_error, 1000),
         due_at = now() + least(p_pause * power(2, least(failures, 20)), p_longest)
   where enrollment_id = p_enrollment_id;
end;

-- Takes operations on; p_stages has what is new.
create function enrollment.advance_operations(
  p_operation_ids uuid[], p_stage text[], p_stages jsonb[], p_reasons text[], p_versions bigint[], p_now timestamptz)
returns void language sql
begin atomic
  update enrollment.operation o
     set stage = p.stage, stages = o.stages || p.stages, reason = coalesce(p.reason, o.reason), version = p.version,
         updated_at = p_now
    from unnest(p_operation_ids, p_stage, p_stages, p_reasons, p_versions)
         as p(operation_id, stage, stages, reason, version)
   where o.operation_id = p.operation_id;
end;

-- Adds kits to a site; kits that it has quarantined are received again. Fails if the study has another of them.
create function enrollment.add_kits(p_study_id text, p_site_id text, p_kit_ids text[])
returns void language plpgsql as $$
declare
  added int;
begin
  insert into enrollment.kit as k (study_id, kit_id, site_id)
  select p_study_id, kit_id, p_site_id from unnest(p_kit_ids) as n(kit_id) order by kit_id
      on conflict (study_id, kit_id) do update set state = 'received'
         where k.site_id = p_site_id and k.state = 'quarantined';
  get diagnostics added = row_count;
  if added <> cardinality(p_kit_ids) then
    perform enrollment.fail_as_changed('a kit of study ' || p_study_id);
  end if;
end $$;

-- Gives kits of a site another state, which the table allows.
create function enrollment.move_kits(p_study_id text, p_site_id text, p_kit_ids text[], p_state text)
returns void language plpgsql as $$
declare
  moved int;
begin
  update enrollment.kit set state = p_state
   where study_id = p_study_id and site_id = p_site_id and kit_id = any (p_kit_ids) and state <> p_state;
  get diagnostics moved = row_count;
  if moved <> cardinality(p_kit_ids) then
    perform enrollment.fail_as_changed('a kit of study ' || p_study_id);
  end if;
end $$;

-- Fails if the version of the enrollment is not an unblinding.
create function enrollment.ask_arm(
  p_request_ref uuid, p_enrollment_id uuid, p_version bigint, p_reader_key bytea, p_now timestamptz)
returns void language sql
begin atomic
  select enrollment.lock_insert(p_request_ref);
  insert into enrollment.unblinding (request_ref, enrollment_id, event_id, reader_key, asked_at)
  values (p_request_ref, p_enrollment_id,
          (select event_id from enrollment.event
            where stream_type = 'enrollment' and stream_id = p_enrollment_id::text and version = p_version
              and type = 'accrual.enrollment.unblinded.v1'),
          p_reader_key, p_now);
end;
