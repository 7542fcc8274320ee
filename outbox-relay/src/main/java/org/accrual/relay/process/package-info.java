/**
 * Runs the relay: settings, the thread that waits for the slot and then streams, health, metrics,
 * and the row in {@code ops.relay}. Start at {@link org.accrual.relay.process.Relay}.
 */
@NullMarked
package org.accrual.relay.process;

import org.jspecify.annotations.NullMarked;
