-- The read side's view of enrollments and sites, built from the topics by the projection consumer alone.
create schema projection;

-- The version gate: how far each stream has been applied. Grows with streams, not with events. Written in the
-- transaction of the effects, so that an event takes effect exactly once however often it arrives.
create table projection.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates: this row changes with every event of its stream

create table projection.enrollment (
  enrollment_id uuid        primary key,
  study_id      text        not null,
  site_id       text        not null,
  patient_id    text        not null,
  state         text        not null check (state in
                  ('candidate', 'screening', 'eligible', 'ineligible', 'pending-on-study', 'on-study', 'follow-up',
                   'off-study', 'withdrawn', 'not-registered')),
  version       bigint      not null check (version > 0),
  reason        text,
  screened_at   timestamptz not null,
  requested_at  timestamptz,
  confirmed_at  timestamptz,
  updated_at    timestamptz not null
) with (fillfactor = 80);

-- ListEnrollments: newest first within a study, a site, a state. enrollment_id is a UUID v7, so it orders by time.
create index enrollment_by_site on projection.enrollment (study_id, site_id, enrollment_id desc);
create index enrollment_by_patient on projection.enrollment (patient_id);

create table projection.site (
  study_id  text    not null,
  site_id   text    not null,
  active    boolean not null,
  capacity  int     not null,
  time_zone text    not null,
  version   bigint  not null,
  primary key (study_id, site_id)
);
