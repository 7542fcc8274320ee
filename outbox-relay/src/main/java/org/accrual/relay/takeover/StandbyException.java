package org.accrual.relay.takeover;

import java.sql.SQLException;

/** Signals that the server is a standby, whose slots cannot be read from before its promotion. */
public final class StandbyException extends SQLException {
  private static final long serialVersionUID = 1L;

  StandbyException(SQLException cause) {
    super("the database is a standby: connect to the primary, or promote it", cause);
  }
}
