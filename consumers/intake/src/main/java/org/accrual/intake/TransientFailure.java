package org.accrual.intake;

import org.jspecify.annotations.Nullable;

/** A batch could not be applied now, nothing of it took effect, and trying again may help. */
public final class TransientFailure extends RuntimeException {
  TransientFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
