package org.accrual.provision;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.accrual.runtime.DatabaseSettings;

/**
 * Creates the publication through which the relay reads the outbox. The migrations create the one
 * of the default name; this creates one of another name, or one that was dropped.
 */
final class Publication {
  private Publication() {}

  /**
   * Creates the publication if there is none of that name. A publication that differs is left to
   * the relay, which refuses it.
   *
   * @param name 1 to 63 characters of a-z, 0-9 and _
   * @return one line about it
   */
  static String ensure(DatabaseSettings settings, String name) {
    try (Connection connection = Database.connect(settings);
        PreparedStatement query =
            connection.prepareStatement("select from pg_publication where pubname = ?");
        Statement statement = connection.createStatement()) {
      query.setString(1, name);
      if (query.executeQuery().next()) {
        return "publication: %s is there".formatted(name);
      }
      statement.execute(
          """
          create publication %s for table outbox.message
            with (publish = 'insert', publish_via_partition_root = true)\
          """
              .formatted(statement.enquoteIdentifier(name, true)));
      return "publication: %s made".formatted(name);
    } catch (SQLException e) {
      throw new ProvisionRefused("publication %s: %s".formatted(name, e.getMessage()), e);
    }
  }
}
