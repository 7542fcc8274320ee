package org.accrual.core.eventstore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.accrual.core.eventstore.Calls.SqlArray;
import org.jspecify.annotations.Nullable;

/** Rows for a function that takes one array a column. */
final class Rows<R> {
  private final List<R> rows = new ArrayList<>();

  void add(R row) {
    rows.add(row);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  /** One column of all rows, as an array of an SQL type. */
  SqlArray column(String type, Function<R, ? extends @Nullable Object> value) {
    @Nullable Object[] values = new @Nullable Object[rows.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.apply(rows.get(i));
    }
    // The driver takes bytes in an array of their own type only.
    return new SqlArray(
        type, type.equals("bytea") ? Arrays.copyOf(values, values.length, byte[][].class) : values);
  }
}
