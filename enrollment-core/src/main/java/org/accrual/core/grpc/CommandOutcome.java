package org.accrual.core.grpc;

import java.util.Locale;

/** How a command ended, as counted on {@code /metrics}. */
enum CommandOutcome {
  ACCEPTED,
  REFUSED,
  REQUEST_ID_REUSED,
  CONTENDED,
  ABANDONED,
  UNAVAILABLE,
  FAILED;

  /** Returns the label's value, such as {@code request-id-reused}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
