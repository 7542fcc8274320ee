/**
 * Compares the outbox with the topics and publishes what is missing: the commands check and
 * recover. Start at {@link org.accrual.relay.recovery.RecoverCommand}.
 */
@NullMarked
package org.accrual.relay.recovery;

import org.jspecify.annotations.NullMarked;
