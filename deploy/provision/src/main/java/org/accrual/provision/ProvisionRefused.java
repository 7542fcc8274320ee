package org.accrual.provision;

import org.jspecify.annotations.Nullable;

/** Signals that a step cannot be done, or must not be; the message is one line. */
public sealed class ProvisionRefused extends RuntimeException permits RecoveryNeededException {
  private static final long serialVersionUID = 1L;

  ProvisionRefused(String message) {
    this(message, null);
  }

  ProvisionRefused(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
