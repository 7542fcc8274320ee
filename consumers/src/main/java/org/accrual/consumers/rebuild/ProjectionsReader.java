package org.accrual.consumers.rebuild;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.accrual.api.ops.v1.Projection;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.query.DatabaseErrors;

/** {@code ops.projections} as clients see it. */
@ApplicationScoped
class ProjectionsReader {
  private final DataSource database;

  @Inject
  ProjectionsReader(@QueryPool DataSource database) {
    this.database = database;
  }

  List<Projection> list() {
    try (Connection connection = database.getConnection()) {
      Map<String, Rebuild> latest = new HashMap<>();
      RebuildTable.latest(connection).forEach(rebuild -> latest.put(rebuild.projection(), rebuild));
      List<Projection> projections = new ArrayList<>();
      try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  select projection, streams, events, streams_parked, has_previous
                    from ops.projections order by projection
                  """);
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          projections.add(projection(row, latest));
        }
      }
      return projections;
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static Projection projection(ResultSet row, Map<String, Rebuild> latest)
      throws SQLException {
    Projection.Builder projection =
        Projection.newBuilder()
            .setName(row.getString(1))
            .setStreams(row.getLong(2))
            .setEvents(row.getLong(3))
            .setStreamsParked(row.getLong(4))
            .setHasPrevious(row.getBoolean(5));
    Rebuild rebuild = latest.get(row.getString(1));
    if (rebuild != null) {
      projection.setLastRebuild(ProjectionAdminGrpc.message(rebuild));
    }
    return projection.build();
  }
}
