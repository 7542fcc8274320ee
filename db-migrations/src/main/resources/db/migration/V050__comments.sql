-- Comments that psql shows (\d+) and tools read, for every table, view and column that operators and SQL teams see. The
-- reasons for a table's form are beside its definition; here is what a value means. TableRulesIT fails on one without.

-- enrollment: the write side. Read it; write through the API.
comment on table enrollment.study_head is 'The current state of every study: what the fold of its stream says. Written with the stream''s events.';
comment on table enrollment.site_head is 'The current state of every site: what the fold of its stream says. Written with the stream''s events.';
comment on table enrollment.attempt is 'A patient''s attempts to take part in a study, each an enrollment with its own stream.';
comment on table enrollment.request is 'Accepted answers by request id, so that a repeated request gets the first answer. Refusals are not stored.';
comment on table enrollment.operation is 'What clients poll while an enrollment is in progress (google.longrunning.Operation).';
comment on table enrollment.kit is 'The kits that sites have received, with their states, so that no kit is received twice. It does not have the arm.';
comment on table enrollment.applied is 'Up to which version the saga has applied streams; empty, since participants'' answers have no version.';
comment on table enrollment.unblinding is 'Requests for a patient''s arm that a caller waits for now. The record of an unblinding is its event.';
comment on column enrollment.event.stream_type is 'study, site or enrollment.';
comment on column enrollment.event.stream_id is 'The study; study/site; or the enrollment.';
comment on column enrollment.event.version is 'Position in the stream: 1, 2, 3 … without a gap.';
comment on column enrollment.event.metadata is 'Correlation, causation, actor and trace: the headers with which the event is published.';
comment on column enrollment.study_head.state is 'As FHIR ResearchStudy.status: approved, active, temporarily-closed-to-accrual, closed-to-accrual, completed.';
comment on column enrollment.study_head.arms is '[{"arm_id": …, "ratio": …}]: the arms and their weights in the allocation.';
comment on column enrollment.study_head.factors is '[{"name": …, "levels": […]}]: the stratification factors.';
comment on column enrollment.study_head.enrollment_expiry_seconds is 'How long an enrollment may take until it is confirmed; null: as long as it takes.';
comment on column enrollment.attempt.attempt is 'The patient''s attempts in the study, 1 for the first.';
comment on column enrollment.attempt.previous_id is 'The attempt before this one; null for the first.';
comment on column enrollment.attempt.standing is 'live: on its way into the study or in it. ended: a re-screening may follow. barred: registration was refused for good.';
comment on column enrollment.request.caller is 'Who called; request ids of different callers are independent.';
comment on column enrollment.request.method is 'The call, such as accrual.enrollment.v1.EnrollmentService/EnrollPatient.';
comment on column enrollment.request.request_id is 'The id that the caller chose.';
comment on column enrollment.request.fingerprint is 'HMAC-SHA-256 of the request''s content: the same id with other content is refused.';
comment on column enrollment.request.response is 'The answer, as protobuf.';
comment on column enrollment.operation.stage is 'accepted, slot-reserved, randomized, kit-allocated, confirmed; compensating, rejected.';
comment on column enrollment.operation.stages is '[{"stage": …, "time": …}]: the stages passed so far, in order.';
comment on column enrollment.operation.reason is 'Why it was or is being rejected, as ErrorInfo.reason in the API; null otherwise.';
comment on column enrollment.operation.done is 'Whether it has ended: confirmed or rejected.';
comment on column enrollment.saga.step is 'The answer that the run waits for: reserve-slot, hold-kits, randomize, allocate-kit; release-… gives back before a rejection; return-slot after the patient left.';
comment on column enrollment.saga.due_at is 'When the step''s command is sent again if no answer has come.';
comment on column enrollment.saga.repeats is 'How often the step''s command was sent again.';
comment on column enrollment.saga.sent_lsn is 'End of the WAL when the newest command was written: it is not repeated before the relay has published it.';
comment on column enrollment.saga.study_version is 'Version of the study''s stream on which the request was accepted.';
comment on column enrollment.saga.site_version is 'Version of the site''s stream on which the request was accepted.';
comment on column enrollment.saga.started_at is 'When the run began.';
comment on column enrollment.saga.expires_at is 'When an unconfirmed run is given up; null: never, or it gives back already.';
comment on column enrollment.saga.failed_at is 'Since when the run cannot be decided; null: it can. See ops.sagas_set_aside.';
comment on column enrollment.saga.failures is 'How often in a row the decision failed.';
comment on column enrollment.saga.error is 'Why the last decision failed.';
comment on column enrollment.event_schema.version is 'Version of the schema within its type.';
comment on column enrollment.event_schema.schema is 'The Avro schema, as JSON.';
comment on column enrollment.unblinding.request_ref is 'Id of the request for the arm.';
comment on column enrollment.unblinding.reader_key is 'Public key of the waiting call, to which the arm is sealed.';
comment on column enrollment.unblinding.sealed_arm is 'The arm, sealed to a key that only the waiting call has; null until it is answered.';
comment on column enrollment.unblinding.asked_at is 'When the call began to wait.';

