package org.accrual.consumers.flow;

import java.time.Duration;

/**
 * How far a consumer is behind.
 *
 * @param records not taken in
 * @param time for how long the oldest of them has been there
 * @param perSecond taken in, over the last seconds
 * @param members processes that run it
 * @param everRan whether it has ever taken anything in
 */
record ConsumerLag(long records, Duration time, double perSecond, int members, boolean everRan) {}
