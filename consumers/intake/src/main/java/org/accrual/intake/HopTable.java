package org.accrual.intake;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The table {@code ops.hop}. */
final class HopTable {
  private static final int LONGEST_ERROR = 1000;

  /** Not waited for on the disk: these are notes. */
  private static final String INSERT =
      """
      with s as materialized (select set_config('synchronous_commit', 'off', true))
      insert into ops.hop (at, correlation_id, service, outcome, message_id, causation_id, type, source, topic,
                           partition, "offset", key, version, written_at, relayed_at, began_at, attempts, error)
      select h.* from s, unnest(?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                                ?::text[], ?::text[], ?::int[], ?::bigint[], ?::text[], ?::bigint[], ?::timestamptz[],
                                ?::timestamptz[], ?::timestamptz[], ?::int[], ?::text[]) as h
      """;

  private final DataSource database;

  HopTable(DataSource database) {
    this.database = database;
  }

  void insert(List<Hop> hops) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      Arrays arrays = new Arrays(connection, insert, hops);
      arrays.add("text", hop -> time(hop.at()));
      arrays.add("text", hop -> clean(hop.correlationId()));
      arrays.add("text", Hop::service);
      arrays.add("text", hop -> hop.outcome().inSql());
      arrays.add("text", hop -> clean(hop.messageId()));
      arrays.add("text", hop -> clean(hop.causationId()));
      arrays.add("text", hop -> clean(hop.type()));
      arrays.add("text", hop -> clean(hop.source()));
      arrays.add("text", hop -> of(hop, position -> position.partition().topic()));
      arrays.add("int", hop -> of(hop, position -> position.partition().partition()));
      arrays.add("bigint", hop -> of(hop, Position::offset));
      arrays.add("text", Hop::key);
      arrays.add("bigint", Hop::version);
      arrays.add("text", hop -> time(hop.writtenAt()));
      arrays.add("text", hop -> hop.relayedAt().map(HopTable::time).orElse(null));
      arrays.add("text", hop -> time(hop.beganAt()));
      arrays.add("int", Hop::attempts);
      arrays.add("text", hop -> clean(hop.error()));
      insert.executeUpdate();
      connection.commit();
    }
  }

  /** As PostgreSQL reads a time. */
  private static String time(Instant time) {
    return time.atOffset(ZoneOffset.UTC).toString();
  }

  private static <T> @Nullable T of(Hop hop, Function<Position, T> part) {
    Optional<Position> position = hop.position();
    return position.isPresent() ? part.apply(position.get()) : null;
  }

  /** What a record says may be anything; a database takes no NUL, and nobody reads more. */
  private static String clean(String text) {
    String whole = text.replace('\0', ' ');
    return whole.length() <= LONGEST_ERROR ? whole : whole.substring(0, LONGEST_ERROR);
  }

  private static final class Arrays {
    private final Connection connection;
    private final PreparedStatement statement;
    private final List<Hop> hops;
    private int index;

    Arrays(Connection connection, PreparedStatement statement, List<Hop> hops) {
      this.connection = connection;
      this.statement = statement;
      this.hops = hops;
    }

    void add(String type, Function<Hop, ? extends @Nullable Object> value) throws SQLException {
      @Nullable Object[] values = new @Nullable Object[hops.size()];
      int row = 0;
      for (Hop hop : hops) {
        values[row++] = value.apply(hop);
      }
      statement.setArray(++index, connection.createArrayOf(type, values));
    }
  }
}