-- outbox
comment on table outbox.sealed is 'Partitions of the outbox that take no more rows and wait until the relay has published them.';
comment on column outbox.message.id is 'UUID v7; the record''s ce_id.';
comment on column outbox.message.payload is 'The message in plain Avro; the relay adds the registry''s id.';
comment on column outbox.message.headers is 'Text values; they become the record''s headers.';
comment on column outbox.allowed.role is 'The role that may publish, and so may its members.';
comment on column outbox.allowed.allowed_at is 'When outbox.allow was called.';
comment on column outbox.rejected.id is 'The message: outbox.message.id.';
comment on column outbox.rejected.payload is 'The payload as it was published.';
comment on column outbox.rejected.headers is 'The headers as they were published.';
comment on column outbox.rejected.rejected_at is 'When the relay rejected it.';
comment on column outbox.rejected.settled_at is 'When a person settled it with outbox.settle; null: it needs one.';
comment on column outbox.rejected.settled_by is 'The session user that settled it.';
comment on column outbox.rejected.reason is 'How it was settled: published again, or no longer needed.';
comment on column outbox.sealed.lsn is 'End of the WAL when it was sealed: all of its rows were committed before.';
comment on column outbox.sealed.before is 'Of message_default: only rows before this time are sealed.';
comment on column outbox.sealed.sealed_at is 'When it was sealed.';

-- projection
comment on table projection.applied is 'Up to which version each stream is applied.';
comment on column projection.enrollment.state is 'State of the enrollment, as FHIR ResearchSubject has it.';
comment on column projection.enrollment.withdrawn_from is 'The state before the withdrawal, to which a reversal returns.';
comment on column projection.enrollment.reason is 'Why the enrollment is in its state: of a rejection UPPER_SNAKE, of a withdrawal or an end of study free text; null otherwise.';
comment on column projection.enrollment.reason_before is 'The reason before the withdrawal, to which a reversal returns.';
comment on column projection.enrollment.off_study_cause is 'The kind of end of the time on study; null before it, UNSPECIFIED where the event has none.';
comment on column projection.enrollment_history.version is 'Version of the enrollment''s stream after the event.';
comment on column projection.enrollment_history.state is 'The enrollment''s state after the event.';
comment on column projection.enrollment_history.reason is 'Why it happened, where the event has a reason.';
comment on column projection.site.stream is 'The site''s stream: study/site.';

-- capacity
comment on table capacity.applied is 'Up to which version each site''s stream is applied.';
comment on table capacity.study is 'Studies up to the version whose limits are known; locked while their limits are decided on.';
comment on table capacity.pending is 'Requests that wait for events of their site.';
comment on column capacity.site.version is 'Version of the site''s stream that is applied; 0: a request named the site before its events came.';
comment on column capacity.site.taken is 'How many of its places are taken: the count of reservations in state reserved.';
comment on column capacity.study_limit.number is '0: the target of the study. From 1: the caps on strata, in the order of the registration.';
comment on column capacity.study_limit.levels is '{"factor": "level"}: the cap counts patients with all of these levels; {} of the target.';
comment on column capacity.study_limit.most is 'The limit.';
comment on column capacity.study_limit.taken is 'Patients that count: with a reservation, or confirmed at any time.';
comment on column capacity.reservation.state is 'reserved: has a place. refused: got none, see reason. released: gave it back.';
comment on column capacity.reservation.reason is 'Of refused: SITE_CAPACITY_EXHAUSTED, SITE_NOT_ACTIVE, STUDY_TARGET_REACHED or STRATUM_FULL.';
comment on column capacity.reservation.limits is 'Numbers of the study''s limits that count the patient.';

