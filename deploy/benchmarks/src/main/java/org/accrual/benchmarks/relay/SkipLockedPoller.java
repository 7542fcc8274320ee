package org.accrual.benchmarks.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The outbox without a log reader: workers select the oldest rows FOR UPDATE SKIP LOCKED, send
 * them, delete them and commit, so with more than one the order of a key is lost. On an
 * unpartitioned table of its own with the same rows. The vacuum that its deleted rows need counts
 * as CPU time.
 */
final class SkipLockedPoller implements Drain {
  static final String NAME = "SKIP LOCKED poller";
  private static final int BATCH = 1_000;

  private final Stand stand;
  private final int rows;
  private final int workers;

  SkipLockedPoller(Stand stand, int rows, int workers) {
    this.stand = stand;
    this.rows = rows;
    this.workers = workers;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Drained drain(int turn) throws Exception {
    String topic = "polled%d".formatted(turn);
    stand.createTopic(topic);
    fill();
    return Drained.measure(
        stand, rows, () -> pollAll(topic), () -> stand.sql("vacuum public.polled"));
  }

  private void pollAll(String topic) throws ExecutionException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      List<Future<Integer>> sent = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        sent.add(threads.submit(() -> poll(topic)));
      }
      int all = 0;
      for (Future<Integer> each : sent) {
        all += each.get();
      }
      if (all != rows) {
        throw new IllegalStateException("the poller has sent %d of %d rows".formatted(all, rows));
      }
    }
  }

  /** Returns how many rows this worker has sent once there are none for it. */
  private int poll(String topic) throws Exception {
    try (Connection connection = stand.connect();
        KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(
                Map.of(
                    "bootstrap.servers",
                    stand.kafkaServers(),
                    "acks",
                    "all",
                    "linger.ms",
                    0,
                    "batch.size",
                    128 * 1024),
                new StringSerializer(),
                new ByteArraySerializer())) {
      connection.setAutoCommit(false);
      int all = 0;
      for (int sent = batch(connection, producer, topic);
          sent > 0;
          sent = batch(connection, producer, topic)) {
        all += sent;
      }
      return all;
    }
  }

  private void fill() throws Exception {
    stand.sql("drop table if exists public.polled");
    stand.sql("create table public.polled (like outbox.message including all)");
    stand.sql(
        "insert into public.polled select * from outbox.message order by created_at limit " + rows);
    stand.sql("checkpoint");
    stand.sql("vacuum analyze public.polled");
  }

  private static int batch(
      Connection connection, KafkaProducer<String, byte[]> producer, String topic)
      throws Exception {
    int sent = 0;
    try (PreparedStatement take =
            connection.prepareStatement(
                """
                delete from public.polled where (id, created_at) in
                  (select id, created_at from public.polled order by id limit %d for update skip locked)
                returning id, aggregateid, type, payload, headers::text\
                """
                    .formatted(BATCH));
        ResultSet row = take.executeQuery()) {
      while (row.next()) {
        ProducerRecord<String, byte[]> record =
            new ProducerRecord<>(topic, row.getString(2), row.getBytes(4));
        record
            .headers()
            .add("ce_id", row.getString(1).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        record
            .headers()
            .add("ce_type", row.getString(3).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        var _ = producer.send(record);
        sent++;
      }
    }
    producer.flush();
    try (Statement commit = connection.createStatement()) {
      commit.execute("commit");
    }
    return sent;
  }
}
