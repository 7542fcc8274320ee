package org.accrual.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a consumer does with events: writes to its own schema, inside the batch's transaction. */
@FunctionalInterface
public interface Effects {
  /**
   * Called once for a batch, with at least one message, each of them for the first time in any
   * transaction that commits; except those without a version, which may come again. Must neither
   * commit nor keep the connection.
   *
   * @param messages in order per stream, without gaps
   */
  void apply(Connection connection, List<Message> messages) throws SQLException;
}
