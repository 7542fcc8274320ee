package org.accrual.relay.stream.sink;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.accrual.relay.stream.encoding.UnpublishableException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DestinationTest {
  private static ProducerRecord<byte[], byte[]> record(int bytes) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>("t", new byte[10], new byte[bytes]);
    record.headers().add("h", new byte[1]);
    return record;
  }

  @Test
  @DisplayName(
      "A record that is certainly larger than the topic's limit is refused, with both sizes")
  void theTopicsLimit() {
    // 68 for the batch and the record, 10 for the key, 4 for the header.
    Destination destination = Destination.open(182);

    assertThatCode(() -> destination.requireRoomFor(record(100))).doesNotThrowAnyException();
    assertThatThrownBy(() -> destination.requireRoomFor(record(101)))
        .isInstanceOf(UnpublishableException.class)
        .hasMessageContaining("at least 183 bytes", "topic t takes 182 (max.message.bytes)");
  }

  @Test
  @DisplayName("The producer's limit holds where the topic's is larger")
  void theProducersLimit() {
    Destination destination = Destination.open(Integer.MAX_VALUE);

    assertThatThrownBy(() -> destination.requireRoomFor(record(Destination.MAX_REQUEST_BYTES)))
        .isInstanceOf(UnpublishableException.class)
        .hasMessageContaining("max.request.size");
  }

  @Test
  @DisplayName("A closed topic says why")
  void aClosedTopic() {
    assertThatThrownBy(() -> Destination.closed("there is no topic t").requireOpen())
        .isInstanceOf(UnpublishableException.class)
        .hasMessage("there is no topic t");
  }
}
