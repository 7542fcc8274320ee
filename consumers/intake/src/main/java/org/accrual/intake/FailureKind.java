package org.accrual.intake;

import java.sql.SQLException;
import java.util.Set;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.jspecify.annotations.Nullable;

/** What a failure means for the intake. Decided once, here. */
enum FailureKind {
  /**
   * What is needed is away, busy or contended: the same batch is tried again, nothing is parked.
   */
  TRANSIENT,
  /** One event cannot be applied and the others can: it is found and parked. */
  POISON,
  /**
   * The consumer itself cannot work, whatever the event: a table or a right is missing, a class
   * does not load. Parking would only empty the topic into the dead letters, so everything stands.
   */
  BROKEN;

  // Invalid authorization, feature, catalog, access rule or name, configuration, internal error.
  private static final Set<String> BROKEN_CLASSES =
      Set.of("0A", "0L", "0P", "25", "26", "28", "3D", "3F", "42", "F0", "XX");

  static FailureKind of(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case TransientFailure _, RegistryUnavailable _ -> {
          return TRANSIENT;
        }
        case BrokenConsumer _, Error _ -> {
          return BROKEN;
        }
        case SQLException sql -> {
          return of(sql);
        }
        default -> {
          // Looked for deeper.
        }
      }
    }
    return POISON;
  }

  private static FailureKind of(SQLException failure) {
    if (SqlFailures.passes(failure)) {
      return TRANSIENT;
    }
    String state = failure.getSQLState();
    return state != null && state.length() == 5 && BROKEN_CLASSES.contains(state.substring(0, 2))
        ? BROKEN
        : POISON;
  }
}
