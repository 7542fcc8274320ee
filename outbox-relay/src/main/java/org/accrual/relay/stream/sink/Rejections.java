package org.accrual.relay.stream.sink;

import java.util.List;
import java.util.Set;
import org.accrual.relay.stream.outbox.OutboxRow;

/** Where messages published from SQL go that cannot become records. Used by one thread. */
public interface Rejections extends AutoCloseable {
  /** One of them, and why. */
  record Rejection(OutboxRow row, String error) {}

  /** Keeps them. The same one again changes nothing: a relay may meet it again after a restart. */
  void keep(List<Rejection> rejections);

  /**
   * Returns which of the ids were kept before, by this process or by an earlier one that ended
   * before its Kafka transaction. Such a message is not published any more, even if it fits by now:
   * it may have been published anew by then.
   */
  Set<String> keptOf(List<String> ids);

  @Override
  default void close() {}
}
