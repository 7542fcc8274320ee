package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.accrual.embedded.EmbeddedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that goes away and comes back, as the loop and its health see it. */
class BrokerAwayIT {
  private static final String TOPIC = "test";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final List<String> handled = new CopyOnWriteArrayList<>();

  @Test
  void isSaidAndWaitedOut() throws Exception {
    EmbeddedKafka kafka = EmbeddedKafka.start(folder, "127.0.0.1", 0);
    IntakeSettings settings =
        new IntakeSettings(
            kafka.bootstrapServers(), 100, Duration.ofSeconds(6), Duration.ofSeconds(1));
    createTopic(kafka);
    IntakeLoop loop =
        new IntakeLoop(
            new Subscription("probe", List.of(TOPIC)),
            settings,
            this::handle,
            new RecordingObserver(),
            _ -> Map.of());
    loop.start();
    await().atMost(LIMIT).until(() -> loop.state() == IntakeState.RUNNING);
    write(kafka, "before");
    await().atMost(LIMIT).until(() -> handled.contains("before"));

    kafka.close();

    await().atMost(LIMIT).until(() -> loop.state() == IntakeState.JOINING);
    assertThat(loop.trouble()).contains("no broker at " + settings.bootstrapServers());
    assertThat(loop.state().isReady()).isFalse();

    try (EmbeddedKafka back = EmbeddedKafka.start(folder, "127.0.0.1", kafka.port())) {
      await().atMost(LIMIT).until(() -> loop.state() == IntakeState.RUNNING);
      write(back, "after");
      await().atMost(LIMIT).untilAsserted(() -> assertThat(handled).endsWith("after"));
      assertThat(loop.trouble()).isEmpty();
      loop.beginStop();
      assertThat(loop.awaitStop(Duration.ofSeconds(20))).isTrue();
    }
  }

  private BatchResult handle(List<ConsumerRecord<byte[], byte[]>> records) {
    records.forEach(record -> handled.add(new String(record.value(), StandardCharsets.UTF_8)));
    return new BatchResult(records.size(), 0, 0, Map.of(), List.of());
  }

  private static void createTopic(EmbeddedKafka kafka) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createTopics(Set.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    }
  }

  private static void write(EmbeddedKafka kafka, String value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(TOPIC, value.getBytes(StandardCharsets.UTF_8))).get();
    }
  }
}
