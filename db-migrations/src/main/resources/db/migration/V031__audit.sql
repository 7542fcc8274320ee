-- The audit trail: every event of studies, sites and enrollments and every answer of the saga's participants: who, what,
-- when, why. Written by the consumer 'audit' alone.
--
-- What makes tampering visible: the entries of a study are numbered without a gap, and each carries the SHA-256 of the
-- hash before it and of its own fields. Who changes, removes, moves or adds an entry breaks the chain there, or must
-- compute all later hashes anew; then, and when the end of the chain is cut off, it no longer holds the head that was
-- exported earlier and is kept elsewhere. Without such a head nobody can tell.
create schema audit;

-- The version gate, as in the projection. Answers have no version: they are told apart by their event_id.
create table audit.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates

create table audit.entry (
  study_id       text        not null,
  -- 1, 2, 3 … in its study: the order in which the consumer took them in. Within a stream that is the order of the
  -- stream; between streams there is none but the times.
  position       bigint      not null check (position > 0),
  event_id       uuid        not null,
  topic          text        not null,
  -- The stream: a study, study/site, or an enrollment. Of answers: study/site.
  key            text        not null,
  -- Of the stream; 0 where there is none, as of answers.
  version        bigint      not null check (version >= 0),
  type           text        not null,
  -- Whom it is about, where it is about one enrollment.
  enrollment_id  uuid,
  -- Who did it; empty where nobody was named, as when a deadline passes.
  actor          text        not null,
  -- How that is known. asserted: the caller said so and nobody checked.
  actor_basis    text        not null check (actor_basis = 'asserted'),
  recorded_at    timestamptz not null,
  -- The same, but where the event says when it happened, as a consent that was signed earlier.
  happened_at    timestamptz not null,
  -- Why, where the event has a reason; empty otherwise.
  reason         text        not null,
  correlation_id text        not null,
  -- The request, or the message, that caused it; empty where none is known.
  causation_id   text        not null,
  -- The event's fields. Of sealed ones there is only the SHA-256: the trail tells nobody an arm, whatever becomes of the
  -- keys. Type json, which keeps the text as it was hashed; jsonb would write it anew.
  content        json        not null,
  -- SHA-256 over the hash before (of the first entry: over 'accrual.audit.v1 ' and the study's id) and then of every
  -- column above, in this order, its text's length in UTF-8 as 4 bytes and the text; times as microseconds since 1970,
  -- null as the empty text.
  hash           bytea       not null check (length(hash) = 32),
  primary key (study_id, position),
  -- An answer that comes again is no second entry.
  unique (study_id, event_id)
);
create index entry_of_enrollment on audit.entry (enrollment_id, position) where enrollment_id is not null;
comment on table audit.entry is 'Append-only and chained: VerifyAuditTrail finds what was tampered with.';

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit.entry is append-only' using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete on audit.entry
  for each row execute function audit.refuse_change();
create trigger never_truncated before truncate on audit.entry
  for each statement execute function audit.refuse_change();

create view audit.head as
select distinct on (study_id) study_id, position, recorded_at, position || ':' || encode(hash, 'hex') as head
  from audit.entry order by study_id, position desc;
comment on view audit.head is
  'What to export and keep elsewhere: VerifyAuditTrail compares the trail with it later. head is its expected_head.';

-- The consumer writes as this role, which can add and read entries and nothing else. The consumers' user must be a member
-- of it. Triggers hold everybody else, but not the table's owner, who can drop them: for that there is the chain.
grant usage on schema audit to accrual_audit;
grant select, insert on audit.entry to accrual_audit;
grant select on audit.head to accrual_audit;
grant select, insert, update on audit.applied to accrual_audit;
