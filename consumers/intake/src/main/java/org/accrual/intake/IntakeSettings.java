package org.accrual.intake;

import static org.apache.kafka.clients.consumer.ConsumerConfig.*;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.accrual.runtime.Settings;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How every consumer of a process takes records in.
 *
 * @param bootstrapServers {@code host:port} of some brokers, comma-separated
 * @param batchSize most records applied in one transaction: 1 to 10,000
 * @param sessionTimeout how soon the partitions of a process that died go to another: 6 s (the
 *     broker's least) to 5 min
 * @param retryPause longest pause between attempts at a batch that keeps failing: 100 ms to 5 min
 */
public record IntakeSettings(
    String bootstrapServers, int batchSize, Duration sessionTimeout, Duration retryPause) {

  /**
   * Keys {@code accrual.kafka.bootstrap-servers} (127.0.0.1:7500), {@code
   * accrual.kafka.session-timeout} (6s), {@code accrual.intake.batch-size} (1000), {@code
   * accrual.intake.retry-pause} (10s).
   */
  public static IntakeSettings read(Settings settings) {
    return new IntakeSettings(
        settings.text("accrual.kafka.bootstrap-servers", "127.0.0.1:7500"),
        settings.integer("accrual.intake.batch-size", 1000, 1, 10_000),
        settings.duration(
            "accrual.kafka.session-timeout",
            Duration.ofSeconds(6),
            Duration.ofSeconds(6),
            Duration.ofMinutes(5)),
        settings.duration(
            "accrual.intake.retry-pause",
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofMinutes(5)));
  }

  Map<String, Object> kafka(Subscription subscription) {
    Map<String, Object> kafka = new HashMap<>();
    kafka.put(BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    kafka.put(GROUP_ID_CONFIG, subscription.group());
    kafka.put(CLIENT_ID_CONFIG, subscription.group());
    kafka.put(ISOLATION_LEVEL_CONFIG, "read_committed");
    kafka.put(ENABLE_AUTO_COMMIT_CONFIG, false);
    // A new consumer begins at the beginning: topics keep the whole history.
    kafka.put(AUTO_OFFSET_RESET_CONFIG, "earliest");
    kafka.put(ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    kafka.put(MAX_POLL_RECORDS_CONFIG, batchSize);
    kafka.put(SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(sessionTimeout.toMillis()));
    kafka.put(HEARTBEAT_INTERVAL_MS_CONFIG, Math.toIntExact(sessionTimeout.toMillis() / 3));
    // Only what moves is revoked, so the other partitions go on during a rebalance.
    kafka.put(PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
    kafka.put(KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    kafka.put(VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return kafka;
  }
}
