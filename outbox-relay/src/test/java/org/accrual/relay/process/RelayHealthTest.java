package org.accrual.relay.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.accrual.relay.state.Backlog;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.relay.state.Wait;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RelayHealthTest {
  private final RelayLife life = new RelayLife();
  private final RelayHealth health = new RelayHealth(life, 1_000);

  @Test
  @DisplayName("A relay is ready while it waits for the slot, takes over and streams")
  void isReadyOnceItDoesItsPart() {
    assertThat(answer()).containsExactly("starting", Status.DOWN);
    for (RelayState state :
        new RelayState[] {
          RelayState.WAITING_FOR_SLOT, RelayState.RECOVERING, RelayState.STREAMING
        }) {
      life.enter(state);
      assertThat(answer()).containsExactly(state.label(), Status.UP);
    }
    life.enter(RelayState.DRAINING);
    assertThat(answer()).containsExactly("draining", Status.DOWN);
    life.enter(RelayState.STOPPED);
    assertThat(answer()).containsExactly("stopped", Status.DOWN);
  }

  @Test
  @DisplayName("A relay that refuses is not ready, with reason and remedy")
  void isNotReadyWhenItRefuses() {
    life.enter(
        RelayState.REFUSED,
        Optional.of(new Refusal(Refusal.Reason.SLOT_MISSING, "no slot", "make it")));

    assertThat(answer()).containsExactly("refused", Status.DOWN);
    assertThat(data())
        .containsEntry("reason", "SLOT_MISSING")
        .containsEntry("detail", "no slot")
        .containsEntry("remedy", "make it");
  }

  @Test
  @DisplayName("A relay that waits for a record to fit is ready, with reason and remedy")
  void showsWhatItWaitsFor() {
    life.waitFor(
        Optional.of(new Wait(Wait.Reason.RECORD_UNFIT, "record 1: no schema", "register it")));

    assertThat(data())
        .containsEntry("waiting", true)
        .containsEntry("reason", "RECORD_UNFIT")
        .containsEntry("detail", "record 1: no schema")
        .containsEntry("remedy", "register it");

    life.waitFor(Optional.empty());
    assertThat(data()).doesNotContainKeys("waiting", "reason");
  }

  @Test
  @DisplayName("A slot that keeps much WAL is a warning")
  void warnsOfRetainedWal() {
    life.backlog(new Backlog(1_001, 0, 0));

    assertThat(data()).containsKey("warning");
  }

  private Iterable<Object> answer() {
    HealthCheckResponse answer = health.call();
    return Arrays.asList(data().get("state"), answer.getStatus());
  }

  private Map<String, Object> data() {
    return health.call().getData().orElseThrow();
  }
}
