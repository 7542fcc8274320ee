package org.accrual.consumers.database;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows as one array a column: a statement has the same text, and so the same plan, for any
 * number of rows.
 */
public final class Columns<R> {
  private final PreparedStatement statement;
  private final Collection<R> rows;
  private int index;

  public Columns(PreparedStatement statement, Collection<R> rows) {
    this(statement, 0, rows);
  }

  /** Where the first parameters, as many as given, are bound otherwise. */
  public Columns(PreparedStatement statement, int boundBefore, Collection<R> rows) {
    this.statement = statement;
    this.rows = rows;
    this.index = boundBefore;
  }

  /** Binds the next parameter to one value a row, as an array of a type. */
  public Columns<R> column(String type, Function<R, ? extends @Nullable Object> value)
      throws SQLException {
    @Nullable Object[] values = new @Nullable Object[rows.size()];
    int row = 0;
    for (R r : rows) {
      values[row++] = value.apply(r);
    }
    statement.setArray(++index, statement.getConnection().createArrayOf(type, values));
    return this;
  }

  /** Binds the next parameter to bytes, which the driver wants as an array of their own type. */
  public Columns<R> bytes(Function<R, byte[]> value) throws SQLException {
    byte[][] values = rows.stream().map(value).toArray(byte[][]::new);
    statement.setArray(++index, statement.getConnection().createArrayOf("bytea", values));
    return this;
  }

  /**
   * Runs it.
   *
   * @throws SQLException if it did not write every row exactly once
   */
  public void write() throws SQLException {
    int written = writeSome();
    if (written != rows.size()) {
      throw new SQLException("wrote %d rows of %d".formatted(written, rows.size()));
    }
  }

  /** Runs it, where some rows may already be there; answers how many it wrote. */
  public int writeSome() throws SQLException {
    return statement.executeUpdate();
  }
}
