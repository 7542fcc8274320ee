package org.accrual.embedded;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * Child processes that end in order with this one; only a kill -9 of this one leaves them behind.
 */
final class Tether {
  private Tether() {}

  /**
   * Starts a process.
   *
   * @param end ends it; called when this process exits while that one lives
   */
  static Process start(ProcessBuilder builder, Consumer<Process> end) throws IOException {
    Process process = builder.start();
    Thread hook = new Thread(() -> end.accept(process), "end-" + process.pid());
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException exiting) {
      process.destroyForcibly();
      throw new EmbeddedPartException("Not started: this process is about to end", exiting);
    }
    var _ = process.onExit().thenRun(() -> forget(hook));
    return process;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException exiting) {
      // It runs already, and finds nothing to do.
    }
  }
}
