package org.accrual.consumers.flow;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.accrual.api.query.v1.FlowState;
import org.accrual.api.query.v1.FlowSummary;
import org.accrual.api.query.v1.FlowTrouble;
import org.jspecify.annotations.Nullable;

/** Sums conversations up. */
final class Summaries {
  /** What began it is only looked for where there is no operation, which tells that too. */
  private static final String SQL =
      """
      select w.correlation_id, a.enrollment_id, a.study_id, a.site_id, a.patient_id,
             o.operation_id, o.stage, o.reason, coalesce(o.created_at, first.at) as started_at,
             case when o.done then o.updated_at end as ended_at,
             s.step as saga_step, s.due_at, s.due_at < now() - interval '30 s' as overdue,
             p.parked, m.mails, first.type, first.step, first.outcome, first.detail
        from unnest(?, ?) with ordinality as w (correlation_id, enrollment_id, place)
        left join enrollment.attempt a on a.enrollment_id = w.enrollment_id
        left join enrollment.operation o
          on o.enrollment_id = w.enrollment_id and o.correlation_id = w.correlation_id
        left join enrollment.saga s
          on s.enrollment_id = w.enrollment_id and s.correlation_id = w.correlation_id
       cross join lateral (select count(*) as parked from deadletter.letter l
                            where l.correlation_id = w.correlation_id and l.state = 'parked') p
       cross join lateral (select count(*) as mails from notification.message n
                            where n.correlation_id = w.correlation_id and n.state in ('in-doubt', 'refused')) m
        left join lateral (select f.type, f.step, f.outcome, f.detail, f.at from ops.flow f
                            where o.operation_id is null and f.correlation_id = w.correlation_id
                              and f.step in ('command', 'written')
                            order by f.at, f.step limit 1) first on true
       order by w.place
      """;

  private Summaries() {}

  /** In the order of the seeds, but those of which nothing is known. */
  static List<FlowSummary> of(Connection connection, List<Seed> seeds) throws SQLException {
    if (seeds.isEmpty()) {
      return List.of();
    }
    List<FlowSummary> summaries = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(SQL)) {
      statement.setArray(
          1, connection.createArrayOf("text", seeds.stream().map(Seed::correlationId).toArray()));
      statement.setArray(
          2, connection.createArrayOf("uuid", seeds.stream().map(Summaries::uuid).toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          if (isKnown(rows)) {
            summaries.add(summary(rows));
          }
        }
      }
    }
    return summaries;
  }

  private static @Nullable UUID uuid(Seed seed) {
    return seed.enrollmentId() == null ? null : UUID.fromString(seed.enrollmentId());
  }

  private static boolean isKnown(ResultSet row) throws SQLException {
    return row.getString("operation_id") != null
        || row.getString("type") != null
        || row.getString("enrollment_id") != null
        || row.getLong("parked") > 0;
  }

  private static FlowSummary summary(ResultSet row) throws SQLException {
    @Nullable String operation = row.getString("operation_id");
    FlowSummary.Builder summary =
        FlowSummary.newBuilder()
            .setCorrelationId(row.getString("correlation_id"))
            .setTitle(operation == null ? Kinds.method(text(row, "type")) : "EnrollPatient")
            .setReason(reason(row))
            .setEnrollmentId(text(row, "enrollment_id"))
            .setStudyId(text(row, "study_id"))
            .setSiteId(text(row, "site_id"))
            .setPatientId(text(row, "patient_id"))
            .setSagaStep(text(row, "saga_step"))
            .setOperation(operation == null ? "" : "operations/" + operation)
            .setParked(row.getLong("parked"));
    summary.setState(state(row, operation != null));
    if (row.getLong("parked") > 0) {
      summary.addTroubles(FlowTrouble.FLOW_TROUBLE_PARKED);
    }
    if (row.getBoolean("overdue")) {
      summary.addTroubles(FlowTrouble.FLOW_TROUBLE_OVERDUE);
    }
    if (row.getLong("mails") > 0) {
      summary.addTroubles(FlowTrouble.FLOW_TROUBLE_MESSAGE);
    }
    @Nullable OffsetDateTime started = row.getObject("started_at", OffsetDateTime.class);
    if (started != null) {
      summary.setStartTime(Times.of(started.toInstant()));
    }
    @Nullable OffsetDateTime ended = row.getObject("ended_at", OffsetDateTime.class);
    if (ended != null) {
      summary.setEndTime(Times.of(ended.toInstant()));
    }
    @Nullable OffsetDateTime due = row.getObject("due_at", OffsetDateTime.class);
    if (due != null) {
      summary.setSagaDueTime(Times.of(due.toInstant()));
    }
    return summary.build();
  }

  private static String reason(ResultSet row) throws SQLException {
    String reason = text(row, "reason");
    return reason.isEmpty() && isRefusal(row) ? text(row, "detail") : reason;
  }

  private static boolean isRefusal(ResultSet row) throws SQLException {
    return text(row, "step").equals("command") && !text(row, "outcome").equals("accepted");
  }

  private static FlowState state(ResultSet row, boolean withOperation) throws SQLException {
    if (withOperation) {
      return switch (text(row, "stage")) {
        case "confirmed" -> FlowState.FLOW_STATE_CONFIRMED;
        case "rejected" -> FlowState.FLOW_STATE_REJECTED;
        case "compensating" -> FlowState.FLOW_STATE_COMPENSATING;
        default -> FlowState.FLOW_STATE_RUNNING;
      };
    }
    if (!text(row, "saga_step").isEmpty()) {
      return FlowState.FLOW_STATE_COMPENSATING; // a patient who left gives back
    }
    return isRefusal(row) ? FlowState.FLOW_STATE_REFUSED : FlowState.FLOW_STATE_DONE;
  }

  private static String text(ResultSet row, String column) throws SQLException {
    @Nullable String text = row.getString(column);
    return text == null ? "" : text;
  }
}
