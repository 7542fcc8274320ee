package org.accrual.intake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.accrual.contract.EventReader;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads records in the registry's wire format ({@code 00}, 4-byte schema id, Avro), of older and
 * newer writers: what wrote them is known by type and schema version, or, where this build does not
 * know that version, by the id in the registry. So a registry that is away or was replaced stops
 * nothing but what is new. What cannot be read is an answer, {@link Unreadable}, and not an
 * exception.
 */
public final class MessageDecoder {
  private static final int PREFIX = 5;

  private final IntFunction<Schema> registry;
  private final Set<String> types = EventSchemas.current().keySet();
  private final Map<ReaderKey, EventReader> readers = new ConcurrentHashMap<>();

  /**
   * @param schemaVersion 0 if only the registry knows it
   * @param schemaId 0 if the registry need not be asked
   */
  private record ReaderKey(String type, int schemaVersion, int schemaId) {}

  /**
   * @param registry gives the schema with an id; throws {@link UnknownSchema} if there is none, and
   *     anything else if it cannot say
   */
  public MessageDecoder(IntFunction<Schema> registry) {
    this.registry = registry;
  }

  /**
   * What could be decoded of a batch.
   *
   * @param records those that were decoded, in the same order
   * @param decoded the same
   * @param held the first record of each partition that needs the registry, which does not answer:
   *     it and those after it are not decoded
   * @param why the registry's failure; null if nothing is held
   */
  record Decoding(
      List<ConsumerRecord<byte[], byte[]>> records,
      List<Decoded> decoded,
      Map<TopicPartition, Long> held,
      @Nullable RuntimeException why) {}

  /** Decodes the records of a batch as far as that is possible without a registry that is away. */
  Decoding decode(List<ConsumerRecord<byte[], byte[]>> records) {
    List<ConsumerRecord<byte[], byte[]>> readable = new ArrayList<>(records.size());
    List<Decoded> decoded = new ArrayList<>(records.size());
    Map<TopicPartition, Long> held = new HashMap<>();
    RuntimeException why = null;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      if (held.containsKey(partition)) {
        continue;
      }
      try {
        decoded.add(decode(record));
        readable.add(record);
      } catch (RuntimeException unavailable) {
        why = why == null ? unavailable : why;
        held.put(partition, record.offset());
      }
    }
    return new Decoding(readable, decoded, held, why);
  }

  /** Decodes one record. Throws the registry's exception if that does not answer. */
  public Decoded decode(ConsumerRecord<byte[], byte[]> record) {
    Position position = Position.of(record);
    StreamKey stream = StreamKey.of(record);
    byte @Nullable [] key = record.key();
    byte @Nullable [] value = record.value();
    if (key == null) {
      return new Unreadable(position, stream, "the record has no key");
    }
    if (StreamKey.text(key).isEmpty()) {
      return new Unreadable(position, stream, "the key is no text of 1 to 512 characters");
    }
    if (value == null || value.length < PREFIX || value[0] != 0) {
      return new Unreadable(position, stream, "the value does not begin with 00 and a schema id");
    }
    try {
      RecordHeaders headers = RecordHeaders.read(record);
      return new Message(
          position,
          stream,
          headers.version(),
          headers.id(),
          headers.type(),
          headers.time(),
          headers.correlation(),
          headers.causationId(),
          bodies(headers, value));
    } catch (UnreadableRecord unreadable) {
      return new Unreadable(position, stream, unreadable.getMessage());
    }
  }

  private List<SpecificRecord> bodies(RecordHeaders headers, byte[] value) throws UnreadableRecord {
    String type = headers.type();
    int schemaId = ByteBuffer.wrap(value).getInt(1);
    // A version of ours says by itself what it was written with. The registry is asked for what
    // this build does not know: newer versions, and records without the header.
    ReaderKey key =
        EventSchemas.of(type, headers.schemaVersion()).isPresent()
            ? new ReaderKey(type, headers.schemaVersion(), 0)
            : new ReaderKey(type, 0, schemaId);
    EventReader reader = readers.get(key);
    if (reader == null) {
      reader = reader(key);
      readers.put(key, reader);
    }
    try {
      return reader.read(value, PREFIX);
    } catch (IOException | RuntimeException garbage) {
      throw new UnreadableRecord(
          "the value is not a %s of schema id %d: %s".formatted(type, schemaId, garbage));
    }
  }

  private EventReader reader(ReaderKey key) throws UnreadableRecord {
    if (!types.contains(key.type())) {
      throw new UnreadableRecord("this build does not know the type " + key.type() + ": update it");
    }
    try {
      return EventReader.of(key.type(), writersSchema(key));
    } catch (UnknownSchema unknown) {
      throw new UnreadableRecord(
          "schema id %d: %s".formatted(key.schemaId(), unknown.getMessage()));
    } catch (IllegalArgumentException misfit) {
      throw new UnreadableRecord("schema id %d: %s".formatted(key.schemaId(), misfit.getMessage()));
    }
  }

  private Schema writersSchema(ReaderKey key) {
    return EventSchemas.of(key.type(), key.schemaVersion())
        .orElseGet(() -> registry.apply(key.schemaId()));
  }
}
