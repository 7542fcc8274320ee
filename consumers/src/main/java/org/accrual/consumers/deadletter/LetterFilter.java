package org.accrual.consumers.deadletter;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.accrual.api.ops.v1.DeadLetterFilter;

/** A filter as SQL: a condition on {@code p}, with five parameters; an empty one is met by all. */
final class LetterFilter {
  static final String CONDITION =
      """
      (coalesce(nullif(?, ''), p.consumer) = p.consumer
       and coalesce(nullif(?, ''), p.topic) = p.topic
       and coalesce(nullif(?, ''), p.key) = p.key
       and coalesce(nullif(?, ''), coalesce(p.type, '')) = coalesce(p.type, '')
       and position(? in p.error) > 0)
      """;

  private LetterFilter() {}

  /** Binds the parameters from an index on; answers the next index. */
  static int bind(PreparedStatement statement, int index, DeadLetterFilter filter)
      throws SQLException {
    int next = index;
    for (String text :
        List.of(
            filter.getConsumer(),
            filter.getTopic(),
            filter.getKey(),
            filter.getType(),
            filter.getError())) {
      statement.setString(next++, text);
    }
    return next;
  }
}
