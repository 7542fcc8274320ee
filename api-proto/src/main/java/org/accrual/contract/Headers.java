package org.accrual.contract;

/**
 * Header names on Kafka records: CloudEvents 1.0 in Kafka's binary mode, extensions of ours under
 * the same prefix, and the W3C trace context. Values are UTF-8 text.
 */
public final class Headers {
  /**
   * The outbox record's id, a UUID. Unique: what a consumer deduplicates by where there is no
   * sequence.
   */
  public static final String ID = "ce_id";

  /** The event's type, such as {@code accrual.enrollment.requested.v1}. */
  public static final String TYPE = "ce_type";

  /** Who wrote the outbox record, such as {@code /accrual/enrollment-core}. */
  public static final String SOURCE = "ce_source";

  /** When the record was written, RFC 3339. */
  public static final String TIME = "ce_time";

  /** Always {@code 1.0}. */
  public static final String SPEC_VERSION = "ce_specversion";

  /**
   * Version of the stream after this event: 1, 2, 3 … without a gap per key; only on event topics.
   */
  public static final String SEQUENCE = "ce_sequence";

  /** The whole conversation. */
  public static final String CORRELATION_ID = "ce_correlationid";

  /** The message that directly caused this one: a request id, or an event's id. */
  public static final String CAUSATION_ID = "ce_causationid";

  /** Who did it, as the caller asserted. */
  public static final String ACTOR = "ce_actor";

  /** Version of the payload's schema within its type: 1, 2, 3 … */
  public static final String SCHEMA_VERSION = "ce_schemaversion";

  /**
   * Only on the outbox row, never on a record: {@link #JSON_CONTENT_TYPE} asks the relay to encode
   * the payload, {@link #RAW_CONTENT_TYPE} to send it as it is; without it the payload is plain
   * Avro.
   */
  public static final String DATA_CONTENT_TYPE = "datacontenttype";

  public static final String JSON_CONTENT_TYPE = "application/json";
  public static final String RAW_CONTENT_TYPE = "application/octet-stream";

  /** The outbox record's id on records published raw, whose {@link #ID} may be another's. */
  public static final String OUTBOX_ID = "accrual_outboxid";

  /**
   * The replication slot of the relay that published the record: relays of several databases may
   * share a topic.
   */
  public static final String SLOT = "accrual_slot";

  public static final String CONTENT_TYPE = "content-type";
  public static final String AVRO_CONTENT_TYPE = "application/avro";

  /** W3C trace context. */
  public static final String TRACEPARENT = "traceparent";

  private Headers() {}
}
