/**
 * Answers {@code /health/live}: every loop of the process reports a heartbeat, and a process one of
 * whose loops is stuck or has ended is to be restarted. Start at {@link Heartbeat}.
 */
@NullMarked
package org.accrual.runtime.liveness;

import org.jspecify.annotations.NullMarked;
