package org.accrual.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracesTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-01";
  private static final String UNSAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-00";

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();

  private void on() {
    Traces.use(
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exported))
                    .build())
            .build());
  }

  @AfterEach
  void off() {
    Traces.off();
  }

  @Test
  void nothingIsTracedUntilItIsAskedFor() {
    Traces.begin("test");
    assertThat(Traces.on()).isFalse();
    assertThat(Traces.on(SAMPLED)).isFalse();
    assertThatThrownBy(() -> Traces.root("x", SpanKind.INTERNAL))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aChildGoesOnFromATraceparentAndIsNamedByOne() {
    on();
    Span span = Traces.child("child", SpanKind.CONSUMER, SAMPLED).startSpan();
    String next = Traces.traceparent(span);
    span.end();

    assertThat(next).matches("00-" + TRACE + "-[0-9a-f]{16}-01").isNotEqualTo(SAMPLED);
    SpanData data = exported.getFinishedSpanItems().getFirst();
    assertThat(data.getTraceId()).isEqualTo(TRACE);
    assertThat(data.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
  }

  @Test
  void theCallersSamplingIsRespected() {
    on();
    assertThat(Traces.on(SAMPLED)).isTrue();
    assertThat(Traces.on(UNSAMPLED)).isFalse();
    Span span = Traces.child("child", SpanKind.CONSUMER, UNSAMPLED).startSpan();
    span.end();

    assertThat(Traces.traceparent(span)).startsWith("00-" + TRACE).endsWith("-00");
    assertThat(exported.getFinishedSpanItems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz"
      })
  void whatNamesNothingBeginsATrace(String traceparent) {
    on();
    Traces.child("root", SpanKind.SERVER, traceparent).startSpan().end();

    SpanData data = exported.getFinishedSpanItems().getFirst();
    assertThat(data.getParentSpanContext().isValid()).isFalse();
    assertThat(Traces.context(traceparent)).isEmpty();
  }
}
