package org.accrual.relay.stream.encoding;

import org.accrual.contract.Headers;

/** The kind of a row's payload, which also says who wrote it. */
public enum Content {
  /** Plain Avro, written by a process of ours: a row that does not fit is a fault to be fixed. */
  AVRO,
  /** JSON by {@code outbox.publish}: the relay encodes it. */
  JSON,
  /** Bytes by {@code outbox.publish_raw}, to be sent as they are. */
  RAW;

  /** Returns what the payload is, by the row's headers. */
  public static Content of(RowHeaders headers) {
    return switch (headers.get(Headers.DATA_CONTENT_TYPE)) {
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
