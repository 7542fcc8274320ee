package org.accrual.consumers.notification;

/**
 * What messages of a channel go through: a bean whose fault-tolerance annotations stand around the
 * remote call. Safe for use by many threads.
 */
interface Carrier {
  /** Longest time of one attempt, unless the configuration of {@code @Timeout} says otherwise. */
  int TIMEOUT_MILLIS = 30_000;

  Channel channel();

  /**
   * Hands a message over and returns once it is accepted.
   *
   * @param address to whom
   * @return what was said on acceptance
   * @throws NotAccepted if it certainly was not and may be later
   * @throws RefusedForGood if it never will be
   * @throws Doubtful if nobody knows
   */
  String carry(Intent intent, String address);
}
