-- What WatchEnrollment tells: where an enrollment stood after each of its events. Insert-only, a row an event, written in
-- the transaction that moves projection.enrollment, so that a watcher never sees one without the other. No index but the
-- key: it is read by enrollment, from a version on.
create table projection.enrollment_history (
  enrollment_id uuid        not null,
  -- Version of the enrollment's stream after the event.
  version       bigint      not null check (version > 0),
  event_type    text        not null,
  state         text        not null check (state in
                  ('candidate', 'screening', 'eligible', 'ineligible', 'pending-on-study', 'on-study', 'follow-up',
                   'off-study', 'withdrawn', 'not-registered')),
  -- Why it happened, where the event says so.
  reason        text,
  recorded_at   timestamptz not null,
  primary key (enrollment_id, version)
);
comment on table projection.enrollment_history is
  'Every event of every enrollment and where it led; follows enrollment.event by milliseconds. Written by the consumer only.';

-- A reversed withdrawal goes back to the reason there was before, as it does to the state.
alter table projection.enrollment
  add column reason_before text check (reason_before is null or withdrawn_from is not null);
