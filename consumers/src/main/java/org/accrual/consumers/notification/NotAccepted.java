package org.accrual.consumers.notification;

import org.jspecify.annotations.Nullable;

/** It was certainly not accepted, and may be when it is tried again. */
final class NotAccepted extends RuntimeException {
  NotAccepted(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
