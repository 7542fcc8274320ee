-- Whether the participants hold what the enrollments are entitled to. Participants decide on their own tables, which no
-- consumer can rebuild: here an operator sees, by site, that places, kits and enrollments still agree.
--
-- While sagas run, or a consumer is behind, the differences may be other than 0 for as long. With sagas and holds at 0 and no
-- lag they must all be 0: a difference that stays is a place or a kit that is lost, or one too many.
create view ops.saga_balance as
with sagas as (
  select a.study_id, a.site_id, count(*) as running
    from enrollment.saga s join enrollment.attempt a using (enrollment_id) group by 1, 2),
patients as (
  select study_id, site_id, count(*) filter (where state in ('on-study', 'follow-up')) as in_study,
         count(confirmed_at) as confirmed
    from projection.enrollment group by 1, 2),
reservations as (
  select study_id, site_id, count(*) as reserved from capacity.reservation where state = 'reserved' group by 1, 2),
holds as (
  select study_id, site_id, count(*) as held from supply.hold where state = 'held' group by 1, 2),
kits as (
  select study_id, site_id, count(*) as given from supply.kit where enrollment_id is not null group by 1, 2),
sites as (
  select study_id, site_id from capacity.site union select study_id, site_id from supply.site
  union select study_id, site_id from projection.site),
counts as (
  select study_id, site_id, coalesce(running, 0) as sagas, coalesce(held, 0) as holds,
         coalesce(in_study, 0) as in_study, coalesce(c.taken, 0) as places_taken, coalesce(reserved, 0) as places_reserved,
         coalesce(confirmed, 0) as confirmed, coalesce(given, 0) as kits_given
    from sites
    left join sagas using (study_id, site_id)
    left join patients using (study_id, site_id)
    left join (select study_id, site_id, taken from capacity.site) c using (study_id, site_id)
    left join reservations using (study_id, site_id)
    left join holds using (study_id, site_id)
    left join kits using (study_id, site_id))
select *, places_taken - places_reserved as counter_difference, places_reserved - in_study as places_difference,
       kits_given - confirmed as kits_difference
  from counts;
comment on view ops.saga_balance is
  'By site: places and kits given out against the enrollments. Without running sagas and lag all differences are 0.';
comment on column ops.saga_balance.sagas is 'Sagas that run now: each explains a difference of 1.';
comment on column ops.saga_balance.holds is 'Requests that wait for one of the kits held for them.';
comment on column ops.saga_balance.in_study is 'Patients on study or in follow-up: each has a place.';
comment on column ops.saga_balance.places_taken is 'Places taken, as capacity counts them.';
comment on column ops.saga_balance.places_reserved is 'Reservations that have a place.';
comment on column ops.saga_balance.confirmed is 'Enrollments that were confirmed, also those that ended: each was given a kit.';
comment on column ops.saga_balance.kits_given is 'Kits that a request was given.';
comment on column ops.saga_balance.counter_difference is 'places_taken - places_reserved: always 0.';
comment on column ops.saga_balance.places_difference is 'places_reserved - in_study. Above 0: places without a patient. Below 0: patients without a place.';
comment on column ops.saga_balance.kits_difference is 'kits_given - confirmed. Above 0: kits whose patient is not on study. Below 0: patients without a kit.';
