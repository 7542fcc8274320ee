-- The read side's view of enrollments and sites, built from the topics by the projection consumer alone.
create schema projection;

-- The version gate: how far each stream has been applied. Grows with streams, not with events. Written in the
-- transaction of the effects, so that an event takes effect exactly once however often it arrives. It covers the
-- study topic too, which has no table here: a reader may hold a study's consistency token.
create table projection.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates: this row changes with every event of its stream

-- Only the primary key and the list order are indexed, and no indexed column ever changes: an update stays HOT.
-- Lists by state filter while they walk a study or a site in order, since an index on state would cost every event.
create table projection.enrollment (
  -- UUID v7: orders by time.
  enrollment_id uuid        primary key,
  study_id      text        not null,
  site_id       text        not null,
  patient_id    text        not null,
  state         text        not null check (state in
                  ('candidate', 'screening', 'eligible', 'ineligible', 'pending-on-study', 'on-study', 'follow-up',
                   'off-study', 'withdrawn', 'not-registered')),
  -- The state before a withdrawal: what its reversal goes back to.
  withdrawn_from text       check (withdrawn_from is null or state in ('withdrawn', 'off-study')),
  -- Version of the enrollment's stream, the same as in applied.
  version       bigint      not null check (version > 0),
  -- Why it stands where it stands: of a rejection (UPPER_SNAKE) or a withdrawal (free text).
  reason        text,
  screened_at   timestamptz not null,
  -- Of the latest request, confirmed or not.
  requested_at  timestamptz,
  confirmed_at  timestamptz,
  updated_at    timestamptz not null,
  -- The kit to hand over; it stays the patient's after the end of the study.
  kit_id        text,
  -- The number that the site displays for the patient's allocation; independent of the arm.
  randomization_number text,
  check ((confirmed_at is null) = (kit_id is null)),
  check ((confirmed_at is null) = (randomization_number is null))
) with (fillfactor = 80);
comment on table projection.enrollment is
  'Every enrollment as of its version; follows enrollment.event by milliseconds. Written by the consumer only.';

-- ListEnrollments, newest first: within a study, within a site of it; within nothing by the primary key.
create index enrollment_by_study on projection.enrollment (study_id, enrollment_id desc);
create index enrollment_by_site on projection.enrollment (study_id, site_id, enrollment_id desc);
create index enrollment_by_patient on projection.enrollment (study_id, patient_id, enrollment_id desc);

create table projection.site (
  -- Key of the site's stream: study/site.
  stream     text        primary key,
  study_id   text        not null,
  site_id    text        not null,
  active     boolean     not null,
  capacity   int         not null check (capacity >= 0),
  time_zone  text        not null,
  -- Version of the site's stream.
  version    bigint      not null check (version > 0),
  updated_at timestamptz not null,
  unique (study_id, site_id)
);
comment on table projection.site is
  'Every site of a study as of its version; follows enrollment.event by milliseconds. Written by the consumer only.';
