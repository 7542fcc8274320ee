package org.accrual.intake;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import org.accrual.intake.Judgement.Advance;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code applied (topic, key, version)} in a consumer's own schema. It has a row a
 * stream, not a row an event. One statement reads the rows of a batch, one writes them.
 */
public final class GateTable {
  private static final String UNIQUE_VIOLATION = "23505";

  private final String consumer;
  private final String schema;
  private final String read;
  private final String advance;

  /**
   * Of a consumer whose schema has its name.
   *
   * @param schema a schema of ours, as it is written in SQL
   */
  public GateTable(String schema) {
    this(schema, schema);
  }

  /**
   * Of a consumer with another name than its schema.
   *
   * @param consumer as the dead letters name it
   */
  public GateTable(String consumer, String schema) {
    this.consumer = consumer;
    this.schema = schema;
    if (!schema.matches("[a-z][a-z_]*")) {
      throw new IllegalArgumentException("not a schema of ours: " + schema);
    }
    read =
        """
        select a.topic, a.key, a.version
          from unnest(?, ?) as wanted (topic, key)
          join %s.applied a using (topic, key)
        """
            .formatted(schema);
    // The versions seen must still be there: an owner that lost its partitions but has not noticed
    // changes fewer rows than it means to, and gives up.
    advance =
        """
        merge into %s.applied a
        using (select * from unnest(?, ?, ?, ?) as s (topic, key, seen, version)) s
           on a.topic = s.topic and a.key = s.key
         when matched and a.version = s.seen then update set version = s.version
         when not matched and s.seen = 0 then insert (topic, key, version)
              values (s.topic, s.key, s.version)
        """
            .formatted(schema);
  }

  /** Whose it is. */
  public String consumer() {
    return consumer;
  }

  String schema() {
    return schema;
  }

  /** The versions applied of those of the streams that have any. */
  public Map<StreamKey, Long> read(Connection connection, Collection<StreamKey> streams)
      throws SQLException {
    Map<StreamKey, Long> applied = HashMap.newHashMap(streams.size());
    try (PreparedStatement statement = connection.prepareStatement(read)) {
      statement.setArray(1, texts(connection, streams.stream().map(StreamKey::topic).toArray()));
      statement.setArray(2, texts(connection, streams.stream().map(StreamKey::key).toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          applied.put(new StreamKey(rows.getString(1), rows.getString(2)), rows.getLong(3));
        }
      }
    }
    return applied;
  }

  /**
   * Moves streams on.
   *
   * @throws TransientFailure if one of them has moved meanwhile: read again
   */
  void advance(Connection connection, SortedMap<StreamKey, Advance> advances) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(advance)) {
      var streams = advances.keySet();
      var steps = advances.values();
      statement.setArray(1, texts(connection, streams.stream().map(StreamKey::topic).toArray()));
      statement.setArray(2, texts(connection, streams.stream().map(StreamKey::key).toArray()));
      statement.setArray(3, longs(connection, steps.stream().map(Advance::from).toArray()));
      statement.setArray(4, longs(connection, steps.stream().map(Advance::to).toArray()));
      if (statement.executeUpdate() != advances.size()) {
        throw moved(null);
      }
    } catch (SQLException failure) {
      if (UNIQUE_VIOLATION.equals(failure.getSQLState())) {
        throw moved(failure);
      }
      throw failure;
    }
  }

  private static TransientFailure moved(@Nullable SQLException cause) {
    return new TransientFailure("another process is applying the same streams", cause);
  }

  private static Array texts(Connection connection, Object[] values) throws SQLException {
    return connection.createArrayOf("text", values);
  }

  private static Array longs(Connection connection, Object[] values) throws SQLException {
    return connection.createArrayOf("bigint", values);
  }
}
