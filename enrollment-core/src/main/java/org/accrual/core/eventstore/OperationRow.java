package org.accrual.core.eventstore;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Operation;
import org.accrual.core.application.Operation.StageTime;
import org.accrual.core.domain.enrollment.Subject;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code enrollment.operation}. */
@Entity
@Table(name = "operation")
@NullUnmarked // Hibernate fills it
class OperationRow {
  @Id
  @Column(name = "operation_id")
  UUID operationId;

  @Column(name = "enrollment_id")
  UUID enrollmentId;

  @Column(name = "study_id")
  String studyId;

  @Column(name = "site_id")
  String siteId;

  @Column(name = "patient_id")
  String patientId;

  String stage;

  @JdbcTypeCode(SqlTypes.JSON)
  String stages;

  String reason;
  long version;

  @Column(name = "correlation_id")
  String correlationId;

  @Column(name = "expires_at")
  Instant expiresAt;

  @Column(insertable = false, updatable = false)
  boolean done;

  /** By the clock that also decides when a command is repeated. */
  @Formula("clock_timestamp()")
  Instant readAt;

  /**
   * Returns the operation.
   *
   * @param delayedAfter without a stage for so long, it is delayed
   */
  Operation operation(Duration delayedAfter) {
    List<StageTime> passed = Json.stages(stages);
    Instant expected = passed.getLast().time().plus(delayedAfter);
    return new Operation(
        operationId,
        new Subject(enrollmentId, studyId, siteId, patientId),
        passed,
        Optional.ofNullable(reason),
        version,
        correlationId,
        done || readAt.isBefore(expected) ? Optional.empty() : Optional.of(expected));
  }
}
