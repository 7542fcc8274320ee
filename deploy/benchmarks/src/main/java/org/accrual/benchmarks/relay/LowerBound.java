package org.accrual.benchmarks.relay;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.accrual.benchmarks.Report;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What the way to the projection cannot do without, each part alone and one at a time: a flush of
 * the WAL, an acknowledged produce and its fetch, the projection's commit.
 */
record LowerBound(List<List<Long>> parts) {
  /** One try. */
  @FunctionalInterface
  private interface Part {
    void run() throws SQLException, ExecutionException, InterruptedException;
  }

  static LowerBound measure(Stand stand, int tries, Report report) throws Exception {
    List<Long> flush;
    List<Long> commit;
    try (Connection connection = stand.connect();
        var statement = connection.createStatement()) {
      statement.execute("create table public.bench_flush (n int)");
      statement.execute("select ops.clone_schema('projection', 'bound')");
      PreparedStatement insert =
          connection.prepareStatement("insert into public.bench_flush values (1)");
      flush = times(tries, insert::executeUpdate);
      PreparedStatement apply =
          connection.prepareStatement(
              """
              with id as (select uuidv7() as id),
                   row as (insert into bound.enrollment (enrollment_id, study_id, site_id, patient_id, state, version,
                                                         screened_at, updated_at)
                           select id, 'BENCH', 'S1', id::text, 'screening', 1, now(), now() from id),
                   gate as (insert into bound.applied (topic, key, version) select 'bench', id::text, 1 from id)
              insert into bound.enrollment_history (enrollment_id, version, event_type, state, recorded_at)
              select id, 1, 'bench', 'screening', now() from id\
              """);
      commit = times(tries, apply::executeUpdate);
    }
    List<Long> carry = produceAndFetch(stand, tries);
    report.latency("alone: a flush of the WAL", flush);
    report.latency("alone: acknowledged produce and fetch", carry);
    report.latency("alone: the projection's commit", commit);
    return new LowerBound(List.of(flush, carry, commit));
  }

  /** How often the parts' sum fits into what was found, at a quantile. */
  double ratio(List<Long> found, double quantile) {
    return Report.quantile(found, quantile)
        / parts.stream().mapToDouble(part -> Report.quantile(part, quantile)).sum();
  }

  private static List<Long> produceAndFetch(Stand stand, int tries) throws Exception {
    byte[] value = new byte[Stand.PAYLOAD];
    TopicPartition partition = new TopicPartition("accrual.bench.bound", 0);
    stand.createTopic(partition.topic());
    try (KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", stand.kafkaServers(), "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", stand.kafkaServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return times(
          tries,
          () -> {
            producer.send(new ProducerRecord<>(partition.topic(), 0, null, value)).get();
            while (consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
              // Not there yet.
            }
          });
    }
  }

  /** Returns how long each try took, after as many that do not count. */
  private static List<Long> times(int tries, Part part) throws Exception {
    List<Long> nanos = new ArrayList<>();
    for (int i = -tries; i < tries; i++) {
      long begin = System.nanoTime();
      part.run();
      if (i >= 0) {
        nanos.add(System.nanoTime() - begin);
      }
    }
    return nanos;
  }

  /** Plain Avro, as the event store keeps it. */
  static byte[] bytes(SpecificRecord event) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException impossible) {
      throw new IllegalStateException("memory that cannot be written", impossible);
    }
  }
}
