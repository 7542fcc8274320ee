package org.accrual.consumers.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import org.accrual.consumers.database.Columns;

/** {@code projection.site}: a batch's changes in one statement. */
final class SiteTable {
  private static final String WRITE =
      """
      merge into projection.site s
      using (select * from unnest(?, ?, ?, ?, ?, ?, ?) as c
               (study_id, site_id, active, capacity, time_zone, version, updated_at)) c
         on s.study_id = c.study_id and s.site_id = c.site_id
       when matched then update set
            active = coalesce(c.active, s.active),
            capacity = coalesce(c.capacity, s.capacity),
            time_zone = coalesce(c.time_zone, s.time_zone),
            version = c.version,
            updated_at = c.updated_at
       when not matched then
            insert (study_id, site_id, active, capacity, time_zone, version, updated_at)
            values (c.study_id, c.site_id, c.active, c.capacity, c.time_zone, c.version, c.updated_at)
      """;

  private SiteTable() {}

  static void write(Connection connection, Collection<SiteChange> changes) throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      new Columns<>(statement, changes)
          .column("text", c -> c.site().studyId())
          .column("text", c -> c.site().siteId())
          .column("boolean", SiteChange::active)
          .column("int", SiteChange::capacity)
          .column("text", SiteChange::timeZone)
          .column("bigint", SiteChange::version)
          .column("timestamptz", SiteChange::updatedAt)
          .write();
    }
  }
}
