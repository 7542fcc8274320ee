package org.accrual.runtime.registry;

import org.jspecify.annotations.Nullable;

/** The registry did not answer, or not sensibly: trying again may help. */
public final class RegistryUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  public RegistryUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = 0;
  }

  RegistryUnavailable(String message, int status) {
    super(message);
    this.status = status;
  }

  /** Returns the HTTP status that was answered; 0 if there was no answer, or one of 200. */
  public int status() {
    return status;
  }
}
