package org.accrual.relay.stream.sink;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.nio.charset.StandardCharsets;
import org.accrual.contract.Headers;
import org.accrual.relay.stream.encoding.Content;
import org.accrual.relay.stream.encoding.RowHeaders;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.runtime.trace.Names;
import org.accrual.runtime.trace.Traces;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The span of a record's sending, where it belongs to a recorded trace: from its encoding to the
 * end of the Kafka transaction. Consumers continue from it, since the record carries it.
 */
final class SendSpan {
  private static final SendSpan NONE = new SendSpan(Span.getInvalid());

  private final Span span;

  private SendSpan(Span span) {
    this.span = span;
  }

  static SendSpan begin(
      OutboxRow row, Content content, RowHeaders headers, ProducerRecord<byte[], byte[]> record) {
    // A dead letter's headers are those of the record that it was.
    if (!Traces.on() || content == Content.RAW) {
      return NONE;
    }
    String parent = headers.get(Headers.TRACEPARENT);
    if (!Traces.on(parent)) {
      return NONE;
    }
    Span span =
        Traces.child("send " + record.topic(), SpanKind.PRODUCER, parent)
            .setAttribute(Names.MESSAGING_SYSTEM, "kafka")
            .setAttribute(Names.MESSAGING_OPERATION, "send")
            .setAttribute(Names.MESSAGING_OPERATION_NAME, "send")
            .setAttribute(Names.MESSAGING_TOPIC, record.topic())
            .setAttribute(Names.MESSAGING_KEY, row.aggregateId())
            .setAttribute(Names.MESSAGING_ID, row.id())
            .setAttribute(Names.TYPE, row.type())
            .setAttribute(Names.CORRELATION, headers.get(Headers.CORRELATION_ID))
            .startSpan();
    record
        .headers()
        .remove(Headers.TRACEPARENT)
        .add(Headers.TRACEPARENT, Traces.traceparent(span).getBytes(StandardCharsets.UTF_8));
    return new SendSpan(span);
  }

  void end() {
    span.end();
  }

  void fail(RuntimeException failure) {
    span.setStatus(StatusCode.ERROR)
        .setAttribute(Names.ERROR_TYPE, failure.getClass().getSimpleName());
    span.end();
  }
}
