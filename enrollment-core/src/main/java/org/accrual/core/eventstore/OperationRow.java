package org.accrual.core.eventstore;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Operation;
import org.accrual.core.domain.enrollment.Subject;
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

  Operation operation() {
    return new Operation(
        operationId,
        new Subject(enrollmentId, studyId, siteId, patientId),
        Json.stages(stages),
        Optional.ofNullable(reason),
        version,
        correlationId);
  }
}
