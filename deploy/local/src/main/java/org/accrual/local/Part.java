package org.accrual.local;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One process of the stack.
 *
 * @param name as in the log and in its log file's name
 * @param command to run; the process ends when its standard input does
 * @param environment set beside that of the launcher, for what must not be seen in the command
 * @param healthy whether it serves now; takes some seconds at most
 * @param liveness whether it still works, once it has served; takes some seconds at most
 * @param stopLimit how long it may take to stop
 */
record Part(
    String name,
    List<String> command,
    Map<String, String> environment,
    BooleanSupplier healthy,
    Supplier<Liveness> liveness,
    Duration stopLimit) {

  /** A process about whose liveness nothing is asked: it is restarted when it ends. */
  Part(
      String name,
      List<String> command,
      Map<String, String> environment,
      BooleanSupplier healthy,
      Duration stopLimit) {
    this(name, command, environment, healthy, () -> Liveness.LIVE, stopLimit);
  }
}
