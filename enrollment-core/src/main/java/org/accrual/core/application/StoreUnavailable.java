package org.accrual.core.application;

/**
 * The database cannot be reached or is too busy. Whether a commit under way took effect is not
 * known; the same request sent again finds out.
 */
public final class StoreUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean overloaded;

  public StoreUnavailable(String message, Throwable cause) {
    this(message, cause, false);
  }

  /**
   * @param overloaded whether the database answers, but every connection to it was in use
   */
  public StoreUnavailable(String message, Throwable cause, boolean overloaded) {
    super(message, cause);
    this.overloaded = overloaded;
  }

  public boolean overloaded() {
    return overloaded;
  }
}
