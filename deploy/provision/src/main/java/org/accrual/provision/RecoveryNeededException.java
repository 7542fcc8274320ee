package org.accrual.provision;

/**
 * Signals that everything else is provisioned, and that the relay's command {@code recover} must be
 * run before its slot can be used.
 */
public final class RecoveryNeededException extends ProvisionRefused {
  private static final long serialVersionUID = 1L;

  RecoveryNeededException(String message) {
    super(message);
  }
}
