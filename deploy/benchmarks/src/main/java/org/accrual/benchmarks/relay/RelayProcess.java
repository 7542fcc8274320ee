package org.accrual.benchmarks.relay;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.accrual.contract.Topics;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Leash;
import org.accrual.local.Build;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** outbox-relay as it is deployed, on a slot of the stand. */
final class RelayProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(20);

  private final Stand stand;
  private final String slot;
  private final Path log;
  private final Process process;

  private RelayProcess(Stand stand, String slot, Path log, Process process) {
    this.stand = stand;
    this.slot = slot;
    this.log = log;
    this.process = process;
  }

  /** Creates the topic of its checkpoint, starts it and returns once it begins to read. */
  static RelayProcess start(Stand stand, String slot, List<String> options)
      throws IOException, InterruptedException {
    stand.createTopic(Topics.relayCheckpoint(slot), 1);
    List<String> all = new ArrayList<>(options);
    all.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Daccrual.database.url=" + stand.database().url(),
            "-Daccrual.kafka.bootstrap-servers=" + stand.kafkaServers(),
            "-Daccrual.registry.url=" + stand.registryUrl(),
            "-Daccrual.http.port=" + FreePort.pick(),
            "-Daccrual.relay.slot=" + slot));
    Path log = stand.folder().resolve(slot + ".log");
    RelayProcess relay =
        new RelayProcess(
            stand,
            slot,
            log,
            Programs.start(
                Leash.command(all, Build.here().jar("outbox-relay", "accrual-outbox-relay")), log));
    // The first start on a slot reads the whole outbox.
    Programs.await("the relay: " + log, Duration.ofMinutes(5), () -> relay.said("-> streaming"));
    return relay;
  }

  private boolean said(String words) throws IOException {
    String said = Files.readString(log);
    if (said.contains("-> refused") || !process.isAlive()) {
      throw new IllegalStateException(said);
    }
    return said.contains(words);
  }

  /** Waits until the committed checkpoint has reached a place. */
  void awaitCheckpoint(long end) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", stand.kafkaServers(), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      TopicPartition checkpoints = new TopicPartition(Topics.relayCheckpoint(slot), 0);
      consumer.assign(List.of(checkpoints));
      consumer.seekToBeginning(List.of(checkpoints));
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (System.nanoTime() < deadline && process.isAlive()) {
        for (ConsumerRecord<String, byte[]> checkpoint : consumer.poll(Duration.ofMillis(50))) {
          if (lsn(checkpoint.value()) >= end) {
            return;
          }
        }
      }
    }
    throw new IllegalStateException("the relay did not get there: " + log);
  }

  private static long lsn(byte[] checkpoint) {
    try {
      String[] halves = JSON.readTree(checkpoint).required("lsn").textValue().split("/", 2);
      return Long.parseLong(halves[0], 16) << 32 | Long.parseLong(halves[1], 16);
    } catch (IOException unreadable) {
      throw new java.io.UncheckedIOException(unreadable);
    }
  }

  /** The most memory that it has held so far, in bytes. */
  long peakResident() throws IOException {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      return lines
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow()
          * 1024;
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
