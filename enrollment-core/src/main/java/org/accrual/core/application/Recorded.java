package org.accrual.core.application;

import java.time.Instant;

/**
 * An event as it stands in its stream.
 *
 * @param version its place, 1 for the first
 */
public record Recorded<E>(long version, Instant at, E event) {}
