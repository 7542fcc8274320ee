package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.accrual.local.Stack;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A process that works no more")
class StalledProcessIT {
  private final TestStack stack = TestStack.shared();

  @Test
  @DisplayName("is restarted by the launcher, all three at once")
  void isRestarted() throws Exception {
    List<String> processes = List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS);
    List<Long> before = processes.stream().map(stack::pid).toList();

    for (String process : processes) {
      stack.stop(process);
    }

    for (int i = 0; i < processes.size(); i++) {
      String process = processes.get(i);
      long pid = before.get(i);
      await(process + " to be started again")
          .atMost(Duration.ofSeconds(60))
          .until(() -> stack.pid(process) != pid);
      stack.awaitRunning(process);
      assertThat(ProcessHandle.of(pid)).isEmpty();
    }
  }

  @Test
  @DisplayName("would be noticed by any of its loops: every process lists them")
  void everyLoopIsWatched() {
    var ports = stack.addresses().ports();
    assertThat(live(ports.coreHttp()))
        .contains(
            "arrivals-arms arrivals-operations grpc grpc-readiness hops intake-enrollment-core-saga"
                + " lag redrive-enrollment-core-saga retention saga-repetitions");
    assertThat(live(ports.relayHttp())).contains("relay relay-status");
    assertThat(live(ports.consumersHttp()))
        .contains(
            "accrual-watch grpc grpc-readiness hops intake-analytics intake-audit intake-capacity")
        .contains("intake-notification intake-projection intake-randomization intake-supply lag")
        .contains("pipeline ")
        .contains("rebuilds ")
        .contains("redrive-projection ")
        .contains("send-email ")
        .contains("upkeep");
  }

  private String live(int httpPort) {
    return HttpText.get(stack.addresses().http(httpPort) + "/health/live");
  }
}
