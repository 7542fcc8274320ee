package org.accrual.core.eventstore;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.accrual.runtime.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * One connection apart from the pools, by which the process knows whether the database answers even
 * while calls use every other connection.
 */
final class HealthConnection implements AutoCloseable {
  private static final int VALID_SECONDS = 1;

  private final String url;
  private final Properties properties = new Properties();
  private @Nullable Connection connection;

  /**
   * @param timeoutSeconds of connecting, and of an answer
   */
  HealthConnection(DatabaseSettings settings, String timeoutSeconds) {
    url = settings.url();
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    properties.setProperty("ApplicationName", "enrollment-core-health");
    properties.setProperty("connectTimeout", timeoutSeconds);
    properties.setProperty("socketTimeout", timeoutSeconds);
  }

  /** Returns whether the database answers; connects again if the last connection is broken. */
  synchronized boolean answers() {
    try {
      Connection last = connection;
      if (last != null && last.isValid(VALID_SECONDS)) {
        return true;
      }
      close();
      Connection next = DriverManager.getConnection(url, properties);
      connection = next;
      return next.isValid(VALID_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public synchronized void close() {
    Connection last = connection;
    connection = null;
    if (last != null) {
      try {
        last.close();
      } catch (SQLException e) {
        // The connection is broken; there is nothing left to close.
      }
    }
  }
}
