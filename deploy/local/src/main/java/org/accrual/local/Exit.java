package org.accrual.local;

import org.accrual.runtime.ServiceProcess;

/** What an exit code says. */
final class Exit {
  static final int CONFIGURATION = ServiceProcess.EXIT_CONFIGURATION;
  private static final int SIGNALS = 128;

  private Exit() {}

  static String told(int code) {
    return code > SIGNALS
        ? "was killed by signal %d".formatted(code - SIGNALS)
        : "ended with code %d".formatted(code);
  }
}
