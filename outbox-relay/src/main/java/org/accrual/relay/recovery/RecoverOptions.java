package org.accrual.relay.recovery;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The options of {@code recover}.
 *
 * @param compare whether a slot that is fit is replaced too, so that the retained outbox is
 *     compared with the topics
 * @param acceptLost whether to continue although the topics hold records that the database lost
 * @param replaced the PostgreSQL cluster that the present one has replaced and whose checkpoint may
 *     be overwritten; the checkpoint of any other cluster is kept
 */
public record RecoverOptions(boolean compare, boolean acceptLost, Optional<String> replaced) {
  static final RecoverOptions NONE = new RecoverOptions(false, false, Optional.empty());

  /** How a command line is written. */
  public static final String USAGE = "recover [--compare] [--accept-lost] [--replaces CLUSTER]";

  /** Reads a command line; returns empty if it is not as {@link #USAGE}. */
  public static Optional<RecoverOptions> parse(List<String> words) {
    Iterator<String> rest = words.iterator();
    if (!rest.hasNext() || !rest.next().equals("recover")) {
      return Optional.empty();
    }
    boolean compare = false;
    boolean acceptLost = false;
    Optional<String> replaced = Optional.empty();
    while (rest.hasNext()) {
      String word = rest.next();
      if (word.equals("--compare")) {
        compare = true;
      } else if (word.equals("--accept-lost")) {
        acceptLost = true;
      } else if (word.equals("--replaces") && rest.hasNext()) {
        replaced = Optional.of(rest.next());
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new RecoverOptions(compare, acceptLost, replaced));
  }
}
