package org.accrual.core.eventstore;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyPhase;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code enrollment.study_head}; written by the SQL function beside the events. */
@Entity
@Immutable
@Table(name = "study_head")
@NullUnmarked // Hibernate fills it
class StudyHeadRow {
  @Id
  @Column(name = "study_id")
  String studyId;

  String state;
  String title;

  @JdbcTypeCode(SqlTypes.JSON)
  String arms;

  @JdbcTypeCode(SqlTypes.JSON)
  String factors;

  int target;
  long version;

  @Column(name = "created_at")
  Instant createdAt;

  @Column(name = "updated_at")
  Instant updatedAt;

  @Column(name = "enrollment_expiry_seconds")
  Integer enrollmentExpirySeconds;

  StudyRecord study() {
    return new StudyRecord(
        StudyPhase.ofCode(state)
            .with(
                new StudyDesign(
                    studyId,
                    title,
                    Json.arms(arms),
                    Json.factors(factors),
                    target,
                    Optional.ofNullable(enrollmentExpirySeconds).map(Duration::ofSeconds))),
        version,
        createdAt,
        updatedAt);
  }
}
