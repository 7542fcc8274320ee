package org.accrual.consumers.flow;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.flow.FlowData.At;
import org.accrual.consumers.query.DatabaseErrors;

/** Reads all that is known of some conversations. */
@ApplicationScoped
class FlowReader {
  private static final int MOST_ROWS = 20_000;

  private static final String HOPS =
      "select %s from ops.flow where correlation_id = any (?) order by at limit %d"
          .formatted(FlowRow.COLUMNS, MOST_ROWS);

  /** What the event store has: it knows an enrollment's events for ever. */
  private static final String EVENTS =
      """
      select metadata ->> 'ce_correlationid', recorded_at, 'written', 'enrollment-core', type, 'written',
             event_id::text, coalesce(metadata ->> 'ce_causationid', ''), 'accrual.enrollment.events', null::int,
             null::bigint, stream_id, version, 1, '', null::timestamptz
        from enrollment.event
       where stream_type = 'enrollment' and stream_id = ?
       order by version
      """;

  private static final String CONVERSATIONS =
      """
      select metadata ->> 'ce_correlationid' from enrollment.event
       where stream_type = 'enrollment' and stream_id = ?
       group by 1 order by min(version) limit 200
      """;

  private static final String SUBSCRIPTIONS =
      """
      select consumer, topic, partition, position, log_end, seen_at
        from ops.consumer_partition where topic = any (?)
      """;

  private static final String LETTERS =
      """
      select consumer, coalesce(event_id::text, letter_id::text), letter_id from deadletter.letter
       where correlation_id = any (?) and state = 'parked'
      """;

  private static final String LAST_RELAYED =
      "select last_id from ops.relay order by last_id limit 1";

  private final DataSource database;

  @Inject
  FlowReader(@QueryPool DataSource database) {
    this.database = database;
  }

  /** Correlation ids of the conversations about an enrollment, oldest first. */
  List<String> conversations(UUID enrollmentId) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(CONVERSATIONS)) {
      statement.setString(1, enrollmentId.toString());
      List<String> ids = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
      return ids;
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  FlowData read(Collection<String> correlationIds) {
    try (Connection connection = database.getConnection()) {
      List<FlowRow> rows = rows(connection, HOPS, textArray(connection, correlationIds));
      boolean truncated = rows.size() == MOST_ROWS;
      List<FlowRow> all = new ArrayList<>(rows);
      for (String enrollment : enrollments(rows)) {
        rows(connection, EVENTS, enrollment).stream()
            .filter(event -> correlationIds.contains(event.correlationId()))
            .forEach(all::add);
      }
      return new FlowData(
          all,
          subscriptions(connection, all),
          letters(connection, correlationIds),
          lastRelayed(connection),
          truncated);
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  /** The same, with what the event store has of an enrollment though nothing else is left. */
  FlowData read(UUID enrollmentId, Collection<String> correlationIds) {
    FlowData noted = read(correlationIds);
    if (enrollments(noted.rows()).contains(enrollmentId.toString())) {
      return noted;
    }
    try (Connection connection = database.getConnection()) {
      List<FlowRow> all = new ArrayList<>(noted.rows());
      all.addAll(rows(connection, EVENTS, enrollmentId.toString()));
      return new FlowData(
          all,
          subscriptions(connection, all),
          noted.letters(),
          noted.lastRelayed(),
          noted.truncated());
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  static List<String> enrollments(List<FlowRow> rows) {
    return rows.stream()
        .filter(row -> row.topic().equals("accrual.enrollment.events"))
        .map(FlowRow::key)
        .distinct()
        .toList();
  }

  private static List<FlowRow> rows(Connection connection, String sql, Object parameter)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, parameter);
      List<FlowRow> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(FlowRow.of(rows));
        }
      }
      return found;
    }
  }

  private static List<Subscription> subscriptions(Connection connection, List<FlowRow> rows)
      throws SQLException {
    List<String> topics =
        rows.stream().map(FlowRow::topic).filter(topic -> !topic.isEmpty()).distinct().toList();
    record Key(String consumer, String topic) {}
    Map<Key, Map<Integer, Long>> positions = new HashMap<>();
    Map<Key, Instant> caughtUp = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(SUBSCRIPTIONS)) {
      statement.setArray(1, textArray(connection, topics));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          Key key = new Key(row.getString(1), row.getString(2));
          positions.computeIfAbsent(key, _ -> new HashMap<>()).put(row.getInt(3), row.getLong(4));
          boolean behind = row.getLong(4) < row.getLong(5);
          Instant seen =
              behind ? Instant.EPOCH : row.getObject(6, OffsetDateTime.class).toInstant();
          caughtUp.merge(key, seen, (a, b) -> a.isBefore(b) ? a : b);
        }
      }
    }
    return positions.entrySet().stream()
        .map(
            entry ->
                new Subscription(
                    entry.getKey().consumer(),
                    entry.getKey().topic(),
                    entry.getValue(),
                    caughtUp.getOrDefault(entry.getKey(), Instant.EPOCH)))
        .collect(Collectors.toList());
  }

  private static Map<At, String> letters(Connection connection, Collection<String> correlationIds)
      throws SQLException {
    Map<At, String> letters = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(LETTERS)) {
      statement.setArray(1, textArray(connection, correlationIds));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          letters.put(new At(row.getString(1), row.getString(2)), row.getString(3));
        }
      }
    }
    return letters;
  }

  private static Optional<UUID> lastRelayed(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LAST_RELAYED);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.ofNullable(row.getObject(1, UUID.class)) : Optional.empty();
    }
  }

  private static java.sql.Array textArray(Connection connection, Collection<String> texts)
      throws SQLException {
    return connection.createArrayOf("text", texts.toArray());
  }
}
