-- The saga of a requested enrollment, as enrollment-core runs it. What it has for the patient stands on the enrollment's
-- stream; here stands what it waits for. Written in the transaction of the events and of the messages to participants.

create table enrollment.saga (
  -- One run at a time. The row goes when the run is over.
  enrollment_id  uuid        primary key references enrollment.attempt,
  -- Which request of this enrollment, 1, 2 …: what participants tell runs apart by.
  attempt        int         not null check (attempt > 0),
  -- What it waits for. Forward: each step must be answered by due_at. release-…: what was taken goes back, then the
  -- request is rejected. return-slot: the slot of a patient who left the study goes back; nothing is left to decide. A run
  -- never comes back to a step that it has left, so that the step tells whether it has moved since it was read.
  step           text        not null check (step in ('reserve-slot', 'hold-kits', 'randomize', 'allocate-kit',
                                                      'release-kits', 'release-slot', 'return-slot')),
  -- When the step fails (forward), or is asked for again until it is acknowledged (release, return).
  due_at         timestamptz not null,
  -- Versions of the streams of study and site that the request was accepted on: participants decide on none older.
  study_version  bigint      not null check (study_version >= 0),
  site_version   bigint      not null check (site_version >= 0),
  -- What follows it for the client.
  operation_id   uuid        references enrollment.operation,
  -- The conversation, and what put the run where it stands: what a deadline tells is told with these.
  correlation_id text        not null,
  causation_id   text        not null,
  actor          text        not null,
  traceparent    text        not null,
  started_at     timestamptz not null,
  check ((step = 'return-slot') = (operation_id is null)),
  check (operation_id is null or (study_version > 0 and site_version > 0))
) with (fillfactor = 70); -- a run moves up to six times
create unique index saga_operation on enrollment.saga (operation_id);
create index saga_due_at on enrollment.saga (due_at);
comment on table enrollment.saga is
  'Runs under way. due_at well in the past: no enrollment-core runs, or it cannot reach this database.';

-- Kits that sites have received, so that none comes twice. Which arm they are of is not here.
create table enrollment.kit (
  study_id text not null,
  kit_id   text not null,
  site_id  text not null,
  primary key (study_id, kit_id),
  foreign key (study_id, site_id) references enrollment.site_head
);

-- Questions for a patient's arm that somebody waits for. The answer is sealed to a key that only the asking call has, in
-- its memory; the row goes when that call has ended.
create table enrollment.unblinding (
  request_ref   uuid        primary key,
  enrollment_id uuid        not null references enrollment.attempt,
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

-- Fails with unique_violation if there is one already.
create function enrollment.start_saga(
  p_enrollment_id uuid, p_attempt int, p_step text, p_due_at timestamptz, p_study_version bigint, p_site_version bigint,
  p_operation_id uuid, p_correlation_id text, p_causation_id text, p_actor text, p_traceparent text, p_now timestamptz)
returns void language sql
begin atomic
  insert into enrollment.saga
    (enrollment_id, attempt, step, due_at, study_version, site_version, operation_id, correlation_id, causation_id,
     actor, traceparent, started_at)
  values
    (p_enrollment_id, p_attempt, p_step, p_due_at, p_study_version, p_site_version, p_operation_id, p_correlation_id,
     p_causation_id, p_actor, p_traceparent, p_now);
end;

-- Moves runs from the steps seen to others; a null step ends the run.
create function enrollment.move_sagas(
  p_enrollment_ids uuid[], p_seen text[], p_steps text[], p_due_at timestamptz[], p_causation_ids text[])
returns void language plpgsql as $$
declare
  moved int;
  ended int;
begin
  update enrollment.saga s set step = m.step, due_at = m.due_at, causation_id = m.causation_id
    from unnest(p_enrollment_ids, p_seen, p_steps, p_due_at, p_causation_ids)
         as m(enrollment_id, seen, step, due_at, causation_id)
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

-- Fails with unique_violation if the study has one of them already.
create function enrollment.add_kits(p_study_id text, p_site_id text, p_kit_ids text[]) returns void language sql
begin atomic
  insert into enrollment.kit (study_id, kit_id, site_id)
  select p_study_id, kit_id, p_site_id from unnest(p_kit_ids) as k(kit_id) order by kit_id;
end;

create function enrollment.ask_arm(p_request_ref uuid, p_enrollment_id uuid, p_now timestamptz)
returns void language sql
begin atomic
  insert into enrollment.unblinding (request_ref, enrollment_id, asked_at) values (p_request_ref, p_enrollment_id, p_now);
end;
