package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.accrual.embedded.FreePort;
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
