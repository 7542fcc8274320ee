package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.accrual.intake.BatchResult.Aside;
import org.accrual.runtime.trace.Traces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchSpansTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-01";
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("accrual.outcome");

  private final InMemorySpanExporter exported = InMemorySpanExporter.create();
  private final Message traced = IntakeFixtures.message(0, 1, "a", 1).goingOnFrom(SAMPLED);
  private final Message repeated = IntakeFixtures.message(0, 2, "a", 1).goingOnFrom(SAMPLED);
  private final Message untraced = IntakeFixtures.message(0, 3, "b", 1);

  @BeforeEach
  void on() {
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
  void eachTracedMessageIsASpanAndWhatItCausesGoesOnFromThat() {
    BatchSpans spans = BatchSpans.begin("probe", false, List.of(traced, repeated, untraced));
    spans.end(new BatchResult(2, 1, 0, Map.of(), List.of(Aside.repeat(repeated.position()))));

    List<SpanData> ended = exported.getFinishedSpanItems();
    assertThat(ended)
        .hasSize(2)
        .allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(TRACE))
        .allSatisfy(span -> assertThat(span.getParentSpanId()).isEqualTo("00f067aa0ba902b7"))
        .allSatisfy(
            span -> assertThat(span.getName()).isEqualTo("process " + IntakeFixtures.TOPIC));
    assertThat(ended)
        .extracting(span -> span.getAttributes().get(OUTCOME))
        .containsExactlyInAnyOrder(null, "duplicate");
    String goesOn = ((Message) spans.batch().getFirst()).correlation().traceparent();
    assertThat(Traces.context(goesOn).orElseThrow().getSpanId())
        .isIn(ended.stream().map(SpanData::getSpanId).toList());
    assertThat(spans.batch().getLast()).isSameAs(untraced);
  }

  @Test
  void aReplayIsASpanOfItsOwnThatIsLinked() {
    BatchSpans spans = BatchSpans.begin("probe", true, List.of(traced, repeated, untraced));
    assertThat(spans.batch()).containsExactly(traced, repeated, untraced);
    spans.end(new BatchResult(3, 0, 0, Map.of(), List.of()));

    SpanData replay = exported.getFinishedSpanItems().getFirst();
    assertThat(replay.getTraceId()).isNotEqualTo(TRACE);
    assertThat(replay.getParentSpanContext().isValid()).isFalse();
    assertThat(replay.getLinks())
        .singleElement()
        .satisfies(link -> assertThat(link.getSpanContext().getTraceId()).isEqualTo(TRACE));
  }

  @Test
  void aReplayOfManyTracesIsLinkedToEachOfThem() {
    int traces = BatchSpans.MOST_LINKS + 1;
    List<Decoded> batch =
        IntStream.range(0, traces)
            .<Decoded>mapToObj(
                i ->
                    IntakeFixtures.message(0, i, "a", i + 1)
                        .goingOnFrom("00-%032x-00f067aa0ba902b7-01".formatted(i + 1)))
            .toList();

    BatchSpans.begin("probe", true, batch).end(new BatchResult(traces, 0, 0, Map.of(), List.of()));

    assertThat(exported.getFinishedSpanItems())
        .flatExtracting(SpanData::getLinks)
        .extracting(link -> link.getSpanContext().getTraceId())
        .doesNotHaveDuplicates()
        .hasSize(traces);
  }

  @Test
  void aRedriveToo() {
    BatchSpans.redrive("probe", traced).end();

    SpanData redrive = exported.getFinishedSpanItems().getFirst();
    assertThat(redrive.getTraceId()).isNotEqualTo(TRACE);
    assertThat(redrive.getLinks()).hasSize(1);
  }

  @Test
  void withoutTracingNothingIsTouched() {
    Traces.off();
    List<Decoded> batch = List.of(traced);
    assertThat(BatchSpans.begin("probe", false, batch).batch()).isSameAs(batch);
  }
}
