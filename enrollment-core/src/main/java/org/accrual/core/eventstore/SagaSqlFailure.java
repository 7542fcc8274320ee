package org.accrual.core.eventstore;

import java.sql.SQLException;

/** A failure of the database, on its way through the application to who began the transaction. */
public final class SagaSqlFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final SQLException failure;

  SagaSqlFailure(SQLException failure) {
    super(failure);
    this.failure = failure;
  }

  public SQLException failure() {
    return failure;
  }
}
