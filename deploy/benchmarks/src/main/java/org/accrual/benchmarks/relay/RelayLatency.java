package org.accrual.benchmarks.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.accrual.benchmarks.Report;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** From the answer to COMMIT to the receipt under read_committed, at a steady rate. */
final class RelayLatency {
  private static final Duration MEASURED = Duration.ofSeconds(30);
  private static final String INSERT =
      """
      insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
      values (?, '%s', ?, '%s', ?, '{"ce_schemaversion": "1"}')\
      """
          .formatted(Stand.AGGREGATE_TYPE, Stand.TYPE);

  private final Stand stand;
  private final RelayOptions options;
  private final Map<String, Long> committed = new ConcurrentHashMap<>();
  private final Queue<Long> latencies = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  private RelayLatency(Stand stand, RelayOptions options) {
    this.stand = stand;
    this.options = options;
  }

  static void run(Stand stand, RelayOptions options) throws Exception {
    stand.load(1, 1);
    String slot = stand.copySlot("bench_latency");
    try (RelayProcess relay = RelayProcess.start(stand, slot, List.of("-Xmx512m", "-XX:+UseZGC"))) {
      relay.awaitCheckpoint(stand.end());
      RelayLatency latency = new RelayLatency(stand, options);
      latency.measure();
      Report report = new Report("relay-latency");
      report.latency(
          "commit to read_committed receipt at %d transactions/s, %d partitions"
              .formatted(options.rate(), options.partitions()),
          List.copyOf(latency.latencies));
      report.write(options.json());
    } finally {
      stand.dropSlot(slot);
    }
  }

  private void measure() throws Exception {
    Duration warmUp = Duration.ofSeconds(options.warmUp());
    long counted = System.nanoTime() + warmUp.toNanos();
    byte[] payload = new byte[Stand.PAYLOAD];
    try (ExecutorService reading = Executors.newSingleThreadExecutor()) {
      Future<?> reader = reading.submit(() -> read(counted));
      SteadyWriters.run(
          stand,
          options.rate(),
          warmUp.plus(MEASURED),
          INSERT,
          (insert, id) -> {
            insert.setObject(1, id);
            insert.setString(2, "key-" + (id.hashCode() & 1023));
            insert.setBytes(3, payload);
          },
          (id, at) -> note(id.toString(), at, true));
      Programs.await("all records", Duration.ofSeconds(20), committed::isEmpty);
      stopped = true;
      reader.get();
    }
  }

  private void read(long counted) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", stand.kafkaServers(), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, options.partitions())
              .mapToObj(i -> new TopicPartition(Stand.TOPIC, i))
              .toList();
      consumer.assign(partitions);
      consumer.seekToEnd(partitions);
      while (!stopped) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          long received = System.nanoTime();
          String id =
              new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8);
          long latency = note(id, received, false);
          if (received >= counted) {
            latencies.add(Math.max(0, latency));
          }
        }
      }
    }
  }

  /** The receipt may be noted before the answer to COMMIT is: whoever comes second knows both. */
  private long note(String id, long at, boolean commit) {
    Long other = committed.putIfAbsent(id, at);
    if (other == null) {
      return 0;
    }
    committed.remove(id);
    return commit ? other - at : at - other;
  }
}
