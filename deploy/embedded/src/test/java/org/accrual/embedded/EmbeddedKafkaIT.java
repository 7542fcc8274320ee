package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
  private static final String HOST = "127.0.0.1";

  @TempDir Path folder;

  @BeforeAll
  static void keepTheLogShort() {
    KafkaLogs.warningsOnly();
  }

  @Tag("faults")
  @Test
  void keepsWhatIsAcknowledgedAcrossACrashAndAStop() throws Exception {
    int port = FreePort.pick();
    Process process = process(port);
    String address = HOST + ":" + port;
    await().atMost(Duration.ofSeconds(60)).until(() -> answers(address));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
      admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
    }
    send(address, "before the crash");

    process.destroyForcibly().waitFor();

    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, HOST, port)) {
      assertThat(read(address, 1)).containsExactly("before the crash");
      send(address, "after it");
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, HOST, port)) {
      assertThat(kafka.healthy()).isTrue();
      assertThat(read(address, 2)).containsExactly("before the crash", "after it");
    }
    assertThat(answers(address)).isFalse();
  }

  @Test
  void makesNoTopicByUseAndKeepsToAFolderWithACommaInItsName() {
    Path data = folder.resolve("a b,c");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(data, HOST, 0)) {
      assertThatThrownBy(() -> send(kafka.bootstrapServers(), "nowhere"))
          .isInstanceOf(ExecutionException.class);
    }
    assertThat(data.resolve("__cluster_metadata-0")).isDirectory();
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(data));
  }

  private Process process(int port) throws Exception {
    return new ProcessBuilder(
            Leash.command(
                List.of(),
                Path.of(System.getProperty("java.class.path")),
                EmbeddedKafka.class.getName(),
                List.of(folder.toString(), HOST, Integer.toString(port))))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static boolean answers(String address) {
    return EmbeddedKafka.answers(address, Duration.ofSeconds(2));
  }

  private static void send(String address, String value) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", address, "acks", "all", "max.block.ms", 2_000, "linger.ms", 0);
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>("t", value)).get();
    }
  }

  private static List<String> read(String address, int count) {
    var partition = new TopicPartition("t", 0);
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", address),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      List<String> values = new java.util.ArrayList<>();
      await()
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
              });
      return values;
    }
  }
}
