package org.accrual.benchmarks.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The outbox without a log reader: one worker selects the oldest rows FOR UPDATE SKIP LOCKED, sends
 * them, deletes them and commits. On an unpartitioned table of its own with the same rows, a fifth
 * of them, which flatters it: its table bloats with size.
 */
final class SkipLockedPoller implements Drain {
  private static final int BATCH = 1_000;

  private final Stand stand;
  private final int rows;

  SkipLockedPoller(Stand stand, int rows) {
    this.stand = stand;
    this.rows = Math.max(1, rows / 5);
  }

  @Override
  public String name() {
    return "SKIP LOCKED poller";
  }

  @Override
  public double drain(int turn) throws Exception {
    String topic = "polled%d".formatted(turn);
    stand.createTopic(topic);
    fill();
    long begin = System.nanoTime();
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
      int left = rows;
      while (left > 0) {
        left -= batch(connection, producer, topic);
      }
    }
    return rows * 1e9 / (System.nanoTime() - begin);
  }

  private void fill() throws Exception {
    stand.sql("drop table if exists public.polled");
    stand.sql("create table public.polled (like outbox.message including all)");
    stand.sql(
        "insert into public.polled select * from outbox.message order by created_at limit " + rows);
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
