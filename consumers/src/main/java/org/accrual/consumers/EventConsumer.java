package org.accrual.consumers;

import java.util.List;
import org.accrual.intake.BatchHandler;
import org.accrual.intake.Redriven;

/**
 * A consumer of events: one bean a package. Its {@code handle} carries the fault-tolerance
 * annotations that suit it, and is called through the bean's proxy by one thread at a time.
 */
public interface EventConsumer extends BatchHandler, Redriven {
  /** Its name in the configuration, and that of its schema. */
  String name();

  /** The topics it follows. */
  List<String> topics();
}
