package org.accrual.relay.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.UUID;
import org.accrual.embedded.SharedParts;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A transaction of a producer that is not the relay's, open on partition 0 of a topic. */
public final class OpenTransaction implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer =
      new KafkaProducer<>(
          Map.of(
              "bootstrap.servers",
              SharedParts.kafka().bootstrapServers(),
              "transactional.id",
              "another-" + UUID.randomUUID()),
          new ByteArraySerializer(),
          new ByteArraySerializer());

  /** Begins a transaction whose only record is in the topic's log. */
  public OpenTransaction(String topic) throws Exception {
    byte[] content = "another".getBytes(UTF_8);
    producer.initTransactions();
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(topic, 0, content, content)).get();
  }

  /** Ends the transaction without effect. */
  public void abort() {
    producer.abortTransaction();
  }

  /** Leaves the transaction, if it is still open, to be aborted at once. */
  @Override
  public void close() {
    producer.close();
  }
}
