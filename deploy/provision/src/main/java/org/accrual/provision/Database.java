package org.accrual.provision;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.DatabaseSettings;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;

/** The database's shape. */
public final class Database {
  /** Held, since a logger that nobody holds forgets its level. */
  private static final Logger FLYWAY_LOG = Logger.getLogger("org.flywaydb");

  private static final String COLLATION =
      """
      select coalesce(datlocale, datcollate) as locale,
             datlocprovider = 'b' or (datlocprovider = 'c' and datcollate ~* '^(C|POSIX)($|[.])')
               as by_code_point
        from pg_database where datname = current_database()
      """;

  private Database() {}

  /** Applies the migrations that are missing; answers one line about it. */
  public static String migrate(DatabaseSettings settings) {
    FLYWAY_LOG.setLevel(Level.SEVERE);
    try {
      MigrateResult result =
          Flyway.configure()
              .dataSource(settings.url(), settings.user(), settings.password())
              .locations("classpath:db/migration")
              .cleanDisabled(true)
              .load()
              .migrate();
      return result.migrationsExecuted == 0
          ? "database: at version " + result.initialSchemaVersion
          : "database: %d migrations applied, now at version %s"
              .formatted(result.migrationsExecuted, result.targetSchemaVersion);
    } catch (FlywayException failed) {
      throw new ProvisionRefused(
          "database %s: %s".formatted(settings, failed.getMessage()), failed);
    }
  }

  /**
   * Makes the outbox's partitions of the next days and drops those that are relayed and past
   * retention; answers one line about it. To be called daily: a partition goes by two calls, and
   * without any the outbox grows.
   */
  public static String maintainOutbox(DatabaseSettings settings, Duration retention) {
    try (Connection connection = connect(settings);
        PreparedStatement maintain =
            connection.prepareStatement("call outbox.maintain(make_interval(secs => ?))")) {
      maintain.setDouble(1, (double) retention.toSeconds());
      ResultSet done = maintain.executeQuery();
      done.next();
      return "outbox: %d partitions made, %d dropped"
          .formatted(done.getInt("made"), done.getInt("dropped"));
    } catch (SQLException failed) {
      throw new ProvisionRefused("outbox partitions: " + failed.getMessage(), failed);
    }
  }

  /**
   * Returns a warning if the database orders text by a language's rules, empty otherwise. Every key
   * is text: such indexes are slower, and an upgrade of the operating system's or ICU's rules
   * breaks them silently.
   */
  static Optional<String> collationWarning(DatabaseSettings settings) {
    try (Connection connection = connect(settings);
        PreparedStatement select = connection.prepareStatement(COLLATION);
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getBoolean("by_code_point")
          ? Optional.empty()
          : Optional.of(
              """
              database: WARNING: text is ordered by the rules of locale %s, which makes indexes \
              slower and breaks them when these rules change; create the database by: create \
              database … template template0 locale_provider builtin builtin_locale 'C.UTF-8'"""
                  .formatted(row.getString("locale")));
    } catch (SQLException e) {
      throw new ProvisionRefused("database %s: %s".formatted(settings, e.getMessage()), e);
    }
  }

  static Connection connect(DatabaseSettings settings) throws SQLException {
    return DriverManager.getConnection(settings.url(), settings.user(), settings.password());
  }
}
