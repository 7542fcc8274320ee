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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
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
    // A thread an answer: one that never ends holds up no other.
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private SchemaRegistry registry() {
    return new SchemaRegistry(url());
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  @Test
  @DisplayName("An id of a JSON schema, or of a very large one, is final and not an outage")
  void refusesOtherSchemas() {
    answer = "{\"schemaType\":\"JSON\",\"schema\":\"{\\\"type\\\":\\\"object\\\"}\"}";
    assertThatThrownBy(() -> registry().byId(7))
        .isInstanceOf(UnknownSchema.class)
        .hasMessageContaining("is not Avro, but JSON");

    answer = " ".repeat(4 * 1024 * 1024 + 1);
    assertThatThrownBy(() -> registry().byId(8))
        .isInstanceOf(UnknownSchema.class)
        .hasMessageContaining("more than 4 MiB");
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
    answer = "{\"error_code\":40403,\"message\":\"Schema not found\"}";
    assertThatThrownBy(() -> registry().byId(7))
        .isInstanceOf(UnknownSchema.class)
        .hasMessageContaining("schema id 7");
    for (String ofSomethingElse : List.of("<html>not here</html>", "{\"status\":404}", "")) {
      answer = ofSomethingElse;
      assertThatThrownBy(() -> registry().byId(7)).isInstanceOf(RegistryUnavailable.class);
    }
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
    for (String nonsense : new String[] {"<html>", "{}", "{\"schema\":7}", ""}) {
      answer = nonsense;
      assertThatThrownBy(() -> registry().byId(7)).isInstanceOf(RegistryUnavailable.class);
    }
    answer = "{}";
    assertThatThrownBy(() -> registry().idOf("s", SCHEMA)).isInstanceOf(RegistryUnavailable.class);
    assertThatThrownBy(() -> registry().ofVersion("s", 1)).isInstanceOf(RegistryUnavailable.class);
  }

  /** Headers at once, and then a byte now and then: no client's timeout of its own ends that. */
  @Test
  void waitsForAnAnswersEndOnlySoLong() throws IOException {
    server.removeContext("/");
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          for (; ; LockSupport.parkNanos(20_000_000)) {
            out.write(' ');
            out.flush();
          }
        });
    SchemaRegistry impatient = new SchemaRegistry(url(), Duration.ofMillis(300));

    assertThatThrownBy(() -> impatient.byId(7))
        .isInstanceOf(RegistryUnavailable.class)
        .hasMessageContaining("within 300 ms");
  }

  /** The common pool has one thread with two cores: who blocks it must not seem an outage. */
  @Test
  void needsNobodysThread() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(ForkJoinPool.getCommonPoolParallelism());
    CountDownLatch over = new CountDownLatch(1);
    for (long i = busy.getCount(); i > 0; i--) {
      ForkJoinPool.commonPool()
          .execute(
              () -> {
                busy.countDown();
                await(over);
              });
    }
    assertThat(busy.await(30, TimeUnit.SECONDS)).isTrue();
    try {
      answer = "{\"id\":7}";
      assertThat(registry().idOf("s", SCHEMA)).isEqualTo(7);
    } finally {
      over.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void readsOnlySoMuch() throws IOException {
    server.removeContext("/");
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          byte[] some = new byte[1 << 16];
          while (true) {
            out.write(some);
          }
        });

    assertThatThrownBy(() -> registry().byId(7)).isInstanceOf(UnknownSchema.class);
  }

  @Test
  void findsAVersionByWhatItSaysOfItself() throws IOException {
    server.removeContext("/");
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          String body =
              path.endsWith("/versions")
                  ? "[3,8]"
                  : "{\"id\":%s1,\"schema\":\"{\\\"type\\\":\\\"string\\\",\\\"accrual.version\\\":%d}\"}"
                      .formatted(path.charAt(path.length() - 1), path.endsWith("8") ? 2 : 1);
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });

    assertThat(registry().ofVersion("s", 1).id()).isEqualTo(31);
    assertThat(registry().ofVersion("s", 2).id()).isEqualTo(81);
    assertThatThrownBy(() -> registry().ofVersion("s", 3)).isInstanceOf(UnknownSchema.class);
  }

  @Test
  void asksAnewWhereAnIdMayHaveChanged() {
    SchemaRegistry registry = registry();
    answer = "{\"id\":7}";
    assertThat(registry.idOf("s", SCHEMA)).isEqualTo(7);
    answer = "{\"id\":8}";
    assertThat(registry.idNow("s", SCHEMA)).isEqualTo(8);
    assertThat(registry.idOf("s", SCHEMA)).isEqualTo(8);
  }

  @Test
  void saysWhatItsTroubleIs() {
    answer = "[\"AVRO\"]";
    assertThat(registry().trouble()).isEmpty();
    status = 500;
    assertThat(registry().trouble()).hasValueSatisfying(t -> assertThat(t).contains("500"));
    server.stop(0);
    assertThat(registry().trouble())
        .hasValueSatisfying(t -> assertThat(t).contains("does not answer"));
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
