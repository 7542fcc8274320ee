package org.accrual.relay.stream.encoding;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.runtime.registry.SchemaRegistry;

/** Answers every look-up with one status and id, and counts them. */
public final class FakeRegistry implements AutoCloseable {
  static final int ID = 0x01020304;

  private final HttpServer server;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile int status = 200;
  private volatile boolean healthy;
  private volatile int id = ID;

  public FakeRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          if (healthy && exchange.getRequestURI().getPath().endsWith("/schemas/types")) {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            return;
          }
          asked.incrementAndGet();
          String answer =
              status == 404
                  ? "{\"error_code\":40403}"
                  : "{\"id\":%d,\"schema\":\"\\\"long\\\"\"}".formatted(id);
          boolean versions = exchange.getRequestURI().getPath().endsWith("/versions");
          byte[] body = (versions && status == 200 ? "[1]" : answer).getBytes(UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  void answers(int status) {
    this.status = status;
  }

  /** Answers with a status for types, while it is well otherwise. */
  void answersForTypes(int status) {
    this.healthy = true;
    this.status = status;
  }

  /** As after it was replaced. */
  void gives(int other) {
    this.id = other;
  }

  int asked() {
    return asked.get();
  }

  SchemaRegistry client() {
    return new SchemaRegistry(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  public SchemaIds ids() {
    return new SchemaIds(client());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
