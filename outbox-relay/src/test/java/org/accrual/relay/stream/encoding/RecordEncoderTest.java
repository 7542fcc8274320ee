package org.accrual.relay.stream.encoding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.accrual.relay.stream.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordEncoderTest {
  private final FakeRegistry registry = new FakeRegistry();
  private final RecordEncoder encoder = new RecordEncoder(registry.ids(), "a_slot");

  RecordEncoderTest() throws Exception {}

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void aRecordHasTheRowsTopicKeyAndPayloadInTheRegistrysWireFormat() throws Exception {
    ProducerRecord<byte[], byte[]> record = encode(row("id-1"));

    assertThat(record.topic()).isEqualTo("accrual.study.events");
    assertThat(record.key()).isEqualTo("S1".getBytes(UTF_8));
    assertThat(record.value()).containsExactly(0, 1, 2, 3, 4, 4, 'S', '1');
    assertThat(record.partition()).isNull();
  }

  @Test
  void theRowsHeadersGoWithCloudEventsOwn() throws Exception {
    ProducerRecord<byte[], byte[]> record =
        encode(
            row(
                "id-1",
                "{\"ce_sequence\":\"7\",\"ce_source\":\"/site\",\"traceparent\":\"00-é\",\"n\":5,\"x\":null}"));

    assertThat(headers(record))
        .isEqualTo(
            Map.of(
                "ce_id", "id-1",
                "ce_type", "accrual.study.activated.v1",
                "ce_time", "2026-11-24T12:00:00.000001Z",
                "ce_specversion", "1.0",
                "content-type", "application/avro",
                "ce_source", "/site",
                "ce_sequence", "7",
                "traceparent", "00-é",
                "n", "5",
                "accrual_slot", "a_slot"));
  }

  @Test
  void aRowCannotClaimAnotherIdentityAndHasASource() throws Exception {
    ProducerRecord<byte[], byte[]> record =
        encode(
            row(
                "id-1",
                "{\"ce_id\":\"x\",\"ce_type\":\"x\",\"ce_time\":\"x\",\"ce_specversion\":\"x\",\"content-type\":\"x\"}"));

    assertThat(headers(record))
        .containsEntry("ce_id", "id-1")
        .containsEntry("ce_source", "/accrual/outbox")
        .doesNotContainValue("x");
    assertThat(record.headers().toArray()).hasSize(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"ce_schemaversion\":\"one\"}", "{\"ce_schemaversion\":\"2\"}"})
  void whatCannotBeARecordIsNamed(String headers) {
    assertThatThrownBy(() -> encode(row("id-1", headers)))
        .isInstanceOf(UnpublishableException.class)
        .hasMessageContaining("id-1");
  }

  private ProducerRecord<byte[], byte[]> encode(OutboxRow row) throws InterruptedException {
    RowHeaders headers = RowHeaders.of(row);
    return encoder.encode(row, Content.of(headers), headers);
  }

  private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new TreeMap<>();
    record
        .headers()
        .forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
    return headers;
  }
}
