package org.accrual.core.eventstore;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.accrual.core.application.Conflict;
import org.accrual.core.application.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/** What a failure of the database means for whoever asked. */
final class SqlFailures {
  private SqlFailures() {}

  /** As {@link Conflict} or {@link StoreUnavailable} where it is such; else as it is. */
  static RuntimeException translated(RuntimeException failed) {
    SQLException cause = sqlCause(failed);
    if (cause == null) {
      return failed;
    }
    String state = String.valueOf(cause.getSQLState());
    if (isConflict(state)) {
      return new Conflict(String.valueOf(cause.getMessage()), failed);
    }
    if (cause instanceof SQLTransientConnectionException) {
      // The pool names why it could not connect, if that is why there was no connection.
      return new StoreUnavailable(
          String.valueOf(cause.getMessage()), failed, cause.getCause() == null);
    }
    if (isUnavailable(state)) {
      return new StoreUnavailable(String.valueOf(cause.getMessage()), failed);
    }
    return failed;
  }

  private static boolean isConflict(String state) {
    return switch (state) {
      case "23505", // unique_violation: another was faster
          "40001", // serialization_failure: what was read has moved
          "40P01" -> // deadlock_detected: the other one goes on
          true;
      default -> false;
    };
  }

  private static boolean isUnavailable(String state) {
    return state.startsWith("08") // connection
        || state.startsWith("57P") // shutting down, starting up
        || state.startsWith("53") // out of connections, memory, disk
        || state.equals("57014") // statement_timeout
        || state.equals("25006"); // a standby, in the midst of a failover
  }

  private static @Nullable SQLException sqlCause(Throwable failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }
}
