package org.accrual.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.accrual.embedded.FreePort;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProbesTest {

  /** Prints whether its argument, a port, is listened on. */
  public static final class ListensProgram {
    public static void main(String[] args) {
      System.out.println(Probes.listens(Addresses.HOST, Integer.parseInt(args[0])));
    }
  }

  @Test
  void seesWhatListens() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(Addresses.HOST))) {
      assertThat(Probes.listens(Addresses.HOST, server.getLocalPort())).isTrue();
    }
    assertThat(Probes.listens(Addresses.HOST, FreePort.pick())).isFalse();
  }

  @Test
  @DisplayName("finds a relay's refusal in its readiness, and no other reason not to be ready")
  void findsARefusal() throws Exception {
    String stopped =
        withRelay(
            503,
            (base, state) -> {
              state.set("refused");
              assertThat(Probes.refusal(base)).get().asString().contains("SLOT_MISSING");
              state.set("starting");
              assertThat(Probes.refusal(base)).isEmpty();
            });
    assertThat(Probes.refusal(stopped)).isEmpty();
  }

  @Test
  @DisplayName(
      "distinguishes a relay that waits for the slot, which is ready, from one that streams")
  void distinguishesAWaitingRelay() throws Exception {
    String stopped =
        withRelay(
            200,
            (base, state) -> {
              state.set("waiting-for-slot");
              assertThat(Probes.ready(base)).isTrue();
              assertThat(Probes.streams(base)).isFalse();
              state.set("streaming");
              assertThat(Probes.streams(base)).isTrue();
            });
    assertThat(Probes.ready(stopped)).isFalse();
  }

  /** Runs a check against a relay's readiness; returns its address, where nothing answers then. */
  private static String withRelay(int status, BiConsumer<String, AtomicReference<String>> check)
      throws IOException {
    AtomicReference<String> state = new AtomicReference<>("");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName(Addresses.HOST), 0), 0);
    server.createContext(
        "/health/ready",
        exchange -> {
          byte[] answer =
              "{\"checks\":[{\"data\":{\"state\": \"%s\", \"reason\": \"SLOT_MISSING\"}}]}"
                  .formatted(state.get())
                  .getBytes(UTF_8);
          exchange.sendResponseHeaders(status, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    String base = "http://%s:%d".formatted(Addresses.HOST, server.getAddress().getPort());
    try {
      check.accept(base, state);
    } finally {
      server.stop(0);
    }
    return base;
  }

  @Test
  void seesWhatListensWhereJavaPrefersIpv6() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName(Addresses.HOST))) {
      Process probe =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/java",
                  "-Djava.net.preferIPv6Addresses=true",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ListensProgram.class.getName(),
                  Integer.toString(server.getLocalPort()))
              .start();
      assertThat(probe.inputReader().readLine()).isEqualTo("true");
      assertThat(probe.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
