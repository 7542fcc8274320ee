package org.accrual.consumers.unblinding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.PlainAvro;
import org.accrual.contract.Headers;
import org.accrual.event.enrollment.Unblinded;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.blinding.Unseal;

/**
 * Records that an arm is disclosed and then discloses it. The record is an event of the enrollment,
 * appended as enrollment-core appends it, and committed before the arm is opened.
 */
final class EmergencyUnblinding {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String UNIQUE_VIOLATION = "23505";
  private static final int MAX_ATTEMPTS = 8;

  /** The last allocation is the confirmed one: no request follows a registration. */
  private static final String PATIENT =
      """
      select e.study_id, e.site_id, e.patient_id, a.enrollment_id, a.attempt, a.sealed_arm,
             p.randomization_number, v.version, uuidv7() as event_id
        from enrollment.attempt e
       cross join lateral (
             select max(version) as version, bool_or(type = 'accrual.enrollment.confirmed.v1') as registered
               from enrollment.event
              where stream_type = 'enrollment' and stream_id = e.enrollment_id::text) v
        left join randomization.allocation a on a.enrollment_id = e.enrollment_id and v.registered
        left join randomization.place p using (allocation_id)
       where e.enrollment_id = ?
       order by a.attempt desc limit 1
      """;

  private static final String APPEND =
      """
      select enrollment.append('enrollment', array[?], array[?]::bigint[], array[?]::uuid[],
             array[?], array[?]::int[], array[?]::bytea[], array[?]::jsonb[], clock_timestamp())
      """;

  private final DataSource database;
  private final Unseal unseal;

  /** The result of a request. */
  sealed interface Outcome {
    record NotFound() implements Outcome {}

    record NotRandomized() implements Outcome {}

    /**
     * The arm, and where its disclosure is recorded.
     *
     * @param version of the enrollment's stream
     */
    record Disclosed(
        String arm,
        String studyId,
        String siteId,
        String patientId,
        String number,
        UUID eventId,
        long version)
        implements Outcome {}
  }

  /**
   * @param database connections without autocommit
   */
  EmergencyUnblinding(DataSource database, Unseal unseal) {
    this.database = database;
    this.unseal = unseal;
  }

  Outcome disclose(UUID enrollmentId, String reason, String unblindedBy, Correlation correlation)
      throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = database.getConnection()) {
        return disclose(connection, enrollmentId, reason, unblindedBy, correlation);
      } catch (SQLException e) {
        // Another event of the enrollment took the version.
        if (!UNIQUE_VIOLATION.equals(e.getSQLState()) || attempt == MAX_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Outcome disclose(
      Connection connection,
      UUID enrollmentId,
      String reason,
      String unblindedBy,
      Correlation correlation)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(PATIENT)) {
      select.setObject(1, enrollmentId);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return new Outcome.NotFound();
        }
        byte[] sealed = row.getBytes("sealed_arm");
        if (sealed == null) {
          return new Outcome.NotRandomized();
        }
        Attempt attempt = Attempt.read(row);
        String number = row.getString("randomization_number");
        UUID eventId = row.getObject("event_id", UUID.class);
        long version = row.getLong("version") + 1;
        Unblinded event =
            new Unblinded(
                enrollmentId.toString(),
                row.getString("study_id"),
                row.getString("site_id"),
                row.getString("patient_id"),
                reason,
                unblindedBy);
        record(connection, event, eventId, version, correlation);
        connection.commit();
        String arm = unseal.open(sealed, "allocation:" + attempt);
        return new Outcome.Disclosed(
            arm,
            event.getStudyId(),
            event.getSiteId(),
            event.getPatientId(),
            number,
            eventId,
            version);
      }
    } finally {
      connection.rollback();
    }
  }

  private static void record(
      Connection connection, Unblinded event, UUID eventId, long version, Correlation correlation)
      throws SQLException {
    PlainAvro avro = PlainAvro.of(event);
    try (PreparedStatement append = connection.prepareStatement(APPEND)) {
      append.setString(1, event.getEnrollmentId());
      append.setLong(2, version);
      append.setObject(3, eventId);
      append.setString(4, avro.type());
      append.setInt(5, avro.schemaVersion());
      append.setBytes(6, avro.payload());
      append.setString(7, metadata(eventId, event.getUnblindedBy(), correlation));
      append.execute();
    }
  }

  private static String metadata(UUID eventId, String unblindedBy, Correlation correlation) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.SOURCE, "/accrual/emergency-unblinding");
    headers.put(
        Headers.CORRELATION_ID, correlation.id().isEmpty() ? eventId.toString() : correlation.id());
    headers.put(Headers.CAUSATION_ID, eventId.toString());
    headers.put(Headers.ACTOR, correlation.actor().isEmpty() ? unblindedBy : correlation.actor());
    if (!correlation.traceparent().isEmpty()) {
      headers.put(Headers.TRACEPARENT, correlation.traceparent());
    }
    try {
      return JSON.writeValueAsString(headers);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts that cannot be written as JSON", e);
    }
  }
}
