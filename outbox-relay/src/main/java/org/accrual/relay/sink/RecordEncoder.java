package org.accrual.relay.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.relay.outbox.OutboxRow;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Makes a Kafka record of an outbox row: CloudEvents 1.0 in binary mode, the value in the
 * registry's wire format (a zero byte, the schema's id in four bytes, plain Avro).
 */
public final class RecordEncoder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] SPEC_VERSION = bytes("1.0");
  private static final byte[] CONTENT_TYPE = bytes(Headers.AVRO_CONTENT_TYPE);
  private static final String DEFAULT_SOURCE = "/accrual/outbox";
  private static final int ENVELOPE = 5;

  /** Said by the row's own columns or by the relay, whatever the row's headers say. */
  private static final Set<String> OURS =
      Set.of(Headers.ID, Headers.TYPE, Headers.TIME, Headers.SPEC_VERSION, Headers.CONTENT_TYPE);

  private final SchemaIds ids;

  public RecordEncoder(SchemaIds ids) {
    this.ids = ids;
  }

  /**
   * The record.
   *
   * @throws Unpublishable if it cannot be made; names the row
   */
  ProducerRecord<byte[], byte[]> encode(OutboxRow row) throws InterruptedException {
    try {
      JsonNode headers = headers(row);
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              Topics.of(row.aggregateType()),
              bytes(row.aggregateId()),
              value(ids.of(row.type(), schemaVersion(headers)), row.payload()));
      addHeaders(record.headers(), row, headers);
      return record;
    } catch (Unpublishable why) {
      throw new Unpublishable(
          "outbox record %s of type '%s': %s".formatted(row.id(), row.type(), why.getMessage()));
    }
  }

  private static JsonNode headers(OutboxRow row) {
    try {
      JsonNode headers = JSON.readTree(row.headers());
      if (headers.isObject()) {
        return headers;
      }
    } catch (JsonProcessingException notJson) {
      throw new Unpublishable("its headers are not JSON: " + notJson.getOriginalMessage());
    }
    throw new Unpublishable("its headers are not a JSON object");
  }

  private static int schemaVersion(JsonNode headers) {
    JsonNode version = headers.path(Headers.SCHEMA_VERSION);
    if (version.isMissingNode()) {
      return 1;
    }
    try {
      return Integer.parseInt(version.asText());
    } catch (NumberFormatException notANumber) {
      throw new Unpublishable(
          "its header %s is not a number: %s".formatted(Headers.SCHEMA_VERSION, version));
    }
  }

  private static byte[] value(int schemaId, ByteBuffer payload) {
    ByteBuffer value = ByteBuffer.allocate(ENVELOPE + payload.remaining());
    return value.put((byte) 0).putInt(schemaId).put(payload.duplicate()).array();
  }

  private static void addHeaders(
      org.apache.kafka.common.header.Headers target, OutboxRow row, JsonNode headers) {
    target.add(Headers.ID, bytes(row.id()));
    target.add(Headers.TYPE, bytes(row.type()));
    target.add(Headers.TIME, bytes(row.createdAt()));
    target.add(Headers.SPEC_VERSION, SPEC_VERSION);
    target.add(Headers.CONTENT_TYPE, CONTENT_TYPE);
    if (!headers.has(Headers.SOURCE)) {
      target.add(Headers.SOURCE, bytes(DEFAULT_SOURCE));
    }
    for (Map.Entry<String, JsonNode> header : headers.properties()) {
      if (!OURS.contains(header.getKey()) && !header.getValue().isNull()) {
        target.add(header.getKey(), bytes(text(header.getValue())));
      }
    }
  }

  /** Text as it is; anything else as its JSON. */
  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : value.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
