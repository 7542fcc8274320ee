package org.accrual.consumers.projection;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows as one array a column: a statement has the same text, and so the same plan, for any
 * number of rows.
 */
final class Columns<R> {
  private final PreparedStatement statement;
  private final Collection<R> rows;
  private int index;

  Columns(PreparedStatement statement, Collection<R> rows) {
    this.statement = statement;
    this.rows = rows;
  }

  Columns<R> column(String type, Function<R, ? extends @Nullable Object> value)
      throws SQLException {
    @Nullable Object[] values = new @Nullable Object[rows.size()];
    int row = 0;
    for (R r : rows) {
      values[row++] = value.apply(r);
    }
    statement.setArray(++index, statement.getConnection().createArrayOf(type, values));
    return this;
  }

  /**
   * Runs it.
   *
   * @throws SQLException if it did not write every row exactly once
   */
  void write() throws SQLException {
    int written = statement.executeUpdate();
    if (written != rows.size()) {
      throw new SQLException("wrote %d rows of %d".formatted(written, rows.size()));
    }
  }
}
