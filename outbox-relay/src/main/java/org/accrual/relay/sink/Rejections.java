package org.accrual.relay.sink;

import java.util.List;
import org.accrual.relay.outbox.OutboxRow;

/** Where messages published from SQL go that cannot become records. */
public interface Rejections {
  /** One of them, and why. */
  record Rejection(OutboxRow row, String error) {}

  /**
   * Keeps them. The same one again changes nothing: a relay that dies before its mark comes here
   * again.
   */
  void keep(List<Rejection> rejections);
}