-- dead letters
comment on table deadletter.letter is 'Every record that a consumer set aside, parked or settled; read ops.dead_letters for those parked.';
comment on table deadletter.history is 'What happened to each letter, and who did it.';
comment on table deadletter.redrive is 'Redrives: ordered, rate-limited runs over parked letters.';
comment on table deadletter.redrive_letter is 'The letters of each redrive and what became of them.';
comment on view deadletter.parked is 'Parked letters with their place in their key; place 1 is the one that the others wait for.';
comment on column deadletter.stream.gate_schema is 'The schema with the consumer''s version gate, which a discard moves.';
comment on column deadletter.stream.cause is 'What the first letter waits for: poison and unreadable need a person, gap the missing event.';
comment on column deadletter.letter.state is 'parked, applied (it took effect), discarded (given up).';
comment on column deadletter.letter.alone is 'Whether the record has no order in its key: nothing waits for it, and it waits for nothing.';
comment on column deadletter.letter.settled_at is 'When it took effect or was discarded.';
comment on column deadletter.history.place is 'Order of what happened.';
comment on column deadletter.history.at is 'When it happened.';
comment on column deadletter.history.who is 'Who did it: intake, or the operator.';
comment on column deadletter.history.what is 'parked, redrive-asked, failed, applied, discarded.';
comment on column deadletter.history.note is 'The error of a failure, the reason of a discard, the redrive''s id.';
comment on column deadletter.redrive.rate is 'Letters per second.';
comment on column deadletter.redrive.next_at is 'When the next letter may be processed.';
comment on column deadletter.redrive.request_id is 'The client''s id of the request, so that a repetition starts no second redrive.';
comment on column deadletter.redrive.preview is 'Token of the dry run that the client has seen.';
comment on column deadletter.redrive_letter.place is 'Order in the redrive.';
comment on column deadletter.redrive_letter.state is 'pending; applied; failed; held: behind one that failed; gone: settled otherwise.';
comment on column deadletter.letter.version is 'Version in its stream, if it has one.';
comment on column deadletter.parked.version is 'Version in its stream, if it has one.';
comment on column deadletter.parked.state is 'parked.';
comment on column deadletter.parked.settled_at is 'Null: it is parked.';
comment on column deadletter.parked.place is 'Place in its key: 1 is the letter that the others wait for.';
comment on column deadletter.parked.versions is 'Whether every parked letter of the key has a version.';
comment on column deadletter.parked.alone is 'Whether the record has no order in its key: nothing waits for it, and it waits for nothing.';
comment on column deadletter.parked.since is 'When its stream was parked.';
comment on column deadletter.given_up.who is 'Who gave it up.';
comment on column deadletter.given_up.at is 'When it was given up.';
comment on column deadletter.given_up.version is 'Version of the event; null of a record without one.';
comment on column deadletter.ignored_stream.after_version is 'Events after this version have no effect.';
comment on column deadletter.ignored_stream.who is 'Who decided it.';
comment on column deadletter.ignored_stream.at is 'When it was decided.';

