package org.accrual.core.domain.saga;

import java.time.Duration;

/**
 * How long a run waits.
 *
 * @param stepDeadline for the answer to a step forward; then it compensates
 * @param compensationRetry for the acknowledgement of a release; then it is asked for again
 */
public record SagaTiming(Duration stepDeadline, Duration compensationRetry) {}
