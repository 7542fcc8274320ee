-- How recruitment goes: who stands where, against the target, by study, site and day. Written by the consumer
-- 'analytics' alone.
create schema analytics;

-- The version gate, as in the projection.
create table analytics.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates

create table analytics.study (
  study_id text primary key,
  title    text not null,
  -- How many participants the study is to accrue.
  target   int  not null check (target > 0)
);

-- The zone itself if the database knows it, or null. Asked once a site, so that a zone which only the writer knows does
-- not break every view that counts days.
create function analytics.known_zone(p_zone text) returns text language plpgsql stable as $$
begin
  perform now() at time zone p_zone;
  return p_zone;
exception when invalid_parameter_value then
  return null;
end $$;

create table analytics.site (
  study_id  text not null,
  site_id   text not null,
  -- As the site gave it.
  time_zone text not null,
  -- In which its days are counted; UTC where the database does not know the one above.
  day_zone  text not null,
  primary key (study_id, site_id)
);

-- One row an enrollment: where it stands, and when it first got to each stage of the funnel. The days are worked out when
-- they are asked for, since an enrollment's events may come before those of its site, and so before its time zone.
create table analytics.enrollment (
  enrollment_id  uuid        primary key,
  study_id       text        not null,
  site_id        text        not null,
  state          text        not null check (state in
                   ('candidate', 'screening', 'eligible', 'ineligible', 'pending-on-study', 'on-study', 'follow-up',
                    'off-study', 'withdrawn', 'not-registered')),
  -- The state before a withdrawal: what its reversal goes back to.
  withdrawn_from text        check (withdrawn_from is null or state in ('withdrawn', 'off-study')),
  screened_at    timestamptz not null,
  -- Null again when the assessment was corrected.
  eligible_at    timestamptz,
  -- Of the first request.
  requested_at   timestamptz,
  -- On study: what counts against the target.
  accrued_at     timestamptz,
  -- Withdrawn or off study; null again when a withdrawal was taken back.
  left_at        timestamptz,
  -- Version of the enrollment's stream, the same as in applied.
  version        bigint      not null check (version > 0)
) with (fillfactor = 80);
create index enrollment_by_study on analytics.enrollment (study_id, site_id);
comment on table analytics.enrollment is 'One row an enrollment: where it stands and when it got there.';

-- How many enrollments stand in each state: what is asked for often is not counted anew each time. Kept in the
-- transaction that moves the enrollments, and so always equal to a count of them.
create table analytics.standing (
  study_id    text   not null,
  site_id     text   not null,
  state       text   not null,
  enrollments bigint not null,
  primary key (study_id, site_id, state)
) with (fillfactor = 50); -- room for HOT updates: few rows that change with every batch

-- Not a check: "insert … on conflict" would try it on the change alone.
create function analytics.refuse_negative() returns trigger language plpgsql as $$
begin
  raise exception 'fewer than no enrollments of %/% in state %', new.study_id, new.site_id, new.state
    using errcode = 'check_violation';
end $$;
create trigger never_negative after update on analytics.standing for each row
  when (new.enrollments < 0) execute function analytics.refuse_negative();

create view analytics.accrual as
select study_id, s.title, s.target,
       sum(enrollments) filter (where state = 'on-study')                              as enrolled,
       sum(enrollments) filter (where state in ('on-study', 'follow-up', 'off-study')) as accrued,
       sum(enrollments)                                                                as enrollments
  from analytics.standing left join analytics.study s using (study_id)
 group by study_id, s.title, s.target;
comment on view analytics.accrual is
  'Accrual against target. enrolled: on study now. accrued: ever on study. target is null until the study is heard of.';

create view analytics.funnel_by_day as
select e.study_id, e.site_id, (m.at at time zone coalesce(s.day_zone, 'UTC'))::date as day,
       count(*) filter (where m.stage = 'screened')  as screened,
       count(*) filter (where m.stage = 'eligible')  as eligible,
       count(*) filter (where m.stage = 'requested') as requested,
       count(*) filter (where m.stage = 'accrued')   as accrued,
       count(*) filter (where m.stage = 'left')      as left_study
  from analytics.enrollment e
  left join analytics.site s using (study_id, site_id)
 cross join lateral (values ('screened', e.screened_at), ('eligible', e.eligible_at), ('requested', e.requested_at),
                            ('accrued', e.accrued_at), ('left', e.left_at)) as m (stage, at)
 where m.at is not null
 group by 1, 2, 3;
comment on view analytics.funnel_by_day is 'How many got to each stage on each day, in the site''s time zone.';

-- The consumer's role: its own schema and nothing else. The consumers' user must be a member of it, or log in as it.
grant usage on schema analytics to accrual_analytics;
grant select, insert, update on all tables in schema analytics to accrual_analytics;
