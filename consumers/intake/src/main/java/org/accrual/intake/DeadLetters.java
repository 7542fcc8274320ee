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

/** Reads and writes the schema {@code deadletter} for the intake of one consumer. */
final class DeadLetters {
  // The streams' rows stay locked until commit: a redrive of the stream waits for the batch, or the
  // batch for it.
  private static final String READ =
      """
      with stream as materialized (select * from unnest(?, ?) as s (topic, key)),
      range as materialized (
        select r.*, coalesce(o.topic_id, '00000000-0000-0000-0000-000000000000') as topic_id
          from unnest(?, ?, ?, ?) as r (topic, partition, low, high)
          left join ops.consumer_offset o
            on o.consumer = ? and o.topic = r.topic and o.partition = r.partition),
      locked as (
        select s.topic, s.key, s.cause
          from deadletter.stream s join stream using (topic, key)
         where s.consumer = ? order by s.topic, s.key for update of s)
      select 'parked', topic, key, cause, null::int, null::bigint from locked
      union all
      select 'settled', l.topic, null, null, l.partition, l."offset"
        from range r
        join deadletter.letter l
          on l.consumer = ? and l.topic = r.topic and l.topic_id = r.topic_id
             and l.partition = r.partition
             and l."offset" between r.low and r.high
       where l.state <> 'parked'
      union all
      select 'settled', g.topic, null, null, g.partition, g."offset"
        from range r
        join deadletter.given_up g
          on g.consumer = deadletter.deciding(?) and g.topic = r.topic
             and g.topic_id = r.topic_id and g.partition = r.partition and g."offset" between r.low and r.high and g.version is null
      union all
      select 'given-up', topic, key, null, null, g.version
        from stream join deadletter.given_up g using (topic, key)
       where g.consumer = deadletter.deciding(?) and g.version is not null
      union all
      select 'ignored', topic, key, null, null, i.after_version
        from stream join deadletter.ignored_stream i using (topic, key)
       where i.consumer = deadletter.deciding(?)
      """;
  private static final String PARK =
      "select deadletter.park(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb[], ?, ?, ?)";

  private final GateTable gate;

  DeadLetters(GateTable gate) {
    this.gate = gate;
  }

  /** Returns the facts about a batch, and locks its parked streams. */
  Known read(Connection connection, Set<StreamKey> streams, List<Decoded> batch)
      throws SQLException {
    Collection<Range> ranges = Range.of(batch);
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setArray(1, array(connection, "text", streams, StreamKey::topic));
      statement.setArray(2, array(connection, "text", streams, StreamKey::key));
      statement.setArray(3, array(connection, "text", ranges, Range::topic));
      statement.setArray(4, array(connection, "int", ranges, Range::partition));
      statement.setArray(5, array(connection, "bigint", ranges, Range::low));
      statement.setArray(6, array(connection, "bigint", ranges, Range::high));
      for (int consumer = 7; consumer <= 12; consumer++) {
        statement.setString(consumer, gate.consumer());
      }
      try (ResultSet rows = statement.executeQuery()) {
        return known(rows);
      }
    }
  }

  private static Known known(ResultSet rows) throws SQLException {
    Map<StreamKey, Cause> parked = new HashMap<>();
    Set<Position> settled = new HashSet<>();
    Map<StreamKey, Set<Long>> givenUp = new HashMap<>();
    Map<StreamKey, Long> ignoredAfter = new HashMap<>();
    while (rows.next()) {
      String topic = rows.getString(2);
      long number = rows.getLong(6);
      if (rows.getString(1).equals("settled")) {
        settled.add(new Position(new TopicPartition(topic, rows.getInt(5)), number));
        continue;
      }
      StreamKey stream = new StreamKey(topic, rows.getString(3));
      switch (rows.getString(1)) {
        case "parked" -> parked.put(stream, Cause.ofSql(rows.getString(4)));
        case "given-up" -> givenUp.computeIfAbsent(stream, _ -> new HashSet<>()).add(number);
        case "ignored" -> ignoredAfter.put(stream, number);
        default -> throw new IllegalStateException("a row of unknown kind");
      }
    }
    return new Known(parked, settled, givenUp, ignoredAfter, Set.of());
  }

  /** Parks records; returns how many of them were not there already. */
  int park(Connection connection, List<Letter> letters) throws SQLException {
    if (letters.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(PARK)) {
      statement.setString(1, gate.consumer());
      statement.setString(2, gate.schema());
      statement.setArray(3, array(connection, "text", letters, l -> l.stream().topic()));
      statement.setArray(4, array(connection, "text", letters, l -> l.stream().key()));
      statement.setArray(5, array(connection, "boolean", letters, Letter::alone));
      statement.setArray(6, array(connection, "int", letters, l -> l.record().partition()));
      statement.setArray(7, array(connection, "bigint", letters, l -> l.record().offset()));
      statement.setArray(8, array(connection, "uuid", letters, Letter::eventId));
      statement.setArray(9, array(connection, "text", letters, Letter::type));
      statement.setArray(10, array(connection, "bigint", letters, Letter::version));
      statement.setArray(11, array(connection, "text", letters, Letter::correlationId));
      statement.setArray(12, array(connection, "timestamptz", letters, Letter::recordedAt));
      statement.setArray(13, bytes(connection, letters, l -> l.record().key()));
      statement.setArray(14, bytes(connection, letters, l -> l.record().value()));
      statement.setArray(15, array(connection, "text", letters, Letter::headers));
      statement.setArray(16, array(connection, "text", letters, l -> l.cause().inSql()));
      statement.setArray(17, array(connection, "text", letters, Letter::error));
      statement.setArray(18, array(connection, "int", letters, Letter::attempts));
      try (ResultSet parked = statement.executeQuery()) {
        parked.next();
        return parked.getInt(1);
      }
    }
  }

  /** Continues streams whose missing event has been applied: the letters behind it are tried. */
  void goOn(Connection connection, Set<StreamKey> streams) throws SQLException {
    for (StreamKey stream : streams) {
      try (PreparedStatement statement =
          connection.prepareStatement("select deadletter.go_on(?, ?, ?)")) {
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
