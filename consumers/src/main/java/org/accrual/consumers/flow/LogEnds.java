package org.accrual.consumers.flow;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;

/**
 * Keeps {@code ops.consumer_lag} true for consumers that do not run: what they would tell of the
 * topics' ends is told for them. Their positions stay, and so does when they were seen.
 */
final class LogEnds {
  private static final Logger LOG = Logger.getLogger(LogEnds.class.getName());
  private static final String UPDATE =
      """
      update ops.consumer_partition c set log_end = e.log_end
        from unnest(?, ?, ?) as e (topic, partition, log_end)
       where c.topic = e.topic and c.partition = e.partition and c.log_end < e.log_end
         and c.seen_at < clock_timestamp() - interval '7 s'
      """;

  private final DataSource database;

  /**
   * @param database connections with autocommit off
   */
  LogEnds(DataSource database) {
    this.database = database;
  }

  void tell(KafkaLook look) {
    List<Map.Entry<TopicPartition, Long>> ends = List.copyOf(look.ends().entrySet());
    try (Connection connection = database.getConnection();
        PreparedStatement update = connection.prepareStatement(UPDATE)) {
      update.setArray(
          1,
          connection.createArrayOf("text", ends.stream().map(e -> e.getKey().topic()).toArray()));
      update.setArray(
          2,
          connection.createArrayOf(
              "int", ends.stream().map(e -> e.getKey().partition()).toArray()));
      update.setArray(
          3, connection.createArrayOf("bigint", ends.stream().map(Map.Entry::getValue).toArray()));
      update.executeUpdate();
      connection.commit();
    } catch (SQLException away) {
      LOG.log(Level.FINE, "the topics' ends were not told; the next look does", away);
    }
  }
}
