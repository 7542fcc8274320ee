package org.accrual.relay.recovery;

import java.util.List;
import java.util.Optional;

/**
 * What {@code recover} may replace.
 *
 * @param compare a slot that is fit, so that the retained outbox is compared with the topics
 * @param replaced the checkpoint of this PostgreSQL cluster, which the present one has replaced;
 *     the checkpoint of any other cluster is kept
 */
public record RecoverOptions(boolean compare, Optional<String> replaced) {
  static final RecoverOptions NONE = new RecoverOptions(false, Optional.empty());

  /** Reads a command line; empty if it is not {@code recover [--compare] [--replaces CLUSTER]}. */
  public static Optional<RecoverOptions> parse(List<String> words) {
    if (words.isEmpty() || !words.getFirst().equals("recover")) {
      return Optional.empty();
    }
    List<String> rest = words.subList(1, words.size());
    boolean compare = !rest.isEmpty() && rest.getFirst().equals("--compare");
    if (compare) {
      rest = rest.subList(1, rest.size());
    }
    if (rest.isEmpty()) {
      return Optional.of(new RecoverOptions(compare, Optional.empty()));
    }
    return rest.size() == 2 && rest.getFirst().equals("--replaces")
        ? Optional.of(new RecoverOptions(compare, Optional.of(rest.get(1))))
        : Optional.empty();
  }
}
