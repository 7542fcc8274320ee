package org.accrual.consumers.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.accrual.consumers.database.Columns;

/** {@code projection.site}: one statement reads a batch's rows, one writes them. */
final class SiteTable {
  private final String read;
  private final String write;

  /**
   * @param schema of which version of the projection
   */
  SiteTable(String schema) {
    read =
        """
        select stream, study_id, site_id, active, capacity, time_zone, version, updated_at
          from %s.site
         where stream = any (?)
        """
            .formatted(schema);
    write =
        """
        insert into %s.site
               (stream, study_id, site_id, active, capacity, time_zone, version, updated_at)
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (stream) do update set
               active = excluded.active,
               capacity = excluded.capacity,
               time_zone = excluded.time_zone,
               version = excluded.version,
               updated_at = excluded.updated_at
        """
            .formatted(schema);
  }

  Map<String, SiteRow> read(Connection connection, Collection<String> streams) throws SQLException {
    Map<String, SiteRow> rows = HashMap.newHashMap(streams.size());
    if (streams.isEmpty()) {
      return rows;
    }
    try (PreparedStatement statement = connection.prepareStatement(read)) {
      statement.setArray(1, connection.createArrayOf("text", streams.toArray()));
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          SiteRow row = row(found);
          rows.put(row.stream(), row);
        }
      }
    }
    return rows;
  }

  void write(Connection connection, Collection<SiteRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(write)) {
      new Columns<>(statement, rows)
          .column("text", SiteRow::stream)
          .column("text", SiteRow::studyId)
          .column("text", SiteRow::siteId)
          .column("boolean", SiteRow::active)
          .column("int", SiteRow::capacity)
          .column("text", SiteRow::timeZone)
          .column("bigint", SiteRow::version)
          .column("timestamptz", SiteRow::updatedAt)
          .write();
    }
  }

  private static SiteRow row(ResultSet row) throws SQLException {
    return new SiteRow(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        row.getInt(5),
        row.getString(6),
        row.getLong(7),
        row.getObject(8, OffsetDateTime.class).toInstant());
  }
}
