package org.accrual.consumers.notification;

import org.jspecify.annotations.Nullable;

/** It was certainly not accepted and never will be. */
final class RefusedForGood extends RuntimeException {
  RefusedForGood(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
