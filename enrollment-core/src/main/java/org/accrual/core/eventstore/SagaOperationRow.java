package org.accrual.core.eventstore;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.NullUnmarked;

/**
 * The operation of a row of {@code enrollment.saga}. Every operation that is not done has such a
 * row, and such rows are few: the search for open operations begins with them.
 */
@Entity
@Immutable
@Table(name = "saga")
@NullUnmarked // Hibernate fills it
class SagaOperationRow {
  @Id
  @Column(name = "enrollment_id")
  UUID enrollmentId;

  @Column(name = "operation_id")
  UUID operationId;
}
