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
      relay.awaitLast();
      RelayLatency latency = new RelayLatency(stand, options);
      double achieved = latency.measure();
      List<Long> latencies = List.copyOf(latency.latencies);
      Report report = new Report("relay-latency");
      report.rate(options.rate(), achieved);
      report.latency(
          "commit to read_committed receipt at %.0f of %d transactions/s, %d partitions"
              .formatted(achieved, options.rate(), options.partitions()),
          latencies);
      report.atMost("p50, ms", Report.quantile(latencies, 0.5) / 1e6, 4);
      report.atMost("p99, ms", Report.quantile(latencies, 0.99) / 1e6, 15);
      report.write(options.json());
    } finally {
      stand.dropSlot(slot);
    }
  }

  /** Returns the rate that was achieved. */
  private double measure() throws Exception {
    try (KafkaConsumer<String, byte[]> consumer = consumer();
        ExecutorService reading = Executors.newSingleThreadExecutor()) {
      Future<?> reader = reading.submit(() -> read(consumer));
      try {
        write(options.warmUp());
        latencies.clear();
        return write(options.seconds());
      } finally {
        stopped = true;
        reader.get();
      }
    }
  }

  /** Writes for a time and waits until all of it was received; returns the rate of the writers. */
  private double write(int seconds) throws Exception {
    byte[] payload = new byte[Stand.PAYLOAD];
    double achieved =
        SteadyWriters.run(
            stand,
            options.writers(),
            options.rate(),
            Duration.ofSeconds(seconds),
            INSERT,
            (insert, id) -> {
              insert.setObject(1, id);
              insert.setString(2, "key-" + (id.hashCode() & 1023));
              insert.setBytes(3, payload);
            },
            (id, at) -> note(id.toString(), at));
    Programs.await("all records", Duration.ofSeconds(20), committed::isEmpty);
    return achieved;
  }

  /** Returns a consumer of the topic, from its present end on. */
  private KafkaConsumer<String, byte[]> consumer() {
    KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", stand.kafkaServers(), "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        IntStream.range(0, options.partitions())
            .mapToObj(i -> new TopicPartition(Stand.TOPIC, i))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
    return consumer;
  }

  private void read(KafkaConsumer<String, byte[]> consumer) {
    while (!stopped) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
        long received = System.nanoTime();
        note(
            new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8),
            -received);
      }
    }
  }

  /**
   * Notes when a row was committed, or, negative, when its record was received. The receipt may be
   * noted before the answer to COMMIT.
   */
  private void note(String id, long at) {
    Long other = committed.putIfAbsent(id, at);
    if (other != null) {
      latencies.add(Math.max(0, -(at + other)));
      committed.remove(id);
    }
  }
}
