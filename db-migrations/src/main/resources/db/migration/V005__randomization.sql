-- The saga's participant that allocates patients to arms: permuted blocks in each stratum. Written by the consumer
-- 'randomization' alone. A patient's arm is sealed here too (X25519, AES-GCM): neither the database nor its WAL and its
-- backups reveal it. A study's arms themselves are no secret.
create schema randomization;

-- The version gate, as in the projection. Commands have no version: they are told apart by enrollment and attempt.
create table randomization.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates

-- A command locks the study's row FOR SHARE, an event of the study FOR UPDATE: a request is not set aside while the event
-- that it waits for is being written. The first message of either kind inserts the row.
create table randomization.study (
  study_id text   primary key,
  -- Version of the study's stream up to which the row is current; 0: a command named the study before its registration
  -- arrived.
  version  bigint not null default 0 check (version >= 0),
  -- The arms and their weights in the allocation, in the protocol's order.
  arms     text[],
  ratios   int[]  check (0 < all (ratios)),
  -- [{"name": …, "levels": […]}], in the protocol's order.
  factors  jsonb  check (jsonb_typeof(factors) = 'array'),
  -- A block is one of these multiples of the ratio in lowest terms.
  block_multiples  int[]   check (0 < all (block_multiples) and cardinality(block_multiples) > 0),
  -- Whether each site has strata of its own; otherwise the study's strata are central.
  stratify_by_site boolean,
  -- The schedule of every stratum follows from the seed by the algorithm of this name and version.
  algorithm   text,
  -- 32 random bytes, sealed; generated with the registration, before the first allocation.
  sealed_seed bytea,
  -- SHA-256 over the algorithm, the design and the seed. Each answer to a request carries it, so that the audit trail
  -- shows that the schedule was fixed before the allocation and never changed.
  commitment  bytea check (length(commitment) = 32),
  check (case version when 0 then num_nonnulls(arms, ratios, factors, block_multiples, stratify_by_site, algorithm,
                                               sealed_seed, commitment) = 0
                      else num_nulls(arms, ratios, factors, block_multiples, stratify_by_site, algorithm, sealed_seed,
                                     commitment) = 0
                           and cardinality(arms) > 0 and cardinality(arms) = cardinality(ratios) end)
);

create function randomization.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'a schedule or an allocation is never changed' using errcode = 'restrict_violation';
end $$;
create trigger schedule_is_fixed before update on randomization.study for each row
  when (old.commitment is not null and (new.commitment, new.sealed_seed, new.algorithm)
                                       is distinct from (old.commitment, old.sealed_seed, old.algorithm))
  execute function randomization.refuse_change();

-- A site's commands come through one partition to one process, but a process that has lost its partitions may not know
-- it yet: the row is locked (FOR UPDATE).
create table randomization.site (
  study_id text not null references randomization.study,
  site_id  text not null,
  -- How many randomization numbers the site has used.
  numbered bigint not null default 0 check (numbered >= 0),
  primary key (study_id, site_id)
) with (fillfactor = 70);

create table randomization.stratum (
  study_id text   not null references randomization.study,
  -- '' where the study's strata are central.
  site_id  text   not null,
  -- For each factor of the study, in order, the position of the patient's level among its levels, 1 for the first. {}
  -- where the study has no factors.
  stratum  int[]  not null,
  -- How many places of its schedule are used. The schedule itself, blocks and their sizes included, is stored nowhere:
  -- it follows from the sealed seed.
  drawn    bigint not null default 0 check (drawn >= 0),
  primary key (study_id, site_id, stratum)
) with (fillfactor = 70);

-- The places of the schedules that are used: each belongs to one patient, and a patient has one in a stratum.
create table randomization.place (
  -- Names the allocation to others. Random (UUID v4): it does not reveal an order.
  allocation_id uuid        primary key check (uuid_extract_version(allocation_id) = 4),
  study_id      text        not null,
  site_id       text        not null,
  stratum       int[]       not null,
  -- Position in the stratum's schedule, 1, 2 …; with the seed it determines block, position in the block, and arm.
  ordinal       bigint      not null check (ordinal > 0),
  patient_id    text        not null,
  -- What a site displays: SITE-0001, SITE-0002 … in the order of the site's allocations, whatever their strata.
  randomization_number text not null,
  unique (study_id, site_id, stratum, ordinal),
  unique (study_id, patient_id, site_id, stratum),
  unique (study_id, randomization_number),
  foreign key (study_id, site_id, stratum) references randomization.stratum
);
comment on table randomization.place is
  'Every place of a schedule that was used, with its patient. A later request of the patient in the stratum gets it again.';

create table randomization.allocation (
  enrollment_id uuid        not null,
  -- Which request of this enrollment, 1, 2 …
  attempt       int         not null check (attempt > 0),
  allocation_id uuid        not null references randomization.place,
  -- The arm, sealed for this request.
  sealed_arm    bytea       not null,
  allocated_at  timestamptz not null,
  primary key (enrollment_id, attempt)
);
comment on table randomization.allocation is
  'Every request that was allocated. Several requests of one patient in one stratum share an allocation_id.';
-- Written by the command that prints a study's schedules, before it opens the seed.
create table randomization.schedule_access (
  access_id   uuid        primary key default uuidv7(),
  study_id    text        not null references randomization.study,
  accessed_by text        not null check (length(accessed_by) between 1 and 256),
  reason      text        not null check (length(reason) between 1 and 500),
  accessed_at timestamptz not null default clock_timestamp()
);
comment on table randomization.schedule_access is 'Who printed the allocation schedules of a study, when and why.';

do $$
declare
  t text;
begin
  foreach t in array array['place', 'allocation', 'schedule_access'] loop
    execute format('create trigger append_only before update or delete on randomization.%I
                      for each row execute function randomization.refuse_change()', t);
    execute format('create trigger never_truncated before truncate on randomization.%I
                      for each statement execute function randomization.refuse_change()', t);
  end loop;
end $$;

-- As capacity.pending.
create table randomization.pending (
  enrollment_id  uuid        not null,
  attempt        int         not null check (attempt > 0),
  study_id       text        not null,
  site_id        text        not null,
  type           text        not null,
  schema_version int         not null check (schema_version > 0),
  payload        bytea       not null,
  command_id     uuid        not null,
  correlation_id text        not null,
  actor          text        not null,
  traceparent    text        not null,
  arrival        bigint      not null generated always as identity,
  primary key (enrollment_id, attempt),
  foreign key (study_id, site_id) references randomization.site
);
create index pending_by_site on randomization.pending (study_id, site_id);
