-- The saga's participant that allocates patients to arms: permuted blocks in each stratum of a site. Written by the
-- consumer 'randomization' alone. Which arm a patient has is sealed here too (X25519, AES-GCM): the database, its WAL
-- and its backups do not tell. A study's arms themselves are no secret.
create schema randomization;

-- The version gate, as in the projection. Commands have no version: they are told apart by enrollment and attempt.
create table randomization.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates

-- Who decides holds the study's row FOR SHARE, who brings news of the study FOR UPDATE: a request is not put aside
-- while the news that it waits for is being written. The row is made by whatever comes first.
create table randomization.study (
  study_id text   primary key,
  -- Version of the study's stream that the row stands at; 0: asked about and not heard of yet.
  version  bigint not null default 0 check (version >= 0),
  -- The arms and their weights in the allocation, in the protocol's order.
  arms     text[],
  ratios   int[]  check (0 < all (ratios)),
  -- [{"name": …, "levels": […]}], in the protocol's order.
  factors  jsonb  check (jsonb_typeof(factors) = 'array'),
  check (case version when 0 then num_nulls(arms, ratios, factors) = 3
                      else num_nulls(arms, ratios, factors) = 0 and cardinality(arms) > 0
                           and cardinality(arms) = cardinality(ratios) end)
);

-- Nothing but what is locked (FOR UPDATE): a site's commands come through one partition to one process, but a process
-- that has lost its partitions may not know it yet.
create table randomization.site (
  study_id text not null references randomization.study,
  site_id  text not null,
  primary key (study_id, site_id)
);

create table randomization.stratum (
  study_id     text   not null,
  site_id      text   not null,
  -- For each factor of the study, in order, the position of the patient's level among its levels, 1 for the first. {}
  -- where the study has no factors.
  stratum      int[]  not null,
  -- How many allocations were made.
  drawn        bigint not null check (drawn > 0),
  -- How many of each arm are left in the block, sealed. Nothing outside says where a block ends or how large it was.
  sealed_block bytea  not null,
  primary key (study_id, site_id, stratum),
  foreign key (study_id, site_id) references randomization.site
) with (fillfactor = 70);

create table randomization.allocation (
  enrollment_id uuid        not null,
  -- Which request of this enrollment, 1, 2 …
  attempt       int         not null check (attempt > 0),
  study_id      text        not null,
  site_id       text        not null,
  stratum       int[]       not null,
  -- Which allocation in its stratum, 1, 2 …: each is given once.
  ordinal       bigint      not null check (ordinal > 0),
  -- By which others speak of it. Random (UUID v4): it does not even tell an order.
  allocation_id uuid        not null unique check (uuid_extract_version(allocation_id) = 4),
  sealed_arm    bytea       not null,
  allocated_at  timestamptz not null,
  primary key (enrollment_id, attempt),
  unique (study_id, site_id, stratum, ordinal),
  foreign key (study_id, site_id, stratum) references randomization.stratum
);
comment on table randomization.allocation is
  'Every allocation ever made. Whoever it was made for keeps it or it is lost: it is never given to another.';

create function randomization.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'an allocation is never changed' using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete on randomization.allocation
  for each row execute function randomization.refuse_change();
create trigger never_truncated before truncate on randomization.allocation
  for each statement execute function randomization.refuse_change();

-- As capacity.pending.
create table randomization.pending (
  enrollment_id  uuid        not null,
  attempt        int         not null check (attempt > 0),
  study_id       text        not null,
  site_id        text        not null,
  deadline       timestamptz not null,
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
create index pending_by_deadline on randomization.pending (deadline);
