package org.accrual.consumers.flow;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * What the database says of the pipeline.
 *
 * @param cores processes of enrollment-core that reported within 15 s
 * @param coreSeen when one last did
 * @param unblindings that were recorded within an hour
 * @param written messages ever written to the outbox, about
 * @param outboxDepth messages that wait for the relay
 * @param outboxOldestSeconds age of the oldest of them
 * @param rejected messages from SQL that could not become records
 * @param relay its own word
 * @param parked by consumer
 * @param sagas runs
 * @param mails that are not done
 * @param supplied the least {@code patients} of {@code ops.site_supply}; empty without active sites
 * @param positions that consumers have told of themselves
 */
record DatabaseLook(
    int cores,
    Optional<Instant> coreSeen,
    long unblindings,
    long written,
    long outboxDepth,
    double outboxOldestSeconds,
    long rejected,
    Optional<Relay> relay,
    Map<String, Parked> parked,
    Sagas sagas,
    Mails mails,
    OptionalLong supplied,
    Map<String, Map<TopicPartition, Long>> positions) {

  /** See {@code ops.relay_status}. */
  record Relay(
      String state,
      String instance,
      String reason,
      String walStatus,
      double lagSeconds,
      long lagBytes,
      long retainedBytes,
      OptionalLong bytesUntilLost,
      Instant reportedAt) {}

  /** Of a consumer. */
  record Parked(long letters, long keys) {}

  /** Overdue ones are counted twice. */
  record Sagas(long running, long compensating, long overdue) {}

  /** By what is left to do. */
  record Mails(long waiting, long inDoubt, long refused) {}
}
