package org.accrual.intake;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Set;

/** Tells a database that is away, busy or contended from a statement that cannot work. */
public final class SqlFailures {
  // Connection, resources, operator intervention (also statement_timeout), lock and timeout
  // classes.
  private static final Set<String> PASSING_CLASSES = Set.of("08", "53", "57", "58", "40", "55");
  // idle_in_transaction_session_timeout, transaction_timeout.
  private static final Set<String> PASSING_STATES = Set.of("25P03", "25P04");

  private SqlFailures() {}

  /** Whether the same statement may work when it is tried again. */
  public static boolean passes(SQLException failure) {
    if (failure instanceof SQLTransientException || failure instanceof SQLRecoverableException) {
      return true;
    }
    String state = failure.getSQLState();
    return state != null
        && (PASSING_STATES.contains(state)
            || (state.length() == 5 && PASSING_CLASSES.contains(state.substring(0, 2))));
  }
}
