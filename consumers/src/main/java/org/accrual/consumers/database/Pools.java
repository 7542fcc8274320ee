package org.accrual.consumers.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The pools. How long the database may take is bounded by the database itself ({@code
 * statement_timeout}), since interrupting a virtual thread would close its socket.
 */
@ApplicationScoped
class Pools {
  private static final Duration WAIT_FOR_CONNECTION = Duration.ofSeconds(2);
  // A process that was stopped inside a transaction must not block the one that takes over its
  // partitions.
  private static final Duration IDLE_IN_TRANSACTION = Duration.ofSeconds(15);

  private final HikariDataSource effects;
  private final HikariDataSource queries;

  @Inject
  Pools(PoolSettings settings) {
    // A batch's rows are found by index, with a plan for its size: one kept from when a table was
    // small scans it for ever, and the usual cost of a random page makes scans look cheap.
    effects =
        pool(
            settings,
            "effects",
            settings.effects(),
            "set plan_cache_mode = force_custom_plan; set random_page_cost = 1.1");
    queries =
        pool(settings, "queries", settings.queries(), "set default_transaction_read_only = on");
  }

  @Produces
  @EffectsPool
  DataSource effects() {
    return effects;
  }

  @Produces
  @QueryPool
  DataSource queries() {
    return queries;
  }

  @PreDestroy
  void close() {
    queries.close();
    effects.close();
  }

  private static HikariDataSource pool(
      PoolSettings settings, String name, int size, String sessionSettings) {
    HikariConfig pool = new HikariConfig();
    pool.setPoolName(name);
    pool.setJdbcUrl(settings.database().url());
    pool.setUsername(settings.database().user());
    pool.setPassword(settings.database().password());
    pool.setMaximumPoolSize(size);
    pool.setAutoCommit(!name.equals("effects"));
    pool.setConnectionTimeout(WAIT_FOR_CONNECTION.toMillis());
    // The process starts without its database and reports on /health that it waits.
    pool.setInitializationFailTimeout(-1);
    pool.addDataSourceProperty("ApplicationName", "accrual-consumers-" + name);
    pool.addDataSourceProperty("connectTimeout", "5");
    pool.addDataSourceProperty("tcpKeepAlive", "true");
    // Errors would quote the row, and are stored in dead letters.
    pool.addDataSourceProperty("logServerErrorDetail", "false");
    // For a host that disappeared silently: the database can no longer end the statement.
    pool.addDataSourceProperty(
        "socketTimeout", Long.toString(settings.statementTimeout().toSeconds() + 10));
    // By SET, not as a startup parameter: a connection pooler in between refuses those.
    pool.setConnectionInitSql(
        """
        set statement_timeout = %d; set idle_in_transaction_session_timeout = %d; set jit = off; %s\
        """
            .formatted(
                settings.statementTimeout().toMillis(),
                IDLE_IN_TRANSACTION.toMillis(),
                sessionSettings));
    return new HikariDataSource(pool);
  }
}
