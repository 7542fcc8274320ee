package org.accrual.runtime.blinding;

import org.jspecify.annotations.Nullable;

/**
 * A sealed value cannot be opened: another key, another context, or altered bytes. Trying again
 * will not help.
 */
public final class SealBroken extends RuntimeException {
  SealBroken(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
