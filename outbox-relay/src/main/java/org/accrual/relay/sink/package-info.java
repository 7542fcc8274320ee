/**
 * The end of the flow: deliveries become Kafka transactions, each with the checkpoint that says how
 * far the topics reach.
 */
@NullMarked
package org.accrual.relay.sink;

import org.jspecify.annotations.NullMarked;
