package org.accrual.core.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.accrual.contract.EventSchemas;
import org.apache.avro.Schema;

/**
 * What events were written with: the schemas of this build, and those of newer ones off the table
 * {@code enrollment.event_schema}, where a deploy puts them first. Kept once read, since a version
 * never changes.
 */
final class StoredSchemas {
  private static final Map<Version, Schema> NEWER = new ConcurrentHashMap<>();

  private record Version(String type, int version) {}

  private StoredSchemas() {}

  /**
   * The schema of a version of a type.
   *
   * @throws IllegalStateException if neither this build nor the database knows it
   */
  static Schema of(String type, int version, Connection connection) throws SQLException {
    Optional<Schema> ours = EventSchemas.of(type, version);
    return ours.isPresent() ? ours.get() : newer(new Version(type, version), connection);
  }

  private static Schema newer(Version wanted, Connection connection) throws SQLException {
    Schema known = NEWER.get(wanted);
    if (known == null) {
      known = read(wanted, connection);
      NEWER.put(wanted, known);
    }
    return known;
  }

  private static Schema read(Version wanted, Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select schema from enrollment.event_schema where type = ? and version = ?")) {
      select.setString(1, wanted.type());
      select.setInt(2, wanted.version());
      try (ResultSet row = select.executeQuery()) {
        if (row.next()) {
          return new Schema.Parser().parse(row.getString(1));
        }
      }
    }
    throw new IllegalStateException(
        "the event store has an event of type %s, schema version %d, which neither this build nor"
                .formatted(wanted.type(), wanted.version())
            + " enrollment.event_schema knows: run the deploy step of the build that wrote it");
  }
}
