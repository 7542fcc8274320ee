package org.accrual.relay.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.embedded.SharedParts;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.checkpoint.OpenTransaction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TopicScanIT {
  private final String aggregateType = "scan." + UUID.randomUUID();
  private final String topic = Topics.of(aggregateType);
  private final Map<String, Object> client =
      Map.of("bootstrap.servers", SharedParts.kafka().bootstrapServers());
  private final KafkaSettings settings =
      new KafkaSettings(
          SharedParts.kafka().bootstrapServers(),
          "scan",
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));
  private final List<UUID> seen = new CopyOnWriteArrayList<>();

  @BeforeEach
  void createTopic() throws Exception {
    try (Admin admin = Admin.create(client)) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
  }

  @AfterEach
  void deleteTopic() throws Exception {
    try (Admin admin = Admin.create(client)) {
      admin.deleteTopics(List.of(topic)).all().get();
    }
  }

  @Test
  @DisplayName("Records above another producer's open transaction are not taken for missing")
  void waitsForAnOpenTransaction() throws Exception {
    UUID below = publish();
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        OpenTransaction open = new OpenTransaction(topic)) {
      UUID above = publish();

      Future<?> scan = thread.submit(() -> scan(new TopicScan(settings), Instant.EPOCH));

      assertThatThrownBy(() -> scan.get(1, TimeUnit.SECONDS))
          .as("it waits")
          .isInstanceOf(TimeoutException.class);
      assertThat(seen).containsExactly(below);
      open.abort();
      scan.get(30, TimeUnit.SECONDS);
      assertThat(seen).containsExactly(below, above);
    }
  }

  @Test
  @DisplayName("The first record since an instant is found above an open transaction")
  void findsTheBeginningAboveAnOpenTransaction() throws Exception {
    publish();
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        OpenTransaction open = new OpenTransaction(topic)) {
      Instant since = Instant.now().plusSeconds(60);
      UUID above = publish(since.plusSeconds(1));

      Future<?> scan = thread.submit(() -> scan(new TopicScan(settings), since));

      assertThatThrownBy(() -> scan.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
      open.abort();
      scan.get(30, TimeUnit.SECONDS);
      assertThat(seen).containsExactly(above);
    }
  }

  @Test
  @DisplayName("A transaction that does not end is an error that names its partition")
  void failsWhenATransactionStaysOpen() throws Exception {
    try (OpenTransaction _ = new OpenTransaction(topic)) {
      assertThatThrownBy(() -> scan(new TopicScan(settings, Duration.ofSeconds(1)), Instant.EPOCH))
          .isInstanceOf(KafkaException.class)
          .hasMessageContaining("cannot read partition %s-0", topic);
    }
  }

  private void scan(TopicScan topics, Instant since) {
    topics.each(Set.of(topic, Topics.of("no.such.topic")), since, record -> seen.add(record.id()));
  }

  private UUID publish() throws Exception {
    return publish(Instant.now());
  }

  private UUID publish(Instant at) throws Exception {
    UUID id = UUID.randomUUID();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, 0, at.toEpochMilli(), new byte[0], new byte[0]);
    record.headers().add(Headers.ID, id.toString().getBytes(UTF_8));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record).get();
    }
    return id;
  }
}
