package org.accrual.relay.stream.sink;

import java.util.Optional;
import org.accrual.relay.stream.encoding.UnpublishableException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Holds what the broker reports of a topic.
 *
 * @param fault why the topic takes no records; empty if it takes them
 * @param maxBytes the largest batch of records, in bytes
 * @param missing whether there is no such topic
 */
record Destination(Optional<String> fault, int maxBytes, boolean missing) {
  /**
   * The largest request of the relay's producer, in bytes. Above the limit of any topic that takes
   * what {@code outbox.message} takes, so that raising a topic's limit is enough.
   */
  static final int MAX_REQUEST_BYTES = 4 * 1024 * 1024;

  /** The header of a batch, and the least that the fields of a record take beside its content. */
  private static final int OVERHEAD = 61 + 7;

  static Destination closed(String fault) {
    return new Destination(Optional.of(fault), 0, false);
  }

  static Destination missing(String topic) {
    return new Destination(Optional.of("there is no topic " + topic), 0, true);
  }

  static Destination open(int maxBytes) {
    return new Destination(Optional.empty(), maxBytes, false);
  }

  /**
   * Checks that the topic takes records.
   *
   * @throws UnpublishableException if it does not
   */
  void requireOpen() {
    if (fault.isPresent()) {
      throw new UnpublishableException(fault.get());
    }
  }

  /**
   * Checks that a record is not certainly too large; the broker decides about the last few bytes.
   *
   * @throws UnpublishableException if it is
   */
  void requireRoomFor(ProducerRecord<byte[], byte[]> record) {
    long bytes = atLeast(record);
    if (bytes > maxBytes) {
      throw new UnpublishableException(
          "the record has at least %d bytes, topic %s takes %d (max.message.bytes)"
              .formatted(bytes, record.topic(), maxBytes));
    }
    if (bytes > MAX_REQUEST_BYTES) {
      throw new UnpublishableException(
          "the record has at least %d bytes, the relay sends %d (max.request.size)"
              .formatted(bytes, MAX_REQUEST_BYTES));
    }
  }

  private static long atLeast(ProducerRecord<byte[], byte[]> record) {
    long bytes = OVERHEAD + (long) record.key().length + record.value().length;
    for (Header header : record.headers()) {
      // A character takes at least a byte, a length at least one too.
      bytes += 2L + header.key().length() + header.value().length;
    }
    return bytes;
  }
}
