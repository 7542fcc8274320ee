package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FreePortTest {

  @Test
  void seesWhatIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThat(FreePort.isFree("127.0.0.1", taken.getLocalPort())).isFalse();
    }
  }

  @Test
  void picksBelowThePortsOfOutgoingConnections() {
    assertThat(FreePort.pick()).isBetween(15_000, 31_999);
    assertThat(FreePort.orPicked(7400)).isEqualTo(7400);
  }
}
