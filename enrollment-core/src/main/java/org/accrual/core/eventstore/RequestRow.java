package org.accrual.core.eventstore;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** A row of {@code enrollment.request}; answers are read and kept in a command's own statements. */
@Entity
@Immutable
@Table(name = "request")
@IdClass(RequestRow.Key.class)
@NullUnmarked // Hibernate fills it
class RequestRow {
  @Id String method;

  @Id
  @Column(name = "request_id")
  String requestId;

  @Column(name = "expires_at")
  Instant expiresAt;

  @Column(name = "operation_id")
  @Nullable UUID operationId;

  record Key(String method, String requestId) implements Serializable {}
}
