package org.accrual.consumers.database;

import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintStream;
import java.sql.SQLException;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.Settings;

/** Connects an operator's command to the database. */
public final class CommandDatabase {
  private static final int FAILED = 1;

  private CommandDatabase() {}

  /** A command that needs the database. */
  @FunctionalInterface
  public interface Command {
    /**
     * Runs it.
     *
     * @param database one connection at a time, without autocommit
     * @return the exit code
     */
    int run(HikariDataSource database) throws SQLException;
  }

  /** Runs a command and returns its exit code; 1 if the database fails, with one line on why. */
  public static int run(Settings settings, PrintStream err, Command command) {
    DatabaseSettings where = DatabaseSettings.read(settings);
    try (HikariDataSource database = new HikariDataSource()) {
      database.setJdbcUrl(where.url());
      database.setUsername(where.user());
      database.setPassword(where.password());
      database.setAutoCommit(false);
      database.setMaximumPoolSize(1);
      database.setConnectionTimeout(5_000);
      database.setInitializationFailTimeout(-1);
      return command.run(database);
    } catch (SQLException e) {
      err.println(where + ": " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
      return FAILED;
    }
  }
}
