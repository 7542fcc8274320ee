package org.accrual.relay.checkpoint;

import java.time.Duration;

/**
 * How Kafka is written to.
 *
 * @param bootstrapServers host:port, comma-separated
 * @param slot names the producer's transactions and the checkpoint's topic
 * @param transactionTimeout after which the broker ends what a stopped relay left open
 * @param topicTimeout after which a topic that the broker does not know counts as missing
 */
public record KafkaSettings(
    String bootstrapServers, String slot, Duration transactionTimeout, Duration topicTimeout) {}
