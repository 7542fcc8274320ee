package org.accrual.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.accrual.runtime.liveness.Heartbeat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A process with a gRPC service")
class LivenessTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Logger METRICS = Logger.getLogger("io.helidon.microprofile.metrics");
  private static final List<String> WARNINGS = new CopyOnWriteArrayList<>();

  private static io.helidon.microprofile.server.Server process;

  @BeforeAll
  static void start() throws IOException {
    Handler warnings = new Warnings();
    METRICS.addHandler(warnings);
    System.setProperty("accrual.grpc.port", Integer.toString(freePort()));
    process =
        io.helidon.microprofile.server.Server.builder().host("127.0.0.1").port(0).build().start();
    METRICS.removeHandler(warnings);
  }

  @AfterAll
  static void stop() {
    process.stop();
  }

  @Test
  @DisplayName("uses Helidon's metrics only after they are set up, so that there is one registry")
  void oneRegistry() {
    assertThat(WARNINGS).isEmpty();
  }

  @Test
  @DisplayName("is alive and says which loops it watches, its own gRPC server among them")
  void alive() throws Exception {
    HttpResponse<String> live = live();
    assertThat(live.statusCode()).as(live.body()).isEqualTo(200);
    assertThat(live.body()).contains("\"watched\":").contains("grpc");
  }

  @Test
  @DisplayName("is not alive while a loop is silent for too long, and is again when it reports")
  void silentLoop() {
    Heartbeat heartbeat = new Heartbeat("probe-loop", Duration.ofSeconds(1));
    heartbeat.start();
    try {
      awaitDead("probe-loop", "no heartbeat since");
      heartbeat.beat(Duration.ofMinutes(1));
      awaitAlive();
    } finally {
      heartbeat.stop();
    }
  }

  @Test
  @DisplayName("is not alive once a loop has ended by an error")
  void endedLoop() {
    Heartbeat heartbeat = new Heartbeat("ended-loop");
    Thread.ofVirtual()
        .uncaughtExceptionHandler((_, _) -> {})
        .start(
            heartbeat.watch(
                () -> {
                  throw new IllegalStateException("lost its way");
                }));
    try {
      awaitDead("ended-loop", "lost its way");
    } finally {
      heartbeat.stop();
    }
    awaitAlive();
  }

  @Test
  @DisplayName("is not alive while a gRPC server accepts calls and does not answer them")
  void stuckServer() throws Exception {
    Server stuck =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(_ -> {}) // Every call waits for a thread that never comes.
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
    GrpcSelfCall selfCall =
        new GrpcSelfCall(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), stuck.getPort()),
            Duration.ofSeconds(1));
    try {
      selfCall.start();
      awaitDead("grpc", "no heartbeat since");
    } finally {
      selfCall.close();
      stuck.shutdownNow();
    }
    awaitAlive();
  }

  private static void awaitDead(String loop, String reason) {
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(
            () -> {
              HttpResponse<String> live = live();
              assertThat(live.statusCode()).isEqualTo(503);
              assertThat(live.body()).contains("\"" + loop + "\":").contains(reason);
            });
  }

  private static void awaitAlive() {
    await().atMost(Duration.ofSeconds(15)).until(() -> live().statusCode() == 200);
  }

  private static HttpResponse<String> live() throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + process.port() + "/health/live"))
            .timeout(Duration.ofSeconds(5))
            .build(),
        BodyHandlers.ofString());
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static final class Warnings extends Handler {
    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
        WARNINGS.add(record.getLoggerName() + ": " + record.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
