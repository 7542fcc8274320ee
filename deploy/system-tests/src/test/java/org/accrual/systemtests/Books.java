package org.accrual.systemtests;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The event store and the outbox against the topics and every read model, for one study: what
 * should not be there, or should and is not. Valid when everything has caught up.
 */
final class Books {
  /** Magic byte and the registry's schema id: what the relay puts before the payload. */
  private static final int WIRE_PREFIX = 5;

  /**
   * Where each enrollment stands, by its last event. Of an assessment and a rejection the type does
   * not say.
   */
  private static final String STORED =
      """
      with stored as materialized (
        select a.enrollment_id, a.site_id, e.version, e.type, e.event_id
          from enrollment.attempt a
          join enrollment.event e on e.stream_type = 'enrollment' and e.stream_id = a.enrollment_id::text
         where a.study_id = '${study}'),
      folded as materialized (
        select distinct on (s.enrollment_id) s.enrollment_id, t.state
          from stored s
          join (values ('patient-screened', 'screening'), ('eligibility-recorded', null),
                       ('eligibility-corrected', null), ('requested', 'pending-on-study'), ('rejected', null),
                       ('confirmed', 'on-study'), ('follow-up-started', 'follow-up'), ('patient-withdrawn', 'withdrawn'),
                       ('withdrawal-reversed', null), ('taken-off-study', 'off-study')) as t (type, state)
            on s.type = 'accrual.enrollment.' || t.type || '.v1'
         order by s.enrollment_id, s.version desc)
      """;

  private static final StudyCheck CHECK =
      new StudyCheck(STORED)
          .compare(
              "enrollments whose projection is not at their last event",
              "select enrollment_id, max(version) from stored group by 1",
              "select enrollment_id, version from projection.enrollment where study_id = '${study}'")
          .find(
              "enrollments whose state in the projection is not their events'",
              """
              select f.enrollment_id, f.state, p.state from folded f join projection.enrollment p using (enrollment_id)
               where f.state <> p.state
              """)
          .compare(
              "events that are not in the history once",
              "select enrollment_id, version, type from stored",
              """
              select enrollment_id, version, event_type from projection.enrollment_history
               where enrollment_id in (select enrollment_id from stored)
              """)
          .compare(
              "enrollments that analytics has in another state or version than the projection",
              "select enrollment_id, state, version from projection.enrollment where study_id = '${study}'",
              "select enrollment_id, state, version from analytics.enrollment where study_id = '${study}'")
          .compare(
              "states that analytics does not count right",
              "select site_id, state, count(*) from projection.enrollment where study_id = '${study}' group by 1, 2",
              "select site_id, state, enrollments from analytics.standing where study_id = '${study}' and enrollments > 0")
          .compare(
              "events that the audit trail does not have once",
              """
              select event_id, version from stored
              union all select event_id, version from enrollment.event
               where (stream_type = 'study' and stream_id = '${study}')
                  or (stream_type = 'site' and stream_id like '${study}/%')
              """,
              "select event_id, version from audit.entry where study_id = '${study}' and version > 0")
          .compare(
              "answers that the audit trail does not have once",
              """
              select id from outbox.message
               where aggregatetype in ('capacity.events', 'randomization.events', 'supply.events')
                 and aggregateid like '${study}/%'
              """,
              "select event_id from audit.entry where study_id = '${study}' and version = 0")
          .find(
              "events that were audited out of their order",
              """
              select topic, key, version
                from (select *, lag(version, 1, 0::bigint) over (partition by topic, key order by position) as before
                        from audit.entry where study_id = '${study}' and version > 0) e
               where version <> before + 1
              """)
          .find(
              "confirmed enrollments without one message for each channel",
              """
              select e.enrollment_id, string_agg(m.channel, ',')
                from stored e left join notification.message m using (enrollment_id)
               where e.type = 'accrual.enrollment.confirmed.v1'
               group by 1 having count(*) filter (where channel = 'email') <> 1
                              or count(*) filter (where channel = 'text') <> 1
              """)
          .find(
              "messages that were neither sent nor had nobody to go to",
              """
              select notification_id, channel, state, reason, last_error from notification.message
               where study_id = '${study}'
                 and (state not in ('sent', 'skipped') or reason not in ('NO_CONTACT', 'NO_GATEWAY'))
              """)
          .find(
              "dead letters",
              """
              select consumer, topic, key, cause, error from ops.dead_letters
               where key = '${study}' or key like '${study}/%'
                  or key in (select enrollment_id::text from stored)
              """);

  private static final String OUTBOX =
      """
      select id::text, aggregatetype, aggregateid, type, encode(payload, 'hex') from outbox.message
       where aggregateid = ? or aggregateid like ? || '/%'
          or aggregateid in (select enrollment_id::text from enrollment.attempt where study_id = ?)
      """;

  private final Evidence evidence;

  Books(Evidence evidence) {
    this.evidence = evidence;
  }

  /** Returns what is wrong with the read models of a study, one line each; empty if nothing is. */
  List<String> wrong(String study) {
    return CHECK.wrong(evidence, study);
  }

  /**
   * Returns where the topics differ from the outbox, by id, key, type and payload: messages that
   * were not published, twice, or with other content, and records of no message.
   */
  List<String> wrongOnTopics(String study) {
    Map<String, String> committed = new HashMap<>();
    for (String row : evidence.rows(OUTBOX, study, study, study)) {
      String[] columns = row.split("\\|", 2);
      committed.put(columns[0], columns[1]);
    }
    List<String> keys =
        evidence.rows(
            "select enrollment_id::text from enrollment.attempt where study_id = ?", study);
    Map<String, List<String>> published = new HashMap<>();
    Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
        .flatMap(List::stream)
        .forEach(
            topic ->
                evidence
                    .records(topic)
                    .forEach(
                        (key, records) -> {
                          if (key.equals(study)
                              || key.startsWith(study + "/")
                              || keys.contains(key)) {
                            records.forEach(
                                record ->
                                    published
                                        .computeIfAbsent(
                                            Evidence.header(record, Headers.ID),
                                            _ -> new ArrayList<>())
                                        .add(content(record)));
                          }
                        }));
    List<String> wrong = new ArrayList<>();
    committed.forEach(
        (id, message) -> {
          List<String> records = published.getOrDefault(id, List.of());
          if (!records.equals(List.of(message))) {
            wrong.add(
                "published %d times or otherwise: %s %s".formatted(records.size(), id, message));
          }
        });
    published.keySet().removeAll(committed.keySet());
    published.forEach((id, records) -> wrong.add("published and never committed: " + id + records));
    return wrong;
  }

  private static String content(ConsumerRecord<String, byte[]> record) {
    byte[] payload = Arrays.copyOfRange(record.value(), WIRE_PREFIX, record.value().length);
    return String.join(
        "|",
        record.topic().substring(Topics.PREFIX.length()),
        record.key(),
        Evidence.header(record, Headers.TYPE),
        HexFormat.of().formatHex(payload));
  }
}
