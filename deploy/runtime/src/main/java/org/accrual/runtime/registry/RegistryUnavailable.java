package org.accrual.runtime.registry;

import org.jspecify.annotations.Nullable;

/** The registry did not answer, or not sensibly: trying again may help. */
public final class RegistryUnavailable extends RuntimeException {
  public RegistryUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
