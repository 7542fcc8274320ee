package org.accrual.consumers.query;

import com.google.rpc.Code;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.intake.SqlFailures;
import org.accrual.runtime.grpc.Errors;

/** What a client is told when the database does not answer. */
public final class DatabaseErrors {
  private static final Logger LOG = Logger.getLogger(DatabaseErrors.class.getName());

  private DatabaseErrors() {}

  /** UNAVAILABLE if trying again may help; a fault of ours, answered as INTERNAL, if not. */
  public static RuntimeException of(SQLException failure) {
    if (!SqlFailures.passes(failure)) {
      return new IllegalStateException("a query's statement failed", failure);
    }
    LOG.log(Level.WARNING, "a query failed; look after the database if this goes on", failure);
    return Errors.retryable(
        Code.UNAVAILABLE,
        "DATABASE_UNAVAILABLE",
        "the database cannot answer now",
        Map.of(),
        Duration.ofSeconds(1));
  }
}
