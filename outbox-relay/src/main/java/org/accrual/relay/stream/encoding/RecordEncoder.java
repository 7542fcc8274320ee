package org.accrual.relay.stream.encoding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Makes a Kafka record of an outbox row: CloudEvents 1.0 in binary mode, the value in the
 * registry's wire format (a zero byte, the schema's id in four bytes, plain Avro). What SQL
 * published raw keeps its bytes and headers.
 */
public final class RecordEncoder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] SPEC_VERSION = bytes("1.0");
  private static final byte[] CONTENT_TYPE = bytes(Headers.AVRO_CONTENT_TYPE);
  private static final String DEFAULT_SOURCE = "/accrual/outbox";
  private static final int ENVELOPE = 5;

  /** Said by the row's own columns or by the relay, whatever the row's headers say. */
  private static final Set<String> OURS =
      Set.of(
          Headers.ID,
          Headers.TYPE,
          Headers.TIME,
          Headers.SPEC_VERSION,
          Headers.CONTENT_TYPE,
          Headers.DATA_CONTENT_TYPE,
          Headers.OUTBOX_ID,
          Headers.SLOT);

  private final SchemaIds schemas;
  private final byte[] slot;

  /**
   * Creates an encoder.
   *
   * @param slot of the relay, named in each record
   */
  public RecordEncoder(SchemaIds schemas, String slot) {
    this.schemas = schemas;
    this.slot = bytes(slot);
  }

  /**
   * The record.
   *
   * @throws UnpublishableException if it cannot be made; names the row
   */
  public ProducerRecord<byte[], byte[]> encode(OutboxRow row, Content content, RowHeaders headers)
      throws InterruptedException {
    try {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              Topics.of(row.aggregateType()),
              bytes(row.aggregateId()),
              value(row, content, headers));
      if (content == Content.RAW) {
        addRaw(record.headers(), row, headers);
      } else {
        addHeaders(record.headers(), row, headers);
      }
      record.headers().add(Headers.SLOT, slot);
      return record;
    } catch (UnpublishableException why) {
      throw new UnpublishableException(
          "outbox record %s of type '%s': %s".formatted(row.id(), row.type(), why.getMessage()));
    }
  }

  private byte[] value(OutboxRow row, Content content, RowHeaders headers)
      throws InterruptedException {
    ByteBuffer payload = row.payload().duplicate();
    return switch (content) {
      case AVRO -> enveloped(schemas.of(row.type(), schemaVersion(headers)), payload);
      case JSON -> encoded(row.aggregateType(), row.type(), payload);
      case RAW -> {
        byte[] value = new byte[payload.remaining()];
        payload.get(value);
        yield value;
      }
    };
  }

  private byte[] encoded(String aggregateType, String type, ByteBuffer payload)
      throws InterruptedException {
    SchemaRegistry.Registered schema = schemas.latest(aggregateType, type);
    JsonNode json = json(payload);
    try {
      return encoded(json, schema);
    } catch (JsonToAvro.Misfit misfit) {
      SchemaRegistry.Registered newer =
          schemas
              .newerThan(schema, type)
              .orElseThrow(() -> new UnpublishableException(String.valueOf(misfit.getMessage())));
      return encodedOrNot(json, newer);
    }
  }

  private static byte[] encodedOrNot(JsonNode json, SchemaRegistry.Registered schema) {
    try {
      return encoded(json, schema);
    } catch (JsonToAvro.Misfit misfit) {
      throw new UnpublishableException(String.valueOf(misfit.getMessage()));
    }
  }

  private static byte[] encoded(JsonNode json, SchemaRegistry.Registered schema) {
    return enveloped(schema.id(), ByteBuffer.wrap(JsonToAvro.encode(json, schema.schema())));
  }

  private static JsonNode json(ByteBuffer payload) {
    try {
      return JSON.readTree(StandardCharsets.UTF_8.decode(payload).toString());
    } catch (IOException notJson) {
      throw new UnpublishableException("its payload is not JSON: " + notJson.getMessage());
    }
  }

  private static int schemaVersion(RowHeaders headers) {
    if (!headers.has(Headers.SCHEMA_VERSION)) {
      return 1;
    }
    String version = headers.get(Headers.SCHEMA_VERSION);
    try {
      return Integer.parseInt(version);
    } catch (NumberFormatException notANumber) {
      throw new UnpublishableException(
          "its header %s is not a number: %s".formatted(Headers.SCHEMA_VERSION, version));
    }
  }

  private static byte[] enveloped(int schemaId, ByteBuffer payload) {
    ByteBuffer value = ByteBuffer.allocate(ENVELOPE + payload.remaining());
    return value.put((byte) 0).putInt(schemaId).put(payload).array();
  }

  private static void addHeaders(
      org.apache.kafka.common.header.Headers target, OutboxRow row, RowHeaders headers) {
    target.add(Headers.ID, bytes(row.id()));
    target.add(Headers.TYPE, bytes(row.type()));
    target.add(Headers.TIME, bytes(row.createdAt()));
    target.add(Headers.SPEC_VERSION, SPEC_VERSION);
    target.add(Headers.CONTENT_TYPE, CONTENT_TYPE);
    if (!headers.has(Headers.SOURCE)) {
      target.add(Headers.SOURCE, bytes(DEFAULT_SOURCE));
    }
    for (Map.Entry<String, String> header : headers.values().entrySet()) {
      if (!OURS.contains(header.getKey())) {
        target.add(header.getKey(), bytes(header.getValue()));
      }
    }
  }

  /** As given, a dead letter's own id too; the row's id has a header of its own. */
  private static void addRaw(
      org.apache.kafka.common.header.Headers target, OutboxRow row, RowHeaders headers) {
    target.add(Headers.OUTBOX_ID, bytes(row.id()));
    if (!headers.has(Headers.ID)) {
      target.add(Headers.ID, bytes(row.id()));
    }
    for (Map.Entry<String, String> header : headers.values().entrySet()) {
      if (!header.getKey().equals(Headers.DATA_CONTENT_TYPE)
          && !header.getKey().equals(Headers.OUTBOX_ID)
          && !header.getKey().equals(Headers.SLOT)) {
        target.add(header.getKey(), bytes(header.getValue()));
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
