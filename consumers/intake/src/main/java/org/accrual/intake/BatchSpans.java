package org.accrual.intake;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.contract.Topics;
import org.accrual.intake.BatchResult.Aside;
import org.accrual.runtime.trace.Names;
import org.accrual.runtime.trace.Traces;

/**
 * Records the spans of a batch: one for each message that belongs to a recorded trace, as the child
 * of the span that sent it; spans caused by the message are children of its span. A replay is not
 * part of the original traces: it gets spans of its own, each linked to at most {@link #MOST_LINKS}
 * of them. Used by one thread.
 */
final class BatchSpans {
  /** The SDK drops further links of a span. */
  static final int MOST_LINKS = 128;

  private final Map<Position, Span> spans = new HashMap<>();
  private final List<Span> replays = new ArrayList<>();
  private final List<Decoded> batch;

  private BatchSpans(List<Decoded> batch) {
    this.batch = batch;
  }

  /** Begins them, where this process traces. */
  static BatchSpans begin(String consumer, boolean replay, List<Decoded> decoded) {
    if (!Traces.on()) {
      return new BatchSpans(decoded);
    }
    if (replay) {
      BatchSpans spans = new BatchSpans(decoded);
      spans.replay(consumer, decoded);
      return spans;
    }
    BatchSpans spans = new BatchSpans(new ArrayList<>(decoded.size()));
    decoded.forEach(one -> spans.batch.add(spans.traced(consumer, one)));
    return spans;
  }

  /** A span of its own for a dead letter that is tried again, linked to what it was sent in. */
  static Span redrive(String consumer, Message message) {
    SpanBuilder span =
        attributes(
            Traces.root("redrive " + message.stream().topic(), SpanKind.CONSUMER),
            consumer,
            message);
    Traces.context(message.correlation().traceparent()).ifPresent(span::addLink);
    return span.startSpan();
  }

  /** The batch, each message with the span that goes on from it. */
  List<Decoded> batch() {
    return batch;
  }

  void end(BatchResult result) {
    if (spans.isEmpty() && replays.isEmpty()) {
      return;
    }
    for (Aside aside : result.aside()) {
      Span span = spans.get(aside.at());
      if (span != null && aside.parked()) {
        span.setStatus(StatusCode.ERROR, aside.error()).setAttribute(Names.OUTCOME, "parked");
      } else if (span != null) {
        span.setAttribute(Names.OUTCOME, "duplicate");
      }
    }
    endAll();
  }

  void fail(RuntimeException failure) {
    spans.values().forEach(span -> fail(span, failure));
    replays.forEach(span -> fail(span, failure));
    endAll();
  }

  private static void fail(Span span, RuntimeException failure) {
    span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()))
        .setAttribute(Names.ERROR_TYPE, failure.getClass().getName());
  }

  private void endAll() {
    spans.values().forEach(Span::end);
    replays.forEach(Span::end);
  }

  private Decoded traced(String consumer, Decoded decoded) {
    if (!(decoded instanceof Message message) || !Traces.on(message.correlation().traceparent())) {
      return decoded;
    }
    Span span =
        attributes(
                Traces.child(
                    "process " + message.stream().topic(),
                    SpanKind.CONSUMER,
                    message.correlation().traceparent()),
                consumer,
                message)
            .startSpan();
    spans.put(message.position(), span);
    return message.goingOnFrom(Traces.traceparent(span));
  }

  private void replay(String consumer, List<Decoded> decoded) {
    List<SpanContext> origins =
        decoded.stream()
            .filter(Message.class::isInstance)
            .map(one -> ((Message) one).correlation().traceparent())
            .filter(Traces::on)
            .map(Traces::context)
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    for (int from = 0; from < origins.size(); from += MOST_LINKS) {
      SpanBuilder span =
          Traces.root("replay " + consumer, SpanKind.CONSUMER)
              .setAttribute(Names.MESSAGING_SYSTEM, "kafka")
              .setAttribute(Names.MESSAGING_OPERATION, "process")
              .setAttribute(Names.MESSAGING_GROUP, Topics.PREFIX + consumer)
              .setAttribute(Names.MESSAGING_BATCH, (long) decoded.size());
      origins.subList(from, Math.min(from + MOST_LINKS, origins.size())).forEach(span::addLink);
      replays.add(span.startSpan());
    }
  }

  private static SpanBuilder attributes(SpanBuilder span, String consumer, Message message) {
    return span.setAttribute(Names.MESSAGING_SYSTEM, "kafka")
        .setAttribute(Names.MESSAGING_OPERATION, "process")
        .setAttribute(Names.MESSAGING_OPERATION_NAME, "process")
        .setAttribute(Names.MESSAGING_GROUP, Topics.PREFIX + consumer)
        .setAttribute(Names.MESSAGING_TOPIC, message.stream().topic())
        .setAttribute(
            Names.MESSAGING_PARTITION, String.valueOf(message.position().partition().partition()))
        .setAttribute(Names.MESSAGING_OFFSET, message.position().offset())
        .setAttribute(Names.MESSAGING_KEY, message.stream().key())
        .setAttribute(Names.MESSAGING_ID, message.id().toString())
        .setAttribute(Names.TYPE, message.type())
        .setAttribute(Names.CORRELATION, message.correlation().id());
  }
}
