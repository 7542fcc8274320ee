package org.accrual.benchmarks.relay;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.accrual.benchmarks.Report;
import org.accrual.benchmarks.ServiceUnderTest;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.event.enrollment.PatientScreened;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * From the commit of an event to its row in the projection, at half of the capacity of the way from
 * one to the other, and against the sum of its parts, each alone.
 *
 * <p>PostgreSQL itself notes when both were committed ({@code track_commit_timestamp}), so no query
 * disturbs the run. Both times are those of the commit's record, before its flush: of the two
 * flushes that a client waits for one is in the figure.
 */
final class ProjectionLatency {
  /** Of each part of the lower bound, for each second that is measured. */
  private static final int TRIES_A_SECOND = 70;

  private static final String TYPE = EventSchemas.typeOf(PatientScreened.getClassSchema());
  private static final String INSERT =
      """
      insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
      values (?, '%s', ?, '%s', ?, '{"ce_schemaversion": "%d", "ce_sequence": "1", "ce_source": "/accrual/benchmark"}')\
      """
          .formatted(
              Topics.ENROLLMENT_EVENTS.substring(Topics.PREFIX.length()),
              TYPE,
              EventSchemas.versionOf(PatientScreened.getClassSchema()));

  private final Stand stand;
  private final RelayOptions options;

  private ProjectionLatency(Stand stand, RelayOptions options) {
    this.stand = stand;
    this.options = options;
  }

  static void run(Stand stand, RelayOptions options) throws Exception {
    stand.load(1, 1);
    String slot = stand.copySlot("bench_latency");
    ProjectionLatency latency = new ProjectionLatency(stand, options);
    Report report = new Report("latency");
    try (RelayProcess relay = RelayProcess.start(stand, slot, List.of("-Xmx512m", "-XX:+UseZGC"));
        var _ = latency.consumers()) {
      relay.awaitLast();
      latency.write(SteadyWriters.UNBOUNDED, options.warmUp());
      latency.awaitVisible();
      double capacity = latency.capacity();
      int half = (int) (capacity / 2);
      System.out.printf("capacity %.0f events/s; measured at %d%n", capacity, half);
      latency.write(half, Math.ceilDiv(options.seconds(), 3));
      Instant from = Instant.now();
      double achieved = latency.write(half, options.seconds());
      report.rate(half, achieved);
      latency.awaitVisible();
      Map<String, Long> sent = latency.sent(from);
      List<Long> relayed = new ArrayList<>();
      List<Long> applied = new ArrayList<>();
      List<Long> found = latency.latencies(from, sent, relayed, applied);
      report.latency(
          "commit to projection visible at %.0f of %d/s".formatted(achieved, half), found);
      report.latency("of which: commit to the relay's sending", relayed);
      report.latency("of which: the relay's sending to projection visible", applied);
      LowerBound bound = LowerBound.measure(stand, TRIES_A_SECOND * options.seconds(), report);
      report.atMost("p50 / sum of the parts' p50", bound.ratio(found, 0.5), 2.0);
      report.atMost("p99 / sum of the parts' p99", bound.ratio(found, 0.99), 2.0);
      report.atMost("p50, ms", Report.quantile(found, 0.5) / 1e6, 10);
      report.atMost("p99, ms", Report.quantile(found, 0.99) / 1e6, 40);
      report.write(options.json());
    }
    stand.dropSlot(slot);
  }

  private ServiceUnderTest consumers() throws IOException, InterruptedException {
    return ServiceUnderTest.start(
        "consumers",
        List.of("-XX:+UseZGC"),
        List.of(
            "accrual.database.url=" + stand.database().url(),
            "accrual.consumers.enabled=projection",
            "accrual.kafka.bootstrap-servers=" + stand.kafkaServers(),
            "accrual.registry.url=" + stand.registryUrl()),
        stand.folder().resolve("consumers.log"));
  }

  /** Writes for a time; returns the rate that was achieved. */
  private double write(int rate, int seconds) throws InterruptedException, ExecutionException {
    return SteadyWriters.run(
        stand,
        options.writers(),
        rate,
        Duration.ofSeconds(seconds),
        INSERT,
        ProjectionLatency::set,
        (id, at) -> {});
  }

  private static void set(PreparedStatement insert, UUID id) throws SQLException {
    String enrollment = UUID.randomUUID().toString();
    insert.setObject(1, id);
    insert.setString(2, enrollment);
    insert.setBytes(
        3,
        LowerBound.bytes(
            new PatientScreened(
                enrollment, "BENCH", "S1", "patient-" + enrollment, 1, null, "benchmark")));
  }

  /** Returns how many events become visible a second while writers go as fast as they can. */
  private double capacity() throws Exception {
    long before = count("projection.enrollment_history");
    long begin = System.nanoTime();
    write(SteadyWriters.UNBOUNDED, options.seconds());
    awaitVisible();
    return (count("projection.enrollment_history") - before) * 1e9 / (System.nanoTime() - begin);
  }

  private void awaitVisible() throws SQLException, InterruptedException {
    long written = count("outbox.message where type = '%s'".formatted(TYPE));
    Programs.await(
        "all events in the projection",
        Duration.ofMinutes(5),
        () -> count("projection.enrollment_history") >= written);
  }

  private long count(String from) throws SQLException {
    return Long.parseLong(stand.query("select count(*) from " + from));
  }

  /** When the relay sent each record, in ms of the epoch, by its id. */
  private Map<String, Long> sent(Instant from) {
    Map<String, Long> sent = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", stand.kafkaServers(), "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.ENROLLMENT_EVENTS).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer
          .offsetsForTimes(
              partitions.stream()
                  .collect(Collectors.toMap(each -> each, each -> from.toEpochMilli())))
          .forEach((partition, at) -> consumer.seek(partition, at == null ? 0 : at.offset()));
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(each -> consumer.position(each) < ends.getOrDefault(each, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          sent.put(
              new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8),
              record.timestamp());
        }
      }
    }
    return sent;
  }

  /** In ns, whole and in its two parts. */
  private List<Long> latencies(
      Instant from, Map<String, Long> sent, List<Long> relayed, List<Long> applied)
      throws SQLException {
    List<Long> nanos = new ArrayList<>();
    try (Connection connection = stand.connect();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                select m.id::text, extract(epoch from pg_xact_commit_timestamp(m.xmin)) * 1e9,
                       extract(epoch from pg_xact_commit_timestamp(h.xmin)) * 1e9
                  from outbox.message m
                  join projection.enrollment_history h on h.enrollment_id = m.aggregateid::uuid and h.version = 1
                 where m.type = ? and m.created_at >= ?
                """)) {
      statement.setString(1, TYPE);
      statement.setTimestamp(2, Timestamp.from(from));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          long committed = row.getBigDecimal(2).longValue();
          long visible = row.getBigDecimal(3).longValue();
          long between = requireNonNull(sent.get(row.getString(1))) * 1_000_000;
          nanos.add(visible - committed);
          relayed.add(Math.max(0, between - committed));
          applied.add(visible - between);
        }
      }
    }
    return nanos;
  }
}
