-- The saga's participant that knows a site's kits. Written by the consumer 'supply' alone. Which arm a kit is of is
-- sealed here as it is on its way: the consumer opens kits in memory only. There is no token that would find kits of
-- one arm, since equal tokens would already group them.
create schema supply;

-- The version gate, as in the projection. Commands have no version: enrollment and attempt identify them.
create table supply.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates

-- Locked FOR SHARE to decide a request and FOR UPDATE to apply an event of the study, as randomization.study.
create table supply.study (
  study_id text   primary key,
  -- Version of the study's stream that was applied last; 0: a request came before its first event.
  version  bigint not null default 0 check (version >= 0),
  -- The protocol's arms: a patient may start only where there is a kit of each.
  arms     text[],
  check ((version = 0) = (arms is null)),
  check (cardinality(arms) > 0)
);

-- Locked FOR UPDATE to decide a request and to apply an event of the site, as capacity.site.
create table supply.site (
  study_id text   not null references supply.study,
  site_id  text   not null,
  -- Version of the site's stream that was applied last; 0: a request came before its first event.
  version  bigint not null default 0 check (version >= 0),
  primary key (study_id, site_id)
) with (fillfactor = 70);

-- A hold sets aside one kit of every arm, but names none: a site's kits must exceed its holds in every arm. Were the
-- kits named, those held together would be known to be of different arms.
create table supply.hold (
  enrollment_id uuid        not null,
  -- Which request of this enrollment, 1, 2 …
  attempt       int         not null check (attempt > 0),
  study_id      text        not null,
  site_id       text        not null,
  -- held -> allocated -> released. Kept: a command may come again at any time and gets its first answer, and a release
  -- that came first (a tombstone) still bars its hold.
  state         text        not null check (state in ('held', 'refused', 'allocated', 'released')),
  updated_at    timestamptz not null,
  primary key (enrollment_id, attempt),
  foreign key (study_id, site_id) references supply.site,
  -- For kits to refer to.
  unique (enrollment_id, attempt, study_id, site_id, state)
) with (fillfactor = 80);
create index hold_held on supply.hold (study_id, site_id) where state = 'held';

create table supply.kit (
  study_id      text        not null,
  kit_id        text        not null,
  site_id       text        not null,
  sealed_arm    bytea       not null,
  -- Kits that expire on the same day are read from a random place on: in order of arrival, a kit that is passed over
  -- would be known to be of another arm than the one taken after it.
  place         uuid        not null default gen_random_uuid(),
  received_at   timestamptz not null,
  -- As the site recorded it. Held, allocated and dispensed kits are received here.
  state         text        not null default 'received' check (state in ('received', 'quarantined', 'returned', 'destroyed')),
  lot           text        not null default '',
  -- Last day on which it may be used. It is allocated until the day before, in UTC, which is never after that day at any
  -- site. infinity: it does not expire.
  expiry_date   date        not null default 'infinity',
  -- The request that has it, or had it, where a patient returned it; null: it was never given out.
  enrollment_id uuid,
  attempt       int,
  holder_state  text        generated always as (case when enrollment_id is not null then 'allocated' end) stored,
  primary key (study_id, kit_id),
  foreign key (study_id, site_id) references supply.site,
  check ((enrollment_id is null) = (attempt is null)),
  check (state <> 'returned' or enrollment_id is not null),
  -- Only a hold of this site in state allocated has a kit, and only one. Checked at commit, since a
  -- hold and its kit change in two statements.
  foreign key (enrollment_id, attempt, study_id, site_id, holder_state)
    references supply.hold (enrollment_id, attempt, study_id, site_id, state) deferrable initially deferred,
  unique (enrollment_id, attempt)
) with (fillfactor = 80);
create index kit_available on supply.kit (study_id, site_id, expiry_date, place)
  where enrollment_id is null and state = 'received';
comment on table supply.kit is 'Every kit that a site received, its state, and who has it. Its arm is sealed.';

create function supply.refuse_kit_change() returns trigger language plpgsql as $$
begin
  raise exception 'kit % of study % is % and cannot become %, or be allocated', old.kit_id, old.study_id, old.state,
    new.state using errcode = 'restrict_violation';
end $$;
-- As enrollment.kit: destroyed is final, and a returned kit can only be destroyed. Only a received kit gets a holder.
create trigger kit_states before update on supply.kit for each row
  when (new.site_id <> old.site_id
        or new.state <> old.state and (old.state, new.state) not in (
          ('received', 'quarantined'), ('received', 'returned'), ('quarantined', 'received'),
          ('quarantined', 'returned'), ('quarantined', 'destroyed'), ('returned', 'destroyed'))
        or new.state <> 'received' and new.enrollment_id is not null and new.enrollment_id is distinct from old.enrollment_id)
  execute function supply.refuse_kit_change();

-- As capacity.pending.
create table supply.pending (
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
  foreign key (study_id, site_id) references supply.site
);
create index pending_by_site on supply.pending (study_id, site_id);
