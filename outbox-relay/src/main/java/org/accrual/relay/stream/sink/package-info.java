/**
 * Publishes a delivery and its checkpoint in one Kafka transaction. Last step of the stream; start
 * at {@link org.accrual.relay.stream.sink.Publisher}.
 */
@NullMarked
package org.accrual.relay.stream.sink;

import org.jspecify.annotations.NullMarked;
