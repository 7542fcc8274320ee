package org.accrual.consumers.notification;

import org.jspecify.annotations.Nullable;

/** It was handed over, and nobody knows whether it was accepted. */
final class Doubtful extends RuntimeException {
  Doubtful(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
