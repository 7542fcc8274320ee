package org.accrual.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Against answers that a real registry does not give on demand; the real one is used by the
 * integration tests.
 */
class SchemaRegistryTest {
  private static final Schema SCHEMA = Schema.create(Schema.Type.STRING);

  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer = "";

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private SchemaRegistry registry() {
    return new SchemaRegistry(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"));
  }

  @Test
  void asksOnceForWhatNeverChanges() {
    SchemaRegistry registry = registry();
    answer = "{\"schema\":\"\\\"string\\\"\"}";
    registry.byId(7);
    assertThat(registry.byId(7)).isEqualTo(SCHEMA);
    answer = "{\"id\":7}";
    registry.idOf("s", SCHEMA);
    assertThat(registry.idOf("s", SCHEMA)).isEqualTo(7);
    assertThat(asked).hasValue(2);
  }

  @Test
  void tellsUnknownFromAway() {
    status = 404;
    assertThatThrownBy(() -> registry().byId(7))
        .isInstanceOf(UnknownSchema.class)
        .hasMessageContaining("schema id 7");
    status = 503;
    assertThatThrownBy(() -> registry().byId(7))
        .isInstanceOf(RegistryUnavailable.class)
        .hasMessageContaining("503");
    status = 409;
    answer = "{\"message\":\"field f: removed\"}";
    assertThatThrownBy(() -> registry().register("s", SCHEMA))
        .isInstanceOf(IncompatibleSchema.class)
        .hasMessageContaining("field f: removed");
  }

  @Test
  void doesNotTrustNonsense() {
    for (String nonsense : new String[] {"<html>", "{}", "{\"schema\":\"{\"}", ""}) {
      answer = nonsense;
      assertThatThrownBy(() -> registry().byId(7)).isInstanceOf(RegistryUnavailable.class);
    }
    answer = "{}";
    assertThatThrownBy(() -> registry().idOf("s", SCHEMA)).isInstanceOf(RegistryUnavailable.class);
  }

  @Test
  void saysSoWhenNobodyListens() {
    int port = server.getAddress().getPort();
    server.stop(0);
    assertThatThrownBy(() -> new SchemaRegistry(URI.create("http://127.0.0.1:" + port)).byId(1))
        .isInstanceOf(RegistryUnavailable.class)
        .hasMessageContaining("does not answer");
  }
}
