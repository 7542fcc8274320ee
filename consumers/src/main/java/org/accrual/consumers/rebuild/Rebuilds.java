package org.accrual.consumers.rebuild;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;

/** What can be asked about rebuilds, by gRPC and by the command line alike. */
final class Rebuilds {
  /** The consumers that can be rebuilt: those that are {@code Rebuildable}. */
  static final Set<String> PROJECTIONS = Set.of("projection", "analytics");

  private static final String UNIQUE_VIOLATION = "23505";
  private static final String NO_DATA = "P0002";

  private final DataSource database;

  /**
   * @param database connections with autocommit off
   */
  Rebuilds(DataSource database) {
    this.database = database;
  }

  /** How asking for a rebuild ended. */
  sealed interface Started {
    /** It has begun, now or by the same request before. */
    record Begun(Rebuild rebuild) implements Started {}

    /** The projection has another under way. */
    record UnderWay() implements Started {}

    /** No version served before. */
    record NoPrevious() implements Started {}

    /** The request id was used for another rebuild. */
    record RequestReused() implements Started {}
  }

  Started start(String projection, String source, String who, String requestId)
      throws SQLException {
    try (Connection connection = database.getConnection()) {
      try {
        Optional<Started> before = before(connection, projection, source, requestId);
        if (before.isPresent()) {
          return before.get();
        }
        UUID id = RebuildTable.start(connection, projection, source, who, requestId);
        connection.commit();
        return new Started.Begun(RebuildTable.find(connection, id).orElseThrow());
      } catch (SQLException refused) {
        connection.rollback();
        return switch (refused.getSQLState()) {
          case UNIQUE_VIOLATION ->
              before(connection, projection, source, requestId).orElseGet(Started.UnderWay::new);
          case NO_DATA -> new Started.NoPrevious();
          default -> throw refused;
        };
      } finally {
        connection.rollback();
      }
    }
  }

  private static Optional<Started> before(
      Connection connection, String projection, String source, String requestId)
      throws SQLException {
    return RebuildTable.byRequest(connection, requestId)
        .map(
            rebuild ->
                rebuild.projection().equals(projection) && rebuild.source().equals(source)
                    ? new Started.Begun(rebuild)
                    : new Started.RequestReused());
  }

  Optional<Rebuild> find(UUID id) throws SQLException {
    try (Connection connection = database.getConnection()) {
      Optional<Rebuild> found = RebuildTable.find(connection, id);
      connection.rollback();
      return found;
    }
  }

  /** Gives it up if it is under way; answers how it stands then. */
  Optional<Rebuild> cancel(UUID id) throws SQLException {
    try (Connection connection = database.getConnection()) {
      boolean _ = RebuildTable.cancel(connection, id);
      connection.commit();
    }
    return find(id);
  }
}
