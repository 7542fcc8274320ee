package org.accrual.systemtests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.accrual.local.Stack;
import org.accrual.local.StackSettings;

/** Takes traces by OTLP and keeps them in memory. */
final class OtlpReceiver {
  private static OtlpReceiver shared;

  private final HttpServer server;
  private final List<Received> spans = new CopyOnWriteArrayList<>();

  /** A span, and which process sent it. */
  record Received(String service, Span span) {
    String name() {
      return span.getName();
    }

    String trace() {
      return hex(span.getTraceId());
    }

    String id() {
      return hex(span.getSpanId());
    }

    /** Empty of a root. */
    String parent() {
      return hex(span.getParentSpanId());
    }

    /** Traces that it is linked to. */
    List<String> links() {
      return span.getLinksList().stream().map(link -> hex(link.getTraceId())).toList();
    }

    String attribute(String key) {
      return span.getAttributesList().stream()
          .filter(attribute -> attribute.getKey().equals(key))
          .map(attribute -> attribute.getValue().getStringValue())
          .findFirst()
          .orElse("");
    }

    private static String hex(com.google.protobuf.ByteString bytes) {
      return HexFormat.of().formatHex(bytes.toByteArray());
    }
  }

  private OtlpReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  /** One for all tests of this JVM. */
  static synchronized OtlpReceiver shared() {
    if (shared == null) {
      shared = new OtlpReceiver();
    }
    return shared;
  }

  /** The same stack, its processes sending their traces here. */
  StackSettings traced(StackSettings settings) {
    String[] options = {
      "-Dotel.exporter.otlp.endpoint=http://127.0.0.1:" + server.getAddress().getPort(),
      "-Dotel.traces.sampler=parentbased_always_on",
      "-Dotel.bsp.schedule.delay=200"
    };
    return settings
        .withOptions(Stack.CORE, options)
        .withOptions(Stack.RELAY, options)
        .withOptions(Stack.CONSUMERS, options);
  }

  List<Received> trace(String id) {
    return spans.stream().filter(span -> span.trace().equals(id)).toList();
  }

  /** Spans of other traces that are linked to one. */
  List<Received> linkedTo(String id) {
    return spans.stream().filter(span -> span.links().contains(id)).toList();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      ExportTraceServiceRequest request =
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
      for (ResourceSpans resource : request.getResourceSpansList()) {
        String service =
            resource.getResource().getAttributesList().stream()
                .filter(attribute -> attribute.getKey().equals("service.name"))
                .map(KeyValue::getValue)
                .map(value -> value.getStringValue())
                .collect(Collectors.joining());
        resource
            .getScopeSpansList()
            .forEach(
                scope ->
                    scope.getSpansList().forEach(span -> spans.add(new Received(service, span))));
      }
      byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
    }
  }
}
