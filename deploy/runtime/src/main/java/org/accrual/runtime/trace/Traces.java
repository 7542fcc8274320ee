package org.accrual.runtime.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.accrual.runtime.InvalidSetting;
import org.jspecify.annotations.Nullable;

/**
 * The process's tracer. What ties spans together travels as W3C {@code traceparent} in metadata,
 * events, outbox records and headers; nothing is bound to a thread. Configured by the standard
 * {@code OTEL_*} variables (or {@code otel.*} properties); without an exporter or an endpoint in
 * them nothing is traced, and a caller's traceparent is passed on as it came.
 */
public final class Traces {
  private static final Pattern TRACEPARENT =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
  private static final int SPAN_AT = 36;
  private static final int FLAGS_AT = 53;
  private static final List<String> ASKED_FOR_BY =
      List.of(
          "otel.traces.exporter",
          "otel.exporter.otlp.endpoint",
          "otel.exporter.otlp.traces.endpoint");

  private static volatile @Nullable Tracer tracer;

  private Traces() {}

  /** Once, at the start of the process, before anything asks for a span. */
  public static void begin(String service) {
    if (ASKED_FOR_BY.stream().noneMatch(key -> setting(key).isPresent())) {
      return;
    }
    Map<String, String> defaults = new HashMap<>();
    defaults.put("otel.service.name", service);
    defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
    defaults.put("otel.metrics.exporter", "none");
    defaults.put("otel.logs.exporter", "none");
    try {
      use(
          AutoConfiguredOpenTelemetrySdk.builder()
              .addPropertiesSupplier(() -> defaults)
              .build()
              .getOpenTelemetrySdk());
    } catch (RuntimeException wrong) {
      throw new InvalidSetting(
          "OTEL_*", String.valueOf(wrong.getMessage()), "OpenTelemetry's settings, or none");
    }
  }

  /** Traces with this from now on; for tests. */
  public static void use(OpenTelemetry telemetry) {
    tracer = telemetry.getTracer("org.accrual");
  }

  /** Nothing is traced from now on; for tests. */
  public static void off() {
    tracer = null;
  }

  private static Optional<String> setting(String key) {
    String variable = key.toUpperCase(java.util.Locale.ROOT).replace('.', '_');
    return Optional.ofNullable(System.getProperty(key, System.getenv(variable)))
        .filter(value -> !value.isBlank() && !value.equals("none"));
  }

  /** Whether this process traces. */
  public static boolean on() {
    return tracer != null;
  }

  /** Whether this process traces and a message belongs to a trace that is recorded. */
  public static boolean on(String traceparent) {
    return tracer != null
        && TRACEPARENT.matcher(traceparent).matches()
        && (Character.digit(traceparent.charAt(FLAGS_AT + 1), 16) & 1) == 1;
  }

  /**
   * A span to be started, as the child of what a traceparent names; of an empty or unreadable one,
   * a root.
   *
   * @throws IllegalStateException if this process does not trace
   */
  public static SpanBuilder child(String name, SpanKind kind, String traceparent) {
    SpanBuilder span = builder(name, kind);
    Optional<SpanContext> parent = context(traceparent);
    return parent.isPresent()
        ? span.setParent(Context.root().with(Span.wrap(parent.get())))
        : span.setNoParent();
  }

  /** A root. What it goes back to are links: see {@link #context}. */
  public static SpanBuilder root(String name, SpanKind kind) {
    return builder(name, kind).setNoParent();
  }

  private static SpanBuilder builder(String name, SpanKind kind) {
    Tracer current = tracer;
    if (current == null) {
      throw new IllegalStateException("nothing is traced");
    }
    return current.spanBuilder(name).setSpanKind(kind);
  }

  /** Returns the span that a traceparent names, empty if it is not one of W3C Trace Context. */
  public static Optional<SpanContext> context(String traceparent) {
    if (!TRACEPARENT.matcher(traceparent).matches()) {
      return Optional.empty();
    }
    SpanContext context =
        SpanContext.createFromRemoteParent(
            traceparent.substring(3, SPAN_AT - 1),
            traceparent.substring(SPAN_AT, FLAGS_AT - 1),
            TraceFlags.fromHex(traceparent, FLAGS_AT),
            TraceState.getDefault());
    return Optional.of(context).filter(SpanContext::isValid);
  }

  /** Names a span to those who come after it. */
  public static String traceparent(Span span) {
    SpanContext context = span.getSpanContext();
    return "00-%s-%s-%s"
        .formatted(context.getTraceId(), context.getSpanId(), context.getTraceFlags().asHex());
  }
}
