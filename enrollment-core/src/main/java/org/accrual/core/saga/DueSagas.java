package org.accrual.core.saga;

import java.sql.Connection;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import org.accrual.core.application.SagaDeadlines;
import org.accrual.core.application.SagaStore;
import org.accrual.core.eventstore.Database;

/** Moves runs that are due, a batch a transaction. */
public final class DueSagas {
  private final Database database;
  private final SagaDeadlines deadlines;
  private final Function<Connection, SagaStore> stores;
  private final InstantSource clock;

  /**
   * Takes its parts.
   *
   * @param stores makes the store of a transaction
   */
  public DueSagas(
      Database database,
      SagaDeadlines deadlines,
      Function<Connection, SagaStore> stores,
      InstantSource clock) {
    this.database = database;
    this.deadlines = deadlines;
    this.stores = stores;
    this.clock = clock;
  }

  /** Moves a batch; answers whether more may be due. */
  public boolean moveSome() {
    return database.inSagaTransaction(
        connection ->
            deadlines.move(
                stores.apply(connection), clock.instant().truncatedTo(ChronoUnit.MICROS)));
  }
}
