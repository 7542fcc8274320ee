package org.accrual.core.application;

import java.time.Instant;

/**
 * An event as it stands in its stream.
 *
 * @param version its place, 1 for the first; shared by what was one event when it was written
 */
public record Recorded<E>(long version, Instant at, E event) {}