-- ops: for operators
comment on table ops.consumer_partition is 'The position of each consumer in each partition, as its process last reported; read ops.consumer_lag.';
comment on column ops.dead_letters.place is 'Place in its key: 1 is the letter that the others wait for.';
comment on column ops.dead_letters.alone is 'Whether the record has no order in its key: nothing waits for it, and it waits for nothing.';
comment on column ops.dead_letters.version is 'Version in its stream, if it has one.';
comment on column ops.consumer_partition.position is 'Offset of the next record to process.';
comment on column ops.consumer_offset.next_offset is 'Offset of the next record to process.';
comment on column ops.consumer_lag.position is 'Offset of the next record to process.';
comment on column ops.inbox.taken_at is 'When the record took effect.';
comment on column ops.relay.state is 'starting, waiting-for-slot, recovering, streaming, draining, refused, stopped.';
comment on column ops.relay.reason is 'Why the relay refuses to stream, and what to do; null otherwise.';
comment on column ops.relay_status.state is 'starting, waiting-for-slot, recovering, streaming, draining, refused, stopped.';
comment on column ops.relay_status.reason is 'Why the relay refuses to stream, and what to do; null otherwise.';
comment on column ops.relay_status.slot_active is 'Whether a relay streams from the slot now.';
comment on column ops.relay_status.wal_status is 'reserved is good; extended, unreserved, lost, missing: act. See pg_replication_slots.';
comment on column ops.relay_status.invalidation_reason is 'Why PostgreSQL invalidated the slot; null otherwise.';
comment on column ops.relay_status.retained_wal_bytes is 'WAL that the slot keeps.';
comment on column ops.relay_status.wal_bytes_until_lost is 'WAL that can still be written before the slot is lost; null: no limit.';
comment on column ops.relay_status.lag_bytes is 'WAL that is not published yet.';
comment on column ops.relay_status.lag_seconds is 'Age of the newest published commit.';
comment on column ops.outbox_partitions.holds is 'Bounds of the partition.';
comment on column ops.outbox_partitions.about_rows is 'Estimated number of rows.';
comment on column ops.outbox_partitions.bytes is 'Size with indexes.';
comment on column ops.outbox_partitions.sealed_at_lsn is 'Where it was sealed; null: it takes rows.';
comment on column ops.outbox_depth.messages is 'Messages that the relay has not published, at most 100,000.';
comment on column ops.outbox_depth.oldest_seconds is 'Age of the oldest of them.';
comment on column ops.sites.free is 'Places that an enrollment could get now; 0 at an inactive site.';
comment on column ops.sites.waiting is 'Requests whose place is not decided yet.';
comment on column ops.kits.lot is 'The kit''s lot; null if it was received without one.';
comment on column ops.kits.expiry_date is 'Last day on which the kit may be used; null: it does not expire.';
comment on column ops.kits.received_at is 'When supply read that the site received it.';
comment on column ops.site_stock.lot is 'As in ops.kits.';
comment on column ops.site_stock.expiry_date is 'As in ops.kits.';
comment on column ops.site_stock.kits is 'How many kits.';
comment on column ops.site_supply.arms is 'Number of the study''s arms.';
comment on column ops.site_supply.held is 'Running enrollments that hold a kit of every arm.';
comment on column ops.site_supply.patients is 'For how many more patients the kits suffice if they are evenly of all arms, up to 20.';
comment on column ops.projections.projection is 'Name of the projection: its schema.';
comment on column ops.projections.streams is 'How many streams it has applied.';
comment on column ops.projections.events is 'How many events it has applied.';
comment on column ops.projections.streams_parked is 'How many streams are in its dead letters.';
comment on column ops.projections.has_previous is 'Whether the version that served before is kept: the way back.';
comment on column ops.projections.rebuild_state is 'State of the last rebuild: filling, switched, cancelled.';
comment on column ops.rebuild.projection is 'The projection that is rebuilt.';
comment on column ops.rebuild.source is 'beginning: from the topics'' beginning. previous: from the version that served before.';
comment on column ops.rebuild.state is 'filling, switched, cancelled.';
comment on column ops.rebuild.request_id is 'The client''s id of the request, so that a repetition starts no second rebuild.';
comment on column ops.consumer_lag.lag is 'Records that the consumer has not processed.';
comment on column ops.consumer_lag.seen_seconds_ago is 'Age of the report; above 30: no process has the partition now.';
comment on column ops.hop.at is 'When the service was done with the message.';
comment on column ops.hop.outcome is 'applied, retried, parked, duplicate; of a command refused or failed.';
comment on column ops.hop.version is 'Version in its stream; 0 if it has none.';
comment on column ops.hop.error is 'What went wrong; empty if nothing did.';
comment on column ops.flow.at is 'When it happened.';
comment on column ops.flow.step is 'command, written, relayed, consumed, discarded or notified.';
comment on column ops.flow.outcome is 'How the step ended.';
comment on column ops.flow.version is 'Version in its stream; 0 if it has none.';
comment on column ops.flow.detail is 'What went wrong; empty if nothing did.';

