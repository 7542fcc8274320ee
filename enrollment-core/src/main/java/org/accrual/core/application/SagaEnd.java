package org.accrual.core.application;

import java.time.Duration;
import org.accrual.core.application.Operation.Stage;

/**
 * A saga that has ended.
 *
 * @param outcome confirmed or rejected
 * @param took since the enrollment was requested
 */
public record SagaEnd(Stage outcome, Duration took) {}
