package org.accrual.intake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads records in the registry's wire format ({@code 00}, 4-byte schema id, Avro): the writer's
 * schema comes from the registry, the reader's from this build, so that an older or newer writer is
 * understood. What cannot be read is an answer, {@link Unreadable}, and not an exception.
 */
public final class MessageDecoder {
  private static final int PREFIX = 5;

  private final IntFunction<Schema> registry;
  private final Map<String, Schema> readerSchemas = EventSchemas.current();
  private final Map<ReaderKey, SpecificDatumReader<SpecificRecord>> readers =
      new ConcurrentHashMap<>();

  private record ReaderKey(int schemaId, String type) {}

  /**
   * @param registry gives the schema with an id; throws {@link UnknownSchema} if there is none, and
   *     anything else if it cannot say
   */
  public MessageDecoder(IntFunction<Schema> registry) {
    this.registry = registry;
  }

  /** In the same order. Throws what the registry throws when it is away. */
  List<Decoded> decode(List<ConsumerRecord<byte[], byte[]>> records) {
    List<Decoded> decoded = new ArrayList<>(records.size());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      decoded.add(decode(record));
    }
    return decoded;
  }

  /** Of one record. Throws what the registry throws when it is away. */
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
          body(headers.type(), value));
    } catch (UnreadableRecord unreadable) {
      return new Unreadable(position, stream, unreadable.getMessage());
    }
  }

  private SpecificRecord body(String type, byte[] value) throws UnreadableRecord {
    int schemaId = ByteBuffer.wrap(value).getInt(1);
    ReaderKey key = new ReaderKey(schemaId, type);
    SpecificDatumReader<SpecificRecord> reader = readers.get(key);
    if (reader == null) {
      reader = reader(schemaId, type);
      readers.put(key, reader);
    }
    try {
      BinaryDecoder decoder =
          DecoderFactory.get().binaryDecoder(value, PREFIX, value.length - PREFIX, null);
      SpecificRecord body = reader.read(null, decoder);
      if (!decoder.isEnd()) {
        throw new UnreadableRecord("bytes are left over after a " + type);
      }
      return body;
    } catch (IOException | RuntimeException garbage) {
      throw new UnreadableRecord(
          "the value is not a %s of schema id %d: %s".formatted(type, schemaId, garbage));
    }
  }

  private SpecificDatumReader<SpecificRecord> reader(int schemaId, String type)
      throws UnreadableRecord {
    Schema ours = readerSchemas.get(type);
    if (ours == null) {
      throw new UnreadableRecord("this build does not know the type " + type + ": update it");
    }
    try {
      Schema writers = registry.apply(schemaId);
      if (!writers.getFullName().equals(ours.getFullName())) {
        throw new UnreadableRecord(
            "schema id %d is of %s and not of %s".formatted(schemaId, writers.getFullName(), type));
      }
      return new SpecificDatumReader<>(writers, ours);
    } catch (UnknownSchema unknown) {
      throw new UnreadableRecord("the registry has no schema id " + schemaId);
    }
  }
}
