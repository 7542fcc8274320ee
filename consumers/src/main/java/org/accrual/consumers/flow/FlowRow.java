package org.accrual.consumers.flow;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A row of {@code ops.flow}; see its comment for what each step tells. */
record FlowRow(
    String correlationId,
    Instant at,
    String step,
    String service,
    String type,
    String outcome,
    String messageId,
    String causationId,
    String topic,
    OptionalInt partition,
    OptionalLong offset,
    String key,
    long version,
    int attempts,
    String detail,
    Optional<Instant> beganAt) {
  static final String COLUMNS =
      """
      correlation_id, at, step, service, type, outcome, message_id, causation_id, topic, partition, "offset", key,
      version, attempts, detail, began_at\
      """;

  static FlowRow of(ResultSet row) throws SQLException {
    @Nullable String topic = row.getString(9);
    int partition = row.getInt(10);
    boolean placed = !row.wasNull();
    return new FlowRow(
        row.getString(1),
        time(row, 2).orElse(Instant.EPOCH),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        topic == null ? "" : topic,
        placed ? OptionalInt.of(partition) : OptionalInt.empty(),
        placed ? OptionalLong.of(row.getLong(11)) : OptionalLong.empty(),
        row.getString(12),
        row.getLong(13),
        row.getInt(14),
        row.getString(15),
        time(row, 16));
  }

  private static Optional<Instant> time(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
  }
}
