package org.accrual.consumers.flow;

import org.jspecify.annotations.Nullable;

/**
 * A conversation to be summed up.
 *
 * @param enrollmentId whose enrollment it is about, if that is known
 */
record Seed(String correlationId, @Nullable String enrollmentId) {}
