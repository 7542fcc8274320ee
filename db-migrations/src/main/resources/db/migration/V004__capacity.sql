-- The saga's participant that knows how many of a site's slots are taken, and by whom. Written by the consumer
-- 'capacity' alone.
create schema capacity;

-- The version gate, as in the projection. Commands have no version: they are told apart by enrollment and attempt.
create table capacity.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates

-- Locked FOR SHARE by decisions and FOR UPDATE by events of the study, as randomization.study.
create table capacity.study (
  study_id text   primary key,
  -- Version of the study's stream up to which its limits are known; 0: a command named the study before its registration
  -- arrived.
  version  bigint not null default 0 check (version >= 0)
);

-- Where the enrollment of a study stops. Decisions lock all limits of their study FOR UPDATE, before sites; studies
-- without limits have no rows, so their sites are decided side by side.
create table capacity.study_limit (
  study_id text  not null references capacity.study,
  -- 0: the study's target. Otherwise the place of the cap in the registration, from 1.
  number   int   not null check (number >= 0),
  -- {"factor": "level"}: counts patients who have all of these levels.
  levels   jsonb not null check (jsonb_typeof(levels) = 'object' and (number = 0) = (levels = '{}')),
  most     int   not null check (most > 0),
  -- Patients with a reservation, and patients whose enrollment was confirmed at any time.
  taken    int   not null default 0 check (taken between 0 and most),
  primary key (study_id, number)
) with (fillfactor = 70);
comment on table capacity.study_limit is
  'The limits of studies (target, caps on strata), and how many patients count for each. Written by the consumer only.';

-- A decision about a site locks its row FOR UPDATE until commit. Commands of a site arrive through one partition, but its
-- events through another topic's, perhaps in another process. The first message of either kind inserts the row.
create table capacity.site (
  study_id text    not null,
  site_id  text    not null,
  -- Version of the site's stream up to which the row is current; 0: a command named the site before its activation
  -- arrived.
  version  bigint  not null default 0 check (version >= 0),
  active   boolean not null default false,
  capacity int     not null default 0 check (capacity >= 0),
  -- As many as its reservations in state 'reserved'. A counter, since counting them would cost more with every patient.
  taken    int     not null default 0 check (taken >= 0),
  primary key (study_id, site_id),
  check (version > 0 or (not active and capacity = 0 and taken = 0))
) with (fillfactor = 70);
comment on table capacity.site is
  'Slots of every site. taken is above capacity only where capacity was lowered below what was taken.';

-- A check (taken <= capacity) would forbid lowering the capacity of a full site, which must only stop new patients.
create function capacity.refuse_overbooking() returns trigger language plpgsql as $$
begin
  raise exception 'site %/% has no free slot', new.study_id, new.site_id using errcode = 'check_violation';
end $$;
create trigger no_overbooking before update on capacity.site for each row
  when (new.taken > old.taken and (new.taken > new.capacity or not new.active))
  execute function capacity.refuse_overbooking();

-- One row for each request that was decided. Rows are kept: a repeated command gets the first answer, and a release that
-- arrived first (a tombstone) still bars its reservation.
create table capacity.reservation (
  enrollment_id uuid        not null,
  -- Which request of this enrollment, 1, 2 …
  attempt       int         not null check (attempt > 0),
  study_id      text        not null,
  site_id       text        not null,
  state         text        not null check (state in ('reserved', 'refused', 'released')),
  reason        text        check (reason in ('SITE_CAPACITY_EXHAUSTED', 'SITE_NOT_ACTIVE',
                                                           'STUDY_TARGET_REACHED', 'STRATUM_FULL')),
  updated_at    timestamptz not null,
  -- Numbers of the study's limits that count the patient: while reserved, and after the release of a confirmed enrollment.
  limits        int[]       not null default '{}' check (state <> 'refused' or limits = '{}'),
  primary key (enrollment_id, attempt),
  foreign key (study_id, site_id) references capacity.site,
  check ((state = 'refused') = (reason is not null))
) with (fillfactor = 80);
comment on table capacity.reservation is 'Who has a slot (reserved), was refused one, or gave it back (released).';

-- Requests that wait for events that they rest on. They are decided when these arrive, unless they are released before.
create table capacity.pending (
  enrollment_id  uuid        not null,
  attempt        int         not null check (attempt > 0),
  study_id       text        not null,
  site_id        text        not null,
  -- The command: plain Avro.
  type           text        not null,
  schema_version int         not null check (schema_version > 0),
  payload        bytea       not null,
  -- For the headers of the answer: the command's ce_id and its conversation.
  command_id     uuid        not null,
  correlation_id text        not null,
  actor          text        not null,
  traceparent    text        not null,
  -- The order of arrival.
  arrival        bigint      not null generated always as identity,
  primary key (enrollment_id, attempt),
  foreign key (study_id, site_id) references capacity.site
);
create index pending_by_site on capacity.pending (study_id, site_id);

-- Sites with their places, for site systems and people: the facts from the projection, the places from capacity. Free
-- places of an inactive site are 0, since it accepts no patients.
create schema if not exists ops;
create view ops.sites as
select s.study_id, s.site_id, s.active, s.capacity, coalesce(c.taken, 0) as taken,
       case when s.active then greatest(s.capacity - coalesce(c.taken, 0), 0) else 0 end as free,
       (select count(*) from capacity.pending p where p.study_id = s.study_id and p.site_id = s.site_id)::int as waiting,
       s.time_zone, s.version, s.updated_at
  from projection.site s
  left join capacity.site c on c.study_id = s.study_id and c.site_id = s.site_id;
comment on view ops.sites is 'Every site with its capacity and how many of its places are taken and free. Nothing in it depends on the arms.';
