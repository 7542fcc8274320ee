package org.accrual.consumers.query;

import com.google.protobuf.Timestamp;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.projection.EnrollmentStates;

/** Reads {@code projection.enrollment}. */
@ApplicationScoped
class EnrollmentReader {
  private static final String SELECT =
      """
      select enrollment_id, study_id, site_id, patient_id, state, version, reason,
             screened_at, requested_at, confirmed_at, updated_at, off_study_cause, coalesce(kit_id, '') as kit_id,
             coalesce(randomization_number, '') as randomization_number
        from projection.enrollment
      """;

  private final DataSource database;

  @Inject
  EnrollmentReader(@QueryPool DataSource database) {
    this.database = database;
  }

  Optional<Enrollment> find(UUID enrollmentId) {
    return select(" where enrollment_id = ?", List.of(enrollmentId)).stream().findFirst();
  }

  /** At most that many, newest first, from behind an enrollment if one is given. */
  List<Enrollment> list(EnrollmentFilter filter, Optional<UUID> after, int atMost) {
    List<String> conditions = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (!filter.studyId().isEmpty()) {
      conditions.add("study_id = ?");
      values.add(filter.studyId());
    }
    if (!filter.siteId().isEmpty()) {
      conditions.add("site_id = ?");
      values.add(filter.siteId());
    }
    if (!filter.patientId().isEmpty()) {
      conditions.add("patient_id = ?");
      values.add(filter.patientId());
    }
    if (filter.state() != EnrollmentState.ENROLLMENT_STATE_UNSPECIFIED) {
      conditions.add("state = ?");
      values.add(EnrollmentStates.inSql(filter.state()));
    }
    after.ifPresent(
        last -> {
          conditions.add("enrollment_id < ?");
          values.add(last);
        });
    values.add(atMost);
    String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    return select(where + " order by enrollment_id desc limit ?", values);
  }

  private List<Enrollment> select(String rest, List<?> values) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SELECT + rest)) {
      int index = 0;
      for (Object value : values) {
        statement.setObject(++index, value);
      }
      List<Enrollment> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(enrollment(rows));
        }
      }
      return found;
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static Enrollment enrollment(ResultSet row) throws SQLException {
    long version = row.getLong(6);
    Enrollment.Builder enrollment =
        Enrollment.newBuilder()
            .setEnrollmentId(row.getString(1))
            .setStudyId(row.getString(2))
            .setSiteId(row.getString(3))
            .setPatientId(row.getString(4))
            .setState(EnrollmentStates.ofSql(row.getString(5)))
            .setVersion(version)
            .setEtag(Long.toString(version))
            .setKitId(row.getString("kit_id"))
            .setRandomizationNumber(row.getString("randomization_number"));
    String reason = row.getString(7);
    if (reason != null) {
      enrollment.setReason(reason);
    }
    time(row, 8, enrollment::setScreenTime);
    time(row, 9, enrollment::setRequestTime);
    time(row, 10, enrollment::setConfirmTime);
    time(row, 11, enrollment::setUpdateTime);
    String cause = row.getString(12);
    if (cause != null) {
      enrollment.setOffStudyCause(OffStudyCauses.ofEvent(cause));
    }
    return enrollment.build();
  }

  private static void time(ResultSet row, int column, Consumer<Timestamp> set) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    if (time != null) {
      set.accept(timestamp(time));
    }
  }

  static Timestamp timestamp(OffsetDateTime time) {
    return Timestamp.newBuilder().setSeconds(time.toEpochSecond()).setNanos(time.getNano()).build();
  }
}
