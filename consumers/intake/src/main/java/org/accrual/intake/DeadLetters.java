package org.accrual.intake;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The schema {@code deadletter}, as a consumer's intake reads and writes it. */
final class DeadLetters {
  // Held until commit: a redrive of the stream waits for the batch, or the batch for it.
  private static final String READ =
      """
      with held as (
        select s.topic, s.key, s.cause
          from deadletter.stream s join unnest(?, ?) as w (topic, key) using (topic, key)
         where s.consumer = ? order by s.topic, s.key for update of s)
      select topic, key, cause, null::int, null::bigint from held
      union all
      select l.topic, null, null, l.partition, l."offset"
        from unnest(?, ?, ?, ?) as w (topic, partition, low, high)
        join deadletter.letter l
          on l.consumer = ? and l.topic = w.topic and l.partition = w.partition
             and l."offset" between w.low and w.high
       where l.state <> 'parked'
      """;
  private static final String PARK =
      "select deadletter.park(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb[], ?, ?, ?)";

  private final GateTable gate;

  DeadLetters(GateTable gate) {
    this.gate = gate;
  }

  /** What is known of a batch. Holds its streams that stand. */
  Standing read(Connection connection, Set<StreamKey> streams, List<Decoded> batch)
      throws SQLException {
    Collection<Range> ranges = Range.of(batch);
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setArray(1, array(connection, "text", streams, StreamKey::topic));
      statement.setArray(2, array(connection, "text", streams, StreamKey::key));
      statement.setString(3, gate.consumer());
      statement.setArray(4, array(connection, "text", ranges, Range::topic));
      statement.setArray(5, array(connection, "int", ranges, Range::partition));
      statement.setArray(6, array(connection, "bigint", ranges, Range::low));
      statement.setArray(7, array(connection, "bigint", ranges, Range::high));
      statement.setString(8, gate.consumer());
      Map<StreamKey, Cause> standing = new HashMap<>();
      Set<Position> settled = new HashSet<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String topic = rows.getString(1);
          String key = rows.getString(2);
          if (key == null) {
            settled.add(new Position(new TopicPartition(topic, rows.getInt(4)), rows.getLong(5)));
          } else {
            standing.put(new StreamKey(topic, key), Cause.ofSql(rows.getString(3)));
          }
        }
      }
      return new Standing(standing, settled);
    }
  }

  /** Sets records aside; answers how many of them were not there already. */
  int park(Connection connection, List<Letter> letters) throws SQLException {
    if (letters.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(PARK)) {
      statement.setString(1, gate.consumer());
      statement.setString(2, gate.schema());
      statement.setArray(3, array(connection, "text", letters, l -> l.stream().topic()));
      statement.setArray(4, array(connection, "text", letters, l -> l.stream().key()));
      statement.setArray(5, array(connection, "int", letters, l -> l.record().partition()));
      statement.setArray(6, array(connection, "bigint", letters, l -> l.record().offset()));
      statement.setArray(7, array(connection, "uuid", letters, Letter::eventId));
      statement.setArray(8, array(connection, "text", letters, Letter::type));
      statement.setArray(9, array(connection, "bigint", letters, Letter::version));
      statement.setArray(10, array(connection, "text", letters, Letter::correlationId));
      statement.setArray(11, array(connection, "timestamptz", letters, Letter::recordedAt));
      statement.setArray(12, bytes(connection, letters, l -> l.record().key()));
      statement.setArray(13, bytes(connection, letters, l -> l.record().value()));
      statement.setArray(14, array(connection, "text", letters, Letter::headers));
      statement.setArray(15, array(connection, "text", letters, l -> l.cause().inSql()));
      statement.setArray(16, array(connection, "text", letters, Letter::error));
      statement.setArray(17, array(connection, "int", letters, Letter::attempts));
      try (ResultSet parked = statement.executeQuery()) {
        parked.next();
        return parked.getInt(1);
      }
    }
  }

  /** Their missing event has been applied: what is parked behind it is tried. */
  void gapsClosed(Connection connection, Set<StreamKey> streams) throws SQLException {
    for (StreamKey stream : streams) {
      try (PreparedStatement statement =
          connection.prepareStatement("select deadletter.gap_closed(?, ?, ?)")) {
        statement.setString(1, gate.consumer());
        statement.setString(2, stream.topic());
        statement.setString(3, stream.key());
        statement.execute();
      }
    }
  }

  private static <R> Array array(
      Connection connection,
      String type,
      Collection<R> rows,
      Function<R, ? extends @Nullable Object> value)
      throws SQLException {
    @Nullable Object[] values = new @Nullable Object[rows.size()];
    int row = 0;
    for (R r : rows) {
      values[row++] = value.apply(r);
    }
    return connection.createArrayOf(type, values);
  }

  /** The driver wants bytes as an array of their own type. */
  private static Array bytes(
      Connection connection, List<Letter> letters, Function<Letter, byte @Nullable []> value)
      throws SQLException {
    byte[][] values = letters.stream().map(value).toArray(byte[][]::new);
    return connection.createArrayOf("bytea", values);
  }

  /** The offsets of a batch in one partition. */
  private record Range(String topic, int partition, long low, long high) {

    static Collection<Range> of(List<Decoded> batch) {
      Map<TopicPartition, Range> ranges = new HashMap<>();
      for (Decoded record : batch) {
        TopicPartition partition = record.position().partition();
        long offset = record.position().offset();
        ranges.merge(
            partition,
            new Range(partition.topic(), partition.partition(), offset, offset),
            Range::and);
      }
      return new ArrayList<>(ranges.values());
    }

    Range and(Range other) {
      return new Range(topic, partition, Math.min(low, other.low), Math.max(high, other.high));
    }
  }
}
