package org.accrual.relay.stream.encoding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.accrual.contract.Headers;
import org.accrual.relay.stream.outbox.OutboxRow;

/** What a row's payload is, which also says who wrote it. */
public enum Content {
  /** Plain Avro, written by a process of ours: a row that does not fit is a fault to be mended. */
  AVRO,
  /** JSON by {@code outbox.publish}: the relay encodes it. */
  JSON,
  /** Bytes by {@code outbox.publish_raw}, to be sent as they are. */
  RAW;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * The row's headers.
   *
   * @throws Unpublishable if they are not a JSON object
   */
  public static JsonNode headers(OutboxRow row) {
    try {
      JsonNode headers = MAPPER.readTree(row.headers());
      if (headers.isObject()) {
        return headers;
      }
    } catch (JsonProcessingException notJson) {
      throw new Unpublishable("its headers are not JSON: " + notJson.getOriginalMessage());
    }
    throw new Unpublishable("its headers are not a JSON object");
  }

  public static Content of(JsonNode headers) {
    return switch (headers.path(Headers.DATA_CONTENT_TYPE).asText()) {
      case Headers.JSON_CONTENT_TYPE -> JSON;
      case Headers.RAW_CONTENT_TYPE -> RAW;
      default -> AVRO;
    };
  }

  /** Whether a row that does not fit is set aside, so that it does not hold up the others. */
  public boolean fromSql() {
    return this != AVRO;
  }
}
