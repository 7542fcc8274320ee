package org.accrual.relay.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.accrual.contract.Topics;
import org.accrual.embedded.SharedParts;
import org.accrual.relay.RelayFixtures;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.sink.Publisher;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CheckpointTopicIT {
  private final String slot = "checkpoint_" + UUID.randomUUID();
  private final String topic = Topics.relayCheckpoint(slot);
  private final KafkaSettings settings =
      new KafkaSettings(
          SharedParts.kafka().bootstrapServers(),
          slot,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));
  private final Producer<byte[], byte[]> producer = Publisher.producer(settings);

  @BeforeEach
  void open() {
    RelayFixtures.createCheckpointTopic(slot);
    producer.initTransactions();
  }

  @AfterEach
  void close() {
    producer.close();
  }

  @Test
  @DisplayName("The newest checkpoint is read only after another producer's transaction has ended")
  void waitsForAnOpenTransaction() throws Exception {
    CheckpointTopic checkpoints = new CheckpointTopic(settings);
    write(checkpoint(1));
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        OpenTransaction open = new OpenTransaction(topic)) {
      write(checkpoint(2));
      assertThat(checkpoints.newestVisible()).contains(checkpoint(1));

      Future<Optional<Checkpoint>> newest = thread.submit(checkpoints::newest);

      assertThatThrownBy(() -> newest.get(1, TimeUnit.SECONDS))
          .as("it waits")
          .isInstanceOf(TimeoutException.class);
      open.abort();
      assertThat(newest.get(30, TimeUnit.SECONDS)).contains(checkpoint(2));
    }
  }

  @Test
  @DisplayName("A transaction that does not end is an error that names its partition")
  void failsWhenATransactionStaysOpen() throws Exception {
    write(checkpoint(1));
    try (OpenTransaction _ = new OpenTransaction(topic)) {
      assertThatThrownBy(
              () -> new CheckpointTopic(settings, Duration.ofSeconds(1), obstacle -> {}).newest())
          .isInstanceOf(KafkaException.class)
          .hasMessageContaining("cannot read partition %s-0".formatted(topic))
          .hasMessageContaining("a transaction is open there")
          .hasMessageContaining("PT1S");
    }
  }

  @Test
  @DisplayName("A checkpoint far from the topic's end is found")
  void findsACheckpointBehindManyAbortedOnes() {
    write(checkpoint(1));
    for (int i = 0; i < 50; i++) {
      send(checkpoint(2));
      // Without it the record would not leave the producer.
      producer.flush();
      producer.abortTransaction();
    }

    assertThat(new CheckpointTopic(settings).newest()).contains(checkpoint(1));
  }

  private Checkpoint checkpoint(long lsn) {
    return new Checkpoint(new Origin("1", 1, slot, "p"), Position.at(lsn));
  }

  private void write(Checkpoint checkpoint) {
    send(checkpoint);
    producer.commitTransaction();
  }

  private void send(Checkpoint checkpoint) {
    producer.beginTransaction();
    var _ =
        producer.send(
            new ProducerRecord<>(
                topic,
                0,
                CheckpointFormat.key(checkpoint.origin().slot()),
                CheckpointFormat.value(checkpoint)));
  }
}
