package org.accrual.consumers.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.accrual.api.query.v1.FlowSummary;
import org.accrual.consumers.flow.FlowSeeds.Ended;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Newest first, however the database joins its tables. */
class FlowOrderIT {
  /** So few that the database reads all of them and looks for each among the wanted. */
  private static final int FLOWS = 50;

  private final ParticipantDatabase database = new ParticipantDatabase();

  @BeforeEach
  void fill() throws SQLException {
    try (Connection connection = database.source().getConnection();
        Statement statement = connection.createStatement()) {
      // Nothing but what is read: the heads that these refer to are not.
      statement.execute("set session_replication_role = replica");
      statement.execute(
          """
          insert into enrollment.attempt (enrollment_id, study_id, patient_id, site_id, attempt, standing)
          select md5(n::text)::uuid, 'study', 'patient-' || n, 'site', 1, 'live' from generate_series(1, %d) n
          """
              .formatted(FLOWS));
      statement.execute(
          """
          insert into enrollment.operation (operation_id, enrollment_id, study_id, site_id, patient_id, stage, stages,
                                            version, correlation_id, created_at, updated_at, expires_at)
          select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, md5(n::text)::uuid, 'study', 'site',
                 'patient-' || n, 'confirmed', '[]', 1, 'flow-' || n, now(), now(), now() + interval '1 day'
            from generate_series(1, %d) n
          """
              .formatted(FLOWS));
      statement.execute("set session_replication_role = origin");
      connection.commit();
      statement.execute("analyze");
      connection.commit();
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void theNewestThatEndedComeFirst() throws SQLException {
    try (Connection connection = database.source().getConnection()) {
      List<Ended> ended = FlowSeeds.ended(connection, "", "", FLOWS);
      List<FlowSummary> summaries =
          Summaries.of(connection, ended.stream().map(Ended::seed).toList());

      assertThat(summaries)
          .extracting(FlowSummary::getCorrelationId)
          .containsExactlyElementsOf(
              IntStream.range(0, FLOWS).mapToObj(i -> "flow-" + (FLOWS - i)).toList());
    }
  }
}
