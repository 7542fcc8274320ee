/**
 * The data that flows through the relay, and how rows become deliveries. Second step of the stream;
 * start at {@link org.accrual.relay.stream.outbox.TransactionBuffer}.
 */
@NullMarked
package org.accrual.relay.stream.outbox;

import org.jspecify.annotations.NullMarked;
