package org.accrual.consumers.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.accrual.intake.Effects;

/**
 * A consumer's role: it can do that consumer's work in the database and nothing else, whatever the
 * consumer is made to do by what it reads. The consumers' user must be a member of it.
 */
public final class Role {
  private final String name;

  private Role(String name) {
    this.name = name;
  }

  /** The role {@code accrual_NAME}, which the migrations make. */
  public static Role of(String consumer) {
    if (!consumer.matches("[a-z]+")) {
      throw new IllegalArgumentException("not a consumer of ours: " + consumer);
    }
    return new Role("accrual_" + consumer);
  }

  /** Until the transaction ends. */
  public void take(Connection connection) throws SQLException {
    execute(connection, "set local role " + name);
  }

  /** The same effects, in this role; what else the transaction does, it does as the user. */
  public Effects within(Effects effects) {
    return (connection, messages) -> {
      take(connection);
      effects.apply(connection, messages);
      execute(connection, "set local role none");
    };
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
