package org.accrual.core.eventstore;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.runtime.DatabaseSettings;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/**
 * The pool and Hibernate on it, resource-local. A process starts without a database and serves as
 * soon as there is one: nothing connects before it is asked.
 */
public final class Database implements AutoCloseable {
  /**
   * Pool and Hibernate log what they throw, even a conflict that is only decided anew. Whoever
   * catches it says so in one line of ours. Held, since a logger that nobody holds forgets its
   * level.
   */
  private static final List<Logger> REPEATERS =
      List.of(
          Logger.getLogger("com.zaxxer.hikari.pool"),
          Logger.getLogger("org.hibernate.engine.jdbc.spi.SqlExceptionHelper"));

  /** For answers, deadlines, redrives, and what the process tells of itself. */
  private static final int SAGA_POOL_SIZE = 5;

  /** A process that was stopped inside a batch must not hold up who goes on with it. */
  private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(15);

  private final HikariDataSource pool;
  private final HikariDataSource sagaPool;
  private final HikariDataSource healthPool;
  private final SessionFactory sessions;

  /**
   * Opens nothing yet.
   *
   * @param poolSize connections at most
   * @param connectionTimeout how long a call waits for a connection
   * @param statementTimeout after which PostgreSQL gives a statement up
   */
  public Database(
      DatabaseSettings settings,
      int poolSize,
      Duration connectionTimeout,
      Duration statementTimeout) {
    REPEATERS.forEach(log -> log.setLevel(Level.OFF));
    pool = new HikariDataSource(pool(settings, poolSize, connectionTimeout, statementTimeout, ""));
    HikariConfig sagas =
        pool(
            settings,
            SAGA_POOL_SIZE,
            connectionTimeout,
            statementTimeout,
            "; set idle_in_transaction_session_timeout = " + IDLE_IN_TRANSACTION.toMillis());
    sagas.setPoolName("enrollment-core-saga");
    sagas.setMinimumIdle(0);
    sagas.setAutoCommit(false);
    sagaPool = new HikariDataSource(sagas);
    HikariConfig health = pool(settings, 1, connectionTimeout, statementTimeout, "");
    health.setPoolName("enrollment-core-health");
    healthPool = new HikariDataSource(health);
    sessions =
        new Configuration()
            .addAnnotatedClass(StudyHeadRow.class)
            .addAnnotatedClass(SiteHeadRow.class)
            .addAnnotatedClass(OperationRow.class)
            .addAnnotatedClass(SagaOperationRow.class)
            .addProperties(properties(pool))
            .buildSessionFactory();
  }

  /**
   * Runs on one connection in autocommit: each statement is a transaction, which is all that a
   * command's two statements need. Failures come as {@code Conflict} or {@code StoreUnavailable}
   * where they are such.
   */
  <T> T onConnection(Work<T> work) {
    return inSession(session -> session.doReturningWork(work::run));
  }

  /** Runs in a session without a transaction: for reads and single statements. */
  <T> T inSession(Function<StatelessSession, T> work) {
    try (StatelessSession session = sessions.openStatelessSession()) {
      return work.apply(session);
    } catch (RuntimeException failed) {
      throw SqlFailures.translated(failed);
    }
  }

  /** Runs in one transaction, and commits it if nothing is thrown. */
  <T> T inTransaction(Function<StatelessSession, T> work) {
    try {
      return sessions.fromStatelessTransaction(work);
    } catch (RuntimeException failed) {
      throw SqlFailures.translated(failed);
    }
  }

  /** Connections in which batches of sagas are moved: autocommit off, apart from the commands'. */
  public DataSource sagas() {
    return sagaPool;
  }

  /** Runs in one transaction on a connection of {@link #sagas}, and commits it. */
  public <T> T inSagaTransaction(Work<T> work) {
    try (Connection connection = sagaPool.getConnection()) {
      T result = work.run(connection);
      connection.commit();
      return result; // what was thrown before is rolled back when the connection is given back
    } catch (SQLException | SagaSqlFailure failed) {
      throw SqlFailures.translated(new IllegalStateException(failed));
    }
  }

  /** Returns whether the database answers, also while calls use every other connection. */
  public boolean reachable() {
    try (Connection connection = healthPool.getConnection()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public void close() {
    sessions.close();
    sagaPool.close();
    healthPool.close();
    pool.close();
  }

  /** Work on a JDBC connection. */
  public interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  private static HikariConfig pool(
      DatabaseSettings settings,
      int poolSize,
      Duration connect,
      Duration statement,
      String sessionSettings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("enrollment-core");
    config.setJdbcUrl(settings.url());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setMaximumPoolSize(poolSize);
    config.setConnectionTimeout(connect.toMillis());
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("ApplicationName", "enrollment-core");
    config.addDataSourceProperty("connectTimeout", seconds(connect));
    // PostgreSQL ends a slow statement; the socket's limit, a little later, is for a dead network.
    // By SET, not as a startup parameter: a connection pooler in between refuses those.
    config.setConnectionInitSql(
        "set statement_timeout = " + statement.toMillis() + sessionSettings);
    config.addDataSourceProperty("socketTimeout", seconds(statement.plusSeconds(2)));
    config.addDataSourceProperty("tcpKeepAlive", "true");
    // Errors would quote the row: patients, contacts.
    config.addDataSourceProperty("logServerErrorDetail", "false");
    return config;
  }

  private static String seconds(Duration duration) {
    return Long.toString(Math.max(1, duration.toSeconds()));
  }

  private static Properties properties(HikariDataSource pool) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            AvailableSettings.JAKARTA_NON_JTA_DATASOURCE,
            pool,
            "jakarta.persistence.database-product-name",
            "PostgreSQL",
            // Or building the factory would ask the database what it is.
            "hibernate.boot.allow_jdbc_metadata_access",
            false,
            AvailableSettings.DEFAULT_SCHEMA,
            "enrollment",
            AvailableSettings.JDBC_TIME_ZONE,
            "UTC"));
    return properties;
  }
}
