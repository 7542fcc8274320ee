/**
 * Reads checkpoints and committed records from Kafka. Start at {@link
 * org.accrual.relay.checkpoint.CheckpointTopic}.
 */
@NullMarked
package org.accrual.relay.checkpoint;

import org.jspecify.annotations.NullMarked;
