-- Messages to participants: a welcome when an enrollment is confirmed, by e-mail and as a text message. Written by the
-- consumer 'notification' alone: it records in the events' transaction what is to be sent, and a sender works that off.
create schema notification;

-- The version gate, as in the projection.
create table notification.applied (
  topic   text   not null,
  key     text   not null,
  version bigint not null check (version > 0),
  primary key (topic, key)
) with (fillfactor = 70); -- room for HOT updates

-- The one place where it is written how a participant can be reached: encrypted (AES-256-GCM) with a key that is in the
-- configuration and nowhere here; bound to study and patient, so that two rows cannot be exchanged. A patient id is a
-- pseudonym of one study: another study's patient of the same id is another person.
create table notification.contact (
  study_id   text        not null,
  patient_id text        not null,
  email      bytea,
  phone      bytea,
  -- As the caller asserted; empty if the caller named none.
  set_by     text        not null,
  set_at     timestamptz not null,
  primary key (study_id, patient_id),
  check (email is not null or phone is not null)
);
comment on table notification.contact is 'How participants can be reached, encrypted. Set by SetContact; in no event.';

-- What remains after EraseContact: that and when it was done, and by whom.
create table notification.contact_erasure (
  study_id   text        not null,
  patient_id text        not null,
  -- As the caller asserted; empty if the caller named none.
  erased_by  text        not null,
  erased_at  timestamptz not null default now(),
  primary key (study_id, patient_id, erased_at)
);
comment on table notification.contact_erasure is 'Contacts that EraseContact deleted. Insert only.';

create table notification.message (
  -- UUID v7: orders by time.
  notification_id uuid        primary key default uuidv7(),
  -- The event that it is about: one message for each event and channel, however often the event comes.
  event_id        uuid        not null,
  channel         text        not null check (channel in ('email', 'text')),
  template        text        not null,
  study_id        text        not null,
  site_id         text        not null,
  enrollment_id   uuid        not null,
  patient_id      text        not null,
  -- intended -> sending -> sent | refused; back to intended if it was not accepted; in-doubt if nobody knows.
  -- intended   recorded, to be sent at due_at
  -- sending    a sender has it until lease_until
  -- sent       accepted by the server or gateway
  -- refused    refused for good, by the server or for what the message is
  -- in-doubt   its sender ended, or was cut off, before it knew whether the message was accepted. Sent again under the
  --            same message_id at due_at; without due_at an operator decides (ResolveNotification)
  -- skipped    not to be sent: reason says why
  state           text        not null check (state in
                    ('intended', 'sending', 'sent', 'refused', 'in-doubt', 'skipped')),
  -- Of skipped: NO_CONTACT, NO_GATEWAY, TOO_OLD.
  reason          text        check (reason ~ '^[A-Z][A-Z_]*$'),
  -- Made from event_id: the Message-ID of a mail, the Idempotency-Key of a text message.
  message_id      text        not null unique,
  attempts        int         not null default 0 check (attempts >= 0),
  -- How often it was in doubt: more than 0 means that it may have arrived more than once, and stays.
  doubts          int         not null default 0 check (doubts >= 0),
  due_at          timestamptz,
  lease_until     timestamptz,
  -- What the server or gateway said when it accepted.
  receipt         text,
  -- What went wrong last.
  last_error      text,
  correlation_id  text        not null,
  -- When the event was recorded.
  event_time      timestamptz not null,
  created_at      timestamptz not null default now(),
  sent_at         timestamptz,
  updated_at      timestamptz not null default now(),
  unique (event_id, channel),
  check ((state = 'sending') = (lease_until is not null)),
  check ((state = 'skipped') = (reason is not null)),
  check ((state = 'sent') = (sent_at is not null)),
  check (state <> 'intended' or due_at is not null)
) with (fillfactor = 70);
create index message_due on notification.message (channel, due_at) where due_at is not null;
create index message_lease on notification.message (lease_until) where state = 'sending';
create index message_in_doubt on notification.message (notification_id desc) where state = 'in-doubt';
create index message_by_patient on notification.message (study_id, patient_id);
create index message_by_enrollment on notification.message (enrollment_id);
comment on table notification.message is
  'Every message: what is to be sent, what became of it. state in-doubt or doubts > 0: it may have arrived twice.';

-- What operators decided about messages, and why. Insert only.
create table notification.decision (
  notification_id uuid        not null references notification.message,
  decision        text        not null check (decision in ('send', 'settle')),
  decided_by      text        not null,
  reason          text        not null,
  decided_at      timestamptz not null default now()
);
create index decision_of_message on notification.decision (notification_id);

create view notification.outcome as
select channel, state, reason, count(*) as messages, sum(doubts) as doubts, max(updated_at) as newest
  from notification.message group by channel, state, reason;
comment on view notification.outcome is 'How many messages of each channel are in which state.';

-- The consumer's role: its own schema and nothing else. The consumers' user must be a member of it, or log in as it.
grant usage on schema notification to accrual_notification;
grant select, insert, update on notification.applied, notification.message to accrual_notification;
grant select, insert, update, delete on notification.contact to accrual_notification;
grant select, insert on notification.decision, notification.contact_erasure to accrual_notification;
grant select on notification.outcome to accrual_notification;
