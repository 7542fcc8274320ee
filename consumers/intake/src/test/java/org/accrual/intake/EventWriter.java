package org.accrual.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Stands in for the relay: writes events to their topics, also more than once or not at all. */
public final class EventWriter implements AutoCloseable {
  private final SchemaRegistry registry;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Future<RecordMetadata>> sent = new ArrayList<>();

  public EventWriter(String bootstrapServers, URI registry) {
    this.registry = new SchemaRegistry(registry);
    this.producer =
        new KafkaProducer<>(
            // One in flight: a partition just made may refuse the first batch and take the second,
            // and then the first never again.
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "linger.ms",
                5,
                "max.in.flight.requests.per.connection",
                1),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Sends without waiting: see {@link #flush}. */
  public EventWriter send(String topic, String key, long version, SpecificRecord event) {
    return send(topic, key, version, event, Instant.now());
  }

  public EventWriter send(
      String topic, String key, long version, SpecificRecord event, Instant time) {
    return send(topic, key, event, headers(event, version, time));
  }

  /** As one does who does not tell the schema's version: readers ask the registry what it is. */
  public EventWriter sendUnversioned(String topic, String key, long version, SpecificRecord event) {
    return send(topic, key, event, EventEncoding.headers(event, version, Instant.now()));
  }

  private EventWriter send(String topic, String key, SpecificRecord event, List<Header> headers) {
    String type = EventSchemas.typeOf(event.getSchema());
    int id = registry.idOf(type, EventSchemas.current().get(type));
    return sendRaw(
        new ProducerRecord<>(
            topic,
            null,
            key.getBytes(StandardCharsets.UTF_8),
            EventEncoding.value(id, event),
            headers));
  }

  /** As a build wrote it that was current at the record's schema. */
  public EventWriter sendOld(String topic, String key, long version, GenericRecord event) {
    Schema schema = event.getSchema();
    String type = EventSchemas.typeOf(schema);
    try {
      return sendRaw(
          new ProducerRecord<>(
              topic,
              null,
              key.getBytes(StandardCharsets.UTF_8),
              GenericEncoding.value(registry.idOf(type, schema), event),
              headers(event, version, Instant.now())));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static List<Header> headers(IndexedRecord event, long version, Instant time) {
    List<Header> headers = new ArrayList<>(EventEncoding.headers(event, version, time));
    headers.add(
        EventEncoding.header(
            Headers.SCHEMA_VERSION, Integer.toString(EventSchemas.versionOf(event.getSchema()))));
    return headers;
  }

  public EventWriter sendRaw(ProducerRecord<byte[], byte[]> record) {
    sent.add(producer.send(record));
    return this;
  }

  /** Waits until all that was sent is acknowledged; where it lies, in the order it was sent. */
  public List<RecordMetadata> flush() {
    producer.flush();
    List<RecordMetadata> written = new ArrayList<>();
    for (Future<RecordMetadata> each : sent) {
      try {
        written.add(each.get());
      } catch (InterruptedException | ExecutionException failed) {
        throw new AssertionError("not written", failed);
      }
    }
    sent.clear();
    return written;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
