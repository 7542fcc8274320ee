package org.accrual.systemtests;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.accrual.contract.Headers;
import org.accrual.embedded.CommittedRecords;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** What stands in the database and on the topics, read past every service. */
final class Evidence {
  private final String jdbcUrl;
  private final String bootstrapServers;

  Evidence(String jdbcUrl, String bootstrapServers) {
    this.jdbcUrl = jdbcUrl;
    this.bootstrapServers = bootstrapServers;
  }

  /** Rows of a query as text, columns joined by a bar. */
  List<String> rows(String sql, Object... parameters) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl, "postgres", "");
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      try (ResultSet result = statement.executeQuery()) {
        List<String> rows = new ArrayList<>();
        while (result.next()) {
          List<String> columns = new ArrayList<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            columns.add(result.getString(i));
          }
          rows.add(String.join("|", columns));
        }
        return rows;
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Every committed record of a topic by key, in order. */
  Map<String, List<ConsumerRecord<String, byte[]>>> records(String topic) {
    Map<String, List<ConsumerRecord<String, byte[]>>> byKey = new TreeMap<>();
    CommittedRecords.each(
        bootstrapServers,
        topic,
        record -> byKey.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record));
    return byKey;
  }

  static String header(ConsumerRecord<String, byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  static List<String> sequences(List<ConsumerRecord<String, byte[]>> records) {
    return records.stream().map(record -> header(record, Headers.SEQUENCE)).toList();
  }
}
