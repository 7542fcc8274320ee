package org.accrual.consumers.flow;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.accrual.consumers.flow.DatabaseLook.Mails;
import org.accrual.consumers.flow.DatabaseLook.Parked;
import org.accrual.consumers.flow.DatabaseLook.Relay;
import org.accrual.consumers.flow.DatabaseLook.Sagas;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Looks at the pipeline in the database. */
final class DatabaseLooks {
  private static final String FIGURES =
      """
      select (select count(*) from ops.process
               where service = 'enrollment-core' and seen_at > clock_timestamp() - interval '15 s') as cores,
             (select max(seen_at) from ops.process where service = 'enrollment-core') as core_seen,
             (select count(*) from enrollment.event
               where type = 'accrual.enrollment.unblinded.v1' and recorded_at > now() - interval '1 h') as unblindings,
             (select coalesce(sum(n_tup_ins), 0) from pg_stat_user_tables
               where schemaname = 'outbox' and relname like 'message\\_%') as written,
             d.messages, d.oldest_seconds, (select count(*) from outbox.rejected where settled_at is null) as rejected,
             s.running, s.compensating, s.overdue, m.waiting, m.in_doubt, m.refused,
             (select min(patients) from ops.site_supply) as supplied
        from ops.outbox_depth d,
             (select count(*) filter (where step !~ '^re(lease|turn)-') as running,
                     count(*) filter (where step ~ '^re(lease|turn)-') as compensating,
                     count(*) filter (where due_at < now() - interval '30 s') as overdue
                from enrollment.saga) s,
             (select count(*) filter (where state in ('intended', 'sending')) as waiting,
                     count(*) filter (where state = 'in-doubt') as in_doubt,
                     count(*) filter (where state = 'refused') as refused
                from notification.message
               where state in ('intended', 'sending', 'in-doubt', 'refused')) m
      """;
  private static final String RELAY =
      """
      select state, instance, reason, wal_status, lag_seconds, lag_bytes, retained_wal_bytes, wal_bytes_until_lost,
             updated_at
        from ops.relay_status order by updated_at desc limit 1
      """;
  private static final String PARKED =
      """
      select consumer, count(*), count(distinct (topic, key))
        from deadletter.letter where state = 'parked' group by consumer
      """;
  private static final String POSITIONS =
      "select consumer, topic, partition, position from ops.consumer_partition";

  private final DataSource database;

  DatabaseLooks(DataSource database) {
    this.database = database;
  }

  DatabaseLook look() throws SQLException {
    try (Connection connection = database.getConnection()) {
      Optional<Relay> relay = relay(connection);
      Map<String, Parked> parked = parked(connection);
      Map<String, Map<TopicPartition, Long>> positions = positions(connection);
      try (PreparedStatement statement = connection.prepareStatement(FIGURES);
          ResultSet row = statement.executeQuery()) {
        row.next();
        return new DatabaseLook(
            row.getInt("cores"),
            Optional.ofNullable(row.getObject("core_seen", OffsetDateTime.class))
                .map(OffsetDateTime::toInstant),
            row.getLong("unblindings"),
            row.getLong("written"),
            row.getLong("messages"),
            row.getDouble("oldest_seconds"),
            row.getLong("rejected"),
            relay,
            parked,
            new Sagas(row.getLong("running"), row.getLong("compensating"), row.getLong("overdue")),
            new Mails(row.getLong("waiting"), row.getLong("in_doubt"), row.getLong("refused")),
            supplied(row),
            positions);
      }
    }
  }

  private static OptionalLong supplied(ResultSet row) throws SQLException {
    long supplied = row.getLong("supplied");
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(supplied);
  }

  private static Optional<Relay> relay(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RELAY);
        ResultSet row = statement.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      long untilLost = row.getLong("wal_bytes_until_lost");
      boolean bounded = !row.wasNull();
      Instant reported = row.getObject("updated_at", OffsetDateTime.class).toInstant();
      return Optional.of(
          new Relay(
              row.getString("state"),
              row.getString("instance"),
              text(row, "reason"),
              text(row, "wal_status"),
              row.getDouble("lag_seconds"),
              row.getLong("lag_bytes"),
              row.getLong("retained_wal_bytes"),
              bounded ? OptionalLong.of(untilLost) : OptionalLong.empty(),
              reported));
    }
  }

  private static String text(ResultSet row, String column) throws SQLException {
    @Nullable String text = row.getString(column);
    return text == null ? "" : text;
  }

  private static Map<String, Parked> parked(Connection connection) throws SQLException {
    Map<String, Parked> parked = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(PARKED);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        parked.put(row.getString(1), new Parked(row.getLong(2), row.getLong(3)));
      }
    }
    return parked;
  }

  private static Map<String, Map<TopicPartition, Long>> positions(Connection connection)
      throws SQLException {
    Map<String, Map<TopicPartition, Long>> positions = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(POSITIONS);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        positions
            .computeIfAbsent(row.getString(1), _ -> new HashMap<>())
            .put(new TopicPartition(row.getString(2), row.getInt(3)), row.getLong(4));
      }
    }
    return positions;
  }
}
