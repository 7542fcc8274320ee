package org.accrual.intake;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;

/**
 * The table {@code ops.consumer_offset} for one consumer: its offsets are written in the
 * transactions of its effects, so that both are restored together.
 */
public final class OffsetTable implements Positions {
  private static final Logger LOG = Logger.getLogger(OffsetTable.class.getName());
  // A topic that was made again is read from its beginning.
  private static final String START =
      """
      insert into ops.consumer_offset as o (consumer, topic, partition, topic_id, next_offset)
      select ?, n.topic, n.partition, n.topic_id, 0
        from unnest(?, ?, ?) as n (topic, partition, topic_id) order by n.topic, n.partition
      on conflict (consumer, topic, partition) do update
         set topic_id = excluded.topic_id, next_offset = 0
       where o.topic_id <> excluded.topic_id
      """;
  private static final String READ =
      "select topic, partition, next_offset from ops.consumer_offset where consumer = ?";
  // Never back: an owner that has lost its partitions, but has not noticed, repeats older records.
  private static final String ADVANCE =
      """
      update ops.consumer_offset o set next_offset = n.next
        from unnest(?, ?, ?) as n (topic, partition, next)
       where o.consumer = ? and o.topic = n.topic and o.partition = n.partition
         and o.next_offset < n.next
      """;

  private final String consumer;
  private final DataSource database;
  private final TopicIds topicIds;
  private volatile Map<String, UUID> started = Map.of();

  /**
   * Creates it.
   *
   * @param consumer the name in its {@link GateTable}
   * @param database connections with autocommit off
   */
  public OffsetTable(String consumer, DataSource database, TopicIds topicIds) {
    this.consumer = consumer;
    this.database = database;
    this.topicIds = topicIds;
  }

  @Override
  public Map<TopicPartition, Long> start(Collection<TopicPartition> partitions) {
    Set<String> topics =
        partitions.stream().map(TopicPartition::topic).collect(Collectors.toUnmodifiableSet());
    Map<String, UUID> ids = new HashMap<>(started);
    ids.putAll(topicIds.of(topics));
    try (Connection connection = database.getConnection()) {
      try {
        begin(connection, List.copyOf(partitions), ids);
        Map<TopicPartition, Long> offsets = read(connection);
        connection.commit();
        offsets.keySet().retainAll(partitions);
        started = Map.copyOf(ids);
        return offsets;
      } finally {
        connection.rollback();
      }
    } catch (SQLException failure) {
      throw new TransientFailure("the database does not say where to continue", failure);
    }
  }

  @Override
  public boolean isMadeAgain(Collection<String> topics) {
    Map<String, UUID> before = started;
    try {
      return topicIds.of(topics).entrySet().stream()
          .anyMatch(
              now -> !now.getValue().equals(before.getOrDefault(now.getKey(), now.getValue())));
    } catch (TransientFailure unknown) {
      LOG.log(Level.FINE, "asked again later", unknown);
      return false;
    }
  }

  private void begin(Connection connection, List<TopicPartition> partitions, Map<String, UUID> ids)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(START)) {
      statement.setString(1, consumer);
      bind(connection, statement, 2, partitions);
      statement.setArray(
          4,
          connection.createArrayOf(
              "uuid", partitions.stream().map(partition -> ids.get(partition.topic())).toArray()));
      statement.executeUpdate();
    }
  }

  private Map<TopicPartition, Long> read(Connection connection) throws SQLException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setString(1, consumer);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          offsets.put(new TopicPartition(rows.getString(1), rows.getInt(2)), rows.getLong(3));
        }
      }
    }
    return offsets;
  }

  /** Moves the offsets past records, in the transaction of their effects. */
  static void advance(Connection connection, String consumer, List<Decoded> batch)
      throws SQLException {
    Map<TopicPartition, Long> next = new HashMap<>();
    for (Decoded record : batch) {
      next.merge(record.position().partition(), record.position().offset() + 1, Math::max);
    }
    List<TopicPartition> partitions = List.copyOf(next.keySet());
    try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
      bind(connection, statement, 1, partitions);
      statement.setArray(
          3, connection.createArrayOf("bigint", partitions.stream().map(next::get).toArray()));
      statement.setString(4, consumer);
      statement.executeUpdate();
    }
  }

  private static void bind(
      Connection connection,
      PreparedStatement statement,
      int first,
      List<TopicPartition> partitions)
      throws SQLException {
    statement.setArray(
        first,
        connection.createArrayOf("text", partitions.stream().map(TopicPartition::topic).toArray()));
    statement.setArray(
        first + 1,
        connection.createArrayOf(
            "int", partitions.stream().map(TopicPartition::partition).toArray()));
  }
}
