package org.accrual.provision;

import org.jspecify.annotations.Nullable;

/**
 * What stands there must not, or cannot, be brought to what is expected; the message is one line.
 */
public final class ProvisionRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ProvisionRefused(String message) {
    this(message, null);
  }

  ProvisionRefused(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
