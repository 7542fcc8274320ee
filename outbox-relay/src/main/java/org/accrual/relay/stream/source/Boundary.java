package org.accrual.relay.stream.source;

import java.time.Instant;

/**
 * Where a transaction with outbox rows ended.
 *
 * @param rows how many it had, at least 1
 * @param end the end of its commit record
 */
record Boundary(long transaction, long rows, long end, Instant at) {}
