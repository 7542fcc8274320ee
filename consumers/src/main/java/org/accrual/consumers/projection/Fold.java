package org.accrual.consumers.projection;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.accrual.intake.Message;
import org.jspecify.annotations.Nullable;

/**
 * Folds a batch's events over the rows they belong to, so that each row is written once however
 * many events it has.
 */
final class Fold {
  private Fold() {}

  /**
   * The rows that changed.
   *
   * @param rows those there are, by stream key
   * @param after the row after one more event, given the one before, if there is one
   */
  static <R> Collection<R> of(
      Map<String, R> rows, List<Message> messages, BiFunction<@Nullable R, Message, R> after) {
    Map<String, R> changed = new HashMap<>(rows);
    for (Message message : messages) {
      String key = message.stream().key();
      changed.put(key, after.apply(changed.get(key), message));
    }
    return changed.values();
  }
}