-- analytics
comment on table analytics.applied is 'Up to which version each stream is applied.';
comment on table analytics.study is 'Studies with their targets.';
comment on table analytics.site is 'Sites with the time zones in which their days are counted.';
comment on table analytics.standing is 'How many enrollments are in each state, by site: always equal to a count of analytics.enrollment.';
comment on column analytics.site.day_zone is 'The zone in which days are counted: UTC where the database does not know time_zone.';
comment on column analytics.enrollment.state is 'State of the enrollment, as FHIR ResearchSubject has it.';
comment on column analytics.standing.state is 'State of these enrollments.';
comment on column analytics.enrollment.withdrawn_from is 'The state before the withdrawal, to which a reversal returns.';
comment on column analytics.enrollment.requested_at is 'When enrollment was requested for the first time; null before.';
comment on column analytics.standing.enrollments is 'How many.';
comment on column analytics.accrual.enrolled is 'On study now.';
comment on column analytics.accrual.accrued is 'Ever on study: what counts against the target.';
comment on column analytics.accrual.enrollments is 'Enrollments in any state.';
comment on column analytics.funnel_by_day.screened is 'Screening began.';
comment on column analytics.funnel_by_day.eligible is 'Found eligible.';
comment on column analytics.funnel_by_day.requested is 'Enrollment requested for the first time.';
comment on column analytics.funnel_by_day.accrued is 'Came on study.';
comment on column analytics.funnel_by_day.left_study is 'Withdrew or left the study.';

-- audit
comment on table audit.applied is 'Up to which version each stream is applied.';
comment on column audit.entry.key is 'The stream: a study, study/site, or an enrollment. Of answers: study/site.';
comment on column audit.entry.version is 'Version in the stream; 0 where there is none, as of answers.';
comment on column audit.entry.reason is 'Why, where the event has a reason; empty otherwise.';
comment on column audit.entry.position is '1, 2, 3 … in the study: the order in which audit processed the events.';
comment on column audit.entry.hash is 'SHA-256 over the hash before it (of the first entry: over ''accrual.audit.v1 '' and the study''s id), then of every other column in order the length of its text in UTF-8 as 4 bytes and the text; times as microseconds since 1970, null as the empty text.';
comment on column audit.head.position is 'Position of the newest entry.';
comment on column audit.head.head is 'position:hash of the newest entry: the expected_head of VerifyAuditTrail.';

-- notification
comment on table notification.applied is 'Up to which version each stream is applied.';
comment on table notification.decision is 'What operators decided about messages, and why. Insert only.';
comment on column notification.message.event_id is 'The event that the message is about.';
comment on column notification.message.state is 'intended, sending, sent, refused, in-doubt (whether it was accepted is unknown), skipped (see reason).';
comment on column notification.message.reason is 'Of skipped: NO_CONTACT, NO_GATEWAY, TOO_OLD.';
comment on column notification.message.message_id is 'Message-ID of the mail, Idempotency-Key of the text message.';
comment on column notification.message.due_at is 'When it is to be sent; null: not by itself.';
comment on column notification.outcome.state is 'State of these messages.';
comment on column notification.outcome.reason is 'Of skipped: NO_CONTACT, NO_GATEWAY, TOO_OLD.';
comment on column notification.outcome.messages is 'How many.';
comment on column notification.outcome.doubts is 'How often messages were in doubt: they may have arrived twice.';
comment on column notification.outcome.newest is 'When the newest of them changed.';

