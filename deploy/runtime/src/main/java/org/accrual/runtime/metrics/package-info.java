/** Creates the meters that are served on {@code /metrics}. Start at {@link Meters}. */
@NullMarked
package org.accrual.runtime.metrics;

import org.jspecify.annotations.NullMarked;
