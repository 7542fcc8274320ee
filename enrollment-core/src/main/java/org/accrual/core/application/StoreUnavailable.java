package org.accrual.core.application;

/**
 * The database cannot be reached or is too busy. Whether a commit under way took effect is not
 * known; the same request sent again finds out.
 */
public final class StoreUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
