package org.accrual.relay.state;

import static org.accrual.relay.state.RelayState.DRAINING;
import static org.accrual.relay.state.RelayState.RECOVERING;
import static org.accrual.relay.state.RelayState.REFUSED;
import static org.accrual.relay.state.RelayState.STARTING;
import static org.accrual.relay.state.RelayState.STOPPED;
import static org.accrual.relay.state.RelayState.STREAMING;
import static org.accrual.relay.state.RelayState.WAITING_FOR_SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import org.accrual.relay.state.Refusal.Reason;
import org.junit.jupiter.api.Test;

class RelayStateTest {
  private final RelayLife life = new RelayLife();

  @Test
  void aLifeGoesFromStartToStop() {
    assertThat(life.stand().state()).isEqualTo(STARTING);
    for (RelayState next :
        new RelayState[] {WAITING_FOR_SLOT, RECOVERING, STREAMING, DRAINING, STOPPED}) {
      assertThat(life.enter(next)).isTrue();
      assertThat(life.stand().state()).isEqualTo(next);
    }
  }

  @Test
  void aStopCannotBeOvertaken() {
    life.enter(WAITING_FOR_SLOT);
    life.enter(DRAINING);

    assertThat(life.enter(RECOVERING)).isFalse();
    assertThat(life.enter(STREAMING)).isFalse();
    assertThat(life.stand().state()).isEqualTo(DRAINING);
  }

  @Test
  void aRefusalIsKeptWithItsReasonUntilTheStop() {
    Refusal refusal = new Refusal(Reason.SLOT_MISSING, "gone", "make it");
    life.enter(WAITING_FOR_SLOT);

    assertThat(life.enter(REFUSED, Optional.of(refusal))).isTrue();
    assertThat(life.stand().refusal()).contains(refusal);
    assertThat(Arrays.stream(RelayState.values()).filter(REFUSED::mayBecome))
        .containsExactly(DRAINING);
  }

  @Test
  void nothingFollowsTheEnd() {
    assertThat(Arrays.stream(RelayState.values()).filter(STOPPED::mayBecome)).isEmpty();
  }

  @Test
  void labelsAreStable() {
    assertThat(Arrays.stream(RelayState.values()).map(RelayState::label))
        .containsExactly(
            "starting",
            "waiting-for-slot",
            "recovering",
            "streaming",
            "draining",
            "refused",
            "stopped");
  }
}