-- supply and randomization
comment on table supply.applied is 'Up to which version each stream is applied.';
comment on table supply.study is 'The arms of each study.';
comment on table supply.site is 'Sites, locked while their kits are decided on.';
comment on table supply.hold is 'Requests that hold kits, have one, were refused or gave them back.';
comment on table supply.pending is 'Requests that wait for events of their site.';
comment on table randomization.applied is 'Up to which version each stream is applied.';
comment on table randomization.study is 'The design, the sealed seed and its commitment of each study.';
comment on table randomization.site is 'Sites and how many randomization numbers they have used.';
comment on table randomization.stratum is 'How many places of each stratum''s schedule are used.';
comment on table randomization.pending is 'Requests that wait for events of their study.';

-- Names that mean the same wherever they are: one comment each, for columns without a comment of their own.
do $$
declare
  c record;
begin
  for c in
    select a.attrelid::regclass as relation, a.attname, names.meaning
      from (values
        ('study_id', 'The study.'),
        ('site_id', 'The site, unique in its study.'),
        ('patient_id', 'Pseudonymous id of the patient, unique in the study.'),
        ('enrollment_id', 'The enrollment: one attempt of one patient to take part in one study.'),
        ('operation_id', 'The operation that a client polls: operations/{operation_id} in the API.'),
        ('kit_id', 'The kit, unique in its study.'),
        ('attempt', 'Which request of the enrollment, 1 for the first.'),
        ('event_id', 'The event: its ce_id on Kafka and the id of its outbox record.'),
        ('event_type', 'Type of the event, such as accrual.enrollment.confirmed.v1.'),
        ('type', 'Type of the event or message, such as accrual.enrollment.confirmed.v1.'),
        ('version', 'Version of the stream: the last event that the row includes.'),
        ('schema_version', 'Version of the payload''s schema within its type; see enrollment.event_schema.'),
        ('payload', 'The event or message in plain Avro, written with schema_version.'),
        ('topic', 'The Kafka topic.'),
        ('key', 'The record''s key: the id of its stream.'),
        ('topic_id', 'Kafka''s id of the topic: one that was deleted and created again has another. Zeros: not known.'),
        ('partition', 'The partition.'),
        ('offset', 'The offset in the partition.'),
        ('log_end', 'The offset of the next record to be written, as last read.'),
        ('aggregatetype', 'The topic without its prefix accrual.'),
        ('aggregateid', 'The record''s key: what must stay in order.'),
        ('headers', 'The record''s headers.'),
        ('raw_key', 'The record''s key as it came.'),
        ('value', 'The record''s value as it came.'),
        ('bytes', 'Size of the record''s value.'),
        ('correlation_id', 'The conversation: everything that one request caused.'),
        ('causation_id', 'The request or message that caused it directly; empty if none is known.'),
        ('actor', 'Who did it, as asserted; empty if the caller named none.'),
        ('actor_basis', 'How the actor is known. asserted: the caller named it, unchecked.'),
        ('traceparent', 'W3C trace context; empty if it was not traced.'),
        ('command_id', 'ce_id of the command.'),
        ('arrival', 'Order in which the commands arrived.'),
        ('consumer', 'The consumer.'),
        ('service', 'The service: a consumer, enrollment-core or outbox-relay.'),
        ('instance', 'Host and process.'),
        ('process', 'Host and process.'),
        ('title', 'Title of the study.'),
        ('target', 'How many participants the study is to accrue.'),
        ('active', 'Whether the site accepts patients.'),
        ('capacity', 'How many participants the site may have at once.'),
        ('taken', 'How many of the site''s places are taken.'),
        ('time_zone', 'IANA name of the zone in which the site''s days are counted.'),
        ('day', 'The day in the site''s time zone.'),
        ('state', 'Its state; the check constraint of the table lists the states.'),
        ('randomization', '{"block_multiples": […], "stratify_by_site": …}. Keep it from sites: known block sizes let a person guess allocations.'),
        ('randomization_number', 'The number that the site displays for the patient''s allocation; independent of the arm.'),
        ('screened_at', 'When screening began.'),
        ('eligible_at', 'When the patient was found eligible; null if not.'),
        ('requested_at', 'When enrollment was last requested; null before.'),
        ('confirmed_at', 'When the enrollment was confirmed; null before.'),
        ('accrued_at', 'When the patient came on study; null before.'),
        ('left_at', 'When the patient withdrew or left the study; null if not.'),
        ('recorded_at', 'When it was recorded.'),
        ('happened_at', 'When it happened, if that was earlier than it was recorded.'),
        ('created_at', 'When the row was inserted.'),
        ('updated_at', 'When the row was last changed.'),
        ('expires_at', 'Kept at least until then.'),
        ('parked_at', 'When it was parked.'),
        ('asked_by', 'Who asked for it.'),
        ('asked_at', 'When it was asked for.'),
        ('finished_at', 'When it ended; null: it has not.'),
        ('seen_at', 'When the process last reported.'),
        ('began_at', 'When the service began with it.'),
        ('written_at', 'When its outbox record was written.'),
        ('relayed_at', 'When the relay published it; of a relay, when the database reached the checkpoint.'),
        ('message_id', 'ce_id of the message; of a command its request_id.'),
        ('source', 'Who wrote it, such as /accrual/capacity.'),
        ('letter_id', 'The dead letter.'),
        ('redrive_id', 'The redrive.'),
        ('rebuild_id', 'The rebuild.'),
        ('cause', 'poison: the consumer failed on it. unreadable: no known type or schema. gap: an event before it is missing. behind: waits for one before it.'),
        ('error', 'What went wrong last.'),
        ('attempts', 'How often it was tried.'),
        ('events_total', 'Events that the serving version has applied.'),
        ('events_done', 'Events that the new version has applied.'),
        ('trouble', 'Why the rebuild makes no progress; empty if nothing stops it.'),
        ('slot', 'The replication slot.'),
        ('checkpoint', 'Everything committed up to it is on the topics.'),
        ('system_identifier', 'The cluster whose WAL the position belongs to.'),
        ('timeline', 'The timeline whose WAL the position belongs to.'),
        ('last_id', 'Id of the newest outbox record that the relay has published.'),
        ('next_try_at', 'When it is tried again.'),
        ('step', 'The answer that the saga waits for.'),
        ('failed_at', 'Since when it fails.'),
        ('failures', 'How often in a row it failed.'),
        ('content', 'The event''s fields as JSON; of sealed ones only the SHA-256.'),
        ('reason', 'Why, where there is a reason.'),
        ('notification_id', 'The message to a participant. UUID v7: orders by time.'),
        ('channel', 'email or text.'),
        ('template', 'The text that is sent.'),
        ('doubts', 'How often it was in doubt: above 0 it may have arrived more than once.'),
        ('lease_until', 'Until when its sender has it.'),
        ('receipt', 'What the server or gateway answered when it accepted.'),
        ('last_error', 'What went wrong last.'),
        ('event_time', 'When the event was recorded.'),
        ('sent_at', 'When it was accepted by the server or gateway.'),
        ('decision', 'send: send it again. settle: leave it as it is.'),
        ('decided_by', 'Who decided.'),
        ('decided_at', 'When it was decided.'),
        ('email', 'E-mail address, encrypted.'),
        ('phone', 'Telephone number, encrypted.'),
        ('set_by', 'Who set it, as asserted; empty if the caller named none.'),
        ('set_at', 'When it was set.'),
        ('erased_by', 'Who erased it, as asserted; empty if the caller named none.'),
        ('erased_at', 'When it was erased.')) as names (name, meaning)
      join pg_attribute a on a.attname = names.name and a.attnum > 0 and not a.attisdropped
      join pg_class k on k.oid = a.attrelid and k.relkind in ('r', 'p', 'v') and not k.relispartition
      join pg_namespace n on n.oid = k.relnamespace
     where n.nspname in ('enrollment', 'outbox', 'ops', 'projection', 'capacity', 'supply', 'randomization', 'analytics',
                         'audit', 'notification', 'deadletter')
       and col_description(a.attrelid, a.attnum) is null
  loop
    execute format('comment on column %s.%I is %L', c.relation, c.attname, c.meaning);
  end loop;
end $$;
