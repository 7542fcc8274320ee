package org.accrual.consumers.notification;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A gateway for text messages that does as the test says. */
final class GatewayServer implements AutoCloseable {
  final List<Request> requests = new CopyOnWriteArrayList<>();
  volatile int status = 202;
  private final HttpServer server;

  /** What came. */
  record Request(String method, String idempotencyKey, String authorization, JsonNode body) {}

  GatewayServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/send", this::take);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/send";
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void take(HttpExchange call) throws IOException {
    requests.add(
        new Request(
            call.getRequestMethod(),
            call.getRequestHeaders().getFirst("Idempotency-Key"),
            call.getRequestHeaders().getFirst("Authorization"),
            new JsonMapper().readTree(call.getRequestBody())));
    byte[] answer = "{\"id\": \"g-1\"}".getBytes(StandardCharsets.UTF_8);
    call.sendResponseHeaders(status, answer.length);
    call.getResponseBody().write(answer);
    call.close();
  }
}
