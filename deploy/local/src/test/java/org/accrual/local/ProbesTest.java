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
    AtomicReference<String> state = new AtomicReference<>("refused");
    HttpServer server = HttpServer.create(new InetSocketAddress(Addresses.HOST, 0), 0);
    server.createContext(
        "/health/ready",
        exchange -> {
          byte[] answer =
              "{\"checks\":[{\"data\":{\"state\": \"%s\", \"reason\": \"SLOT_MISSING\"}}]}"
                  .formatted(state.get())
                  .getBytes(UTF_8);
          exchange.sendResponseHeaders(503, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    String base = "http://" + Addresses.HOST + ":" + server.getAddress().getPort();
    try {
      assertThat(Probes.refusal(base)).get().asString().contains("SLOT_MISSING");
      state.set("recovering");
      assertThat(Probes.refusal(base)).isEmpty();
    } finally {
      server.stop(0);
    }
    assertThat(Probes.refusal(base)).isEmpty();
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
