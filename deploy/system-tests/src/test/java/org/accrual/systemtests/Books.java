package org.accrual.systemtests;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every consumer's books against the event store and the outbox: what should not be there, or
 * should and is not. Each query answers rows only where something is wrong.
 */
final class Books {
  private static final Map<String, String> WRONG = new LinkedHashMap<>();

  static {
    WRONG.put(
        "events that are not in the history once",
        differences(
            "select stream_id, version from enrollment.event where stream_type = 'enrollment'",
            "select enrollment_id::text, version from projection.enrollment_history"));
    WRONG.put(
        "states that analytics does not count right",
        differences(
            "select study_id, site_id, state, count(*) from projection.enrollment group by 1, 2, 3",
            "select study_id, site_id, state, enrollments from analytics.standing where enrollments > 0"));
    WRONG.put(
        "events that the audit trail does not have once",
        differences(
            "select 'accrual.' || stream_type || '.events', stream_id, version from enrollment.event",
            "select topic, key, version from audit.entry where version > 0"));
    WRONG.put(
        "answers that the audit trail does not have once",
        differences(
            """
            select id from outbox.message
             where aggregatetype in ('capacity.events', 'randomization.events', 'supply.events')
            """,
            "select event_id from audit.entry where version = 0"));
    WRONG.put(
        "events that were audited out of their order",
        """
        select topic, key, version
          from (select *, lag(version, 1, 0::bigint) over (partition by topic, key order by position) as before
                  from audit.entry where version > 0) e
         where version <> before + 1
        """);
    WRONG.put(
        "confirmed enrollments without one message for each channel",
        """
        select e.stream_id, string_agg(m.channel, ',')
          from enrollment.event e left join notification.message m on m.enrollment_id::text = e.stream_id
         where e.type = 'accrual.enrollment.confirmed.v1'
         group by 1 having count(*) filter (where channel = 'email') <> 1
                        or count(*) filter (where channel = 'text') <> 1
        """);
    WRONG.put(
        "messages that were neither sent nor had nobody to go to",
        """
        select notification_id, channel, state, reason, last_error from notification.message
         where state not in ('sent', 'skipped') or reason not in ('NO_CONTACT', 'NO_GATEWAY')
        """);
    WRONG.put(
        "sites with more slots taken than they have",
        "select study_id, site_id, taken from capacity.site where taken > capacity");
    WRONG.put("sagas that have not ended", "select enrollment_id::text from enrollment.saga");
    WRONG.put("dead letters", "select consumer, topic, key, cause, error from ops.dead_letters");
  }

  private final Evidence evidence;

  Books(Evidence evidence) {
    this.evidence = evidence;
  }

  /** What is wrong; empty if nothing is. */
  List<String> wrong() {
    List<String> wrong = new ArrayList<>();
    WRONG.forEach((what, sql) -> evidence.rows(sql).forEach(row -> wrong.add(what + ": " + row)));
    return wrong;
  }

  private static String differences(String one, String other) {
    return "(%1$s except all %2$s) union all (%2$s except all %1$s)"
        .formatted("(" + one + ")", "(" + other + ")");
  }
}
