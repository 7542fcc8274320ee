package org.accrual.runtime;

import java.util.logging.LogManager;

/**
 * Keeps the log open to the end. The JDK's own closes every handler in a shutdown hook, at the same
 * time as ours drain and stop, and so loses the lines that say how a process ended. Public because
 * the JDK makes it by its name.
 */
public final class LastingLog extends LogManager {
  /** Nothing: the handlers write at once and need no closing. */
  @Override
  public void reset() {}
}
