package org.accrual.consumers.database;

import java.time.Duration;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.Settings;

/**
 * The process's database connections.
 *
 * @param database where it is
 * @param effects most connections that apply batches; each enabled consumer uses one, and another
 *     while it redrives: 1 to 100
 * @param queries most connections that serve queries: 1 to 200
 * @param statementTimeout after which the database ends a statement: 100 ms to 5 min
 */
public record PoolSettings(
    DatabaseSettings database, int effects, int queries, Duration statementTimeout) {

  /**
   * Keys {@code accrual.database.url}, {@code .user}, {@code .password}, {@code .effects-pool-size}
   * (16), {@code .query-pool-size} (16), {@code .statement-timeout} (10s).
   */
  public static PoolSettings read(Settings settings) {
    return new PoolSettings(
        DatabaseSettings.read(settings),
        settings.integer("accrual.database.effects-pool-size", 16, 1, 100),
        settings.integer("accrual.database.query-pool-size", 16, 1, 200),
        settings.duration(
            "accrual.database.statement-timeout",
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofMinutes(5)));
  }
}
