package org.accrual.consumers.analytics;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import org.accrual.consumers.analytics.Moves.Place;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.projection.EnrollmentStates;

/** The table {@code standing}. */
final class StandingTable {
  private final String add;

  StandingTable(String schema) {
    // In order, so that two batches cannot deadlock.
    add =
        """
        insert into %1$s.standing as s (study_id, site_id, state, enrollments)
        select * from unnest(?, ?, ?, ?) as m (study_id, site_id, state, change) order by 1, 2, 3
        on conflict (study_id, site_id, state)
           do update set enrollments = s.enrollments + excluded.enrollments
        """
            .formatted(schema);
  }

  void add(Connection connection, SortedMap<Place, Long> moves) throws SQLException {
    if (moves.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(add)) {
      new Columns<Map.Entry<Place, Long>>(statement, moves.entrySet())
          .column("text", move -> move.getKey().studyId())
          .column("text", move -> move.getKey().siteId())
          .column("text", move -> EnrollmentStates.inSql(move.getKey().state()))
          .column("bigint", Map.Entry::getValue)
          .write();
    }
  }
}
