package org.accrual.relay.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RelayLifeTest {
  private static final Instant COMMITTED = Instant.parse("2026-01-02T03:04:05Z");

  private final RelayLife life = new RelayLife();

  @Test
  void aSliceSaysNothingOfWhenTheDatabaseGotThere() {
    life.delivered(new Delivery(List.of(row()), 0, new Position(0, 1), Instant.EPOCH), 0);

    assertThat(life.reachedAt()).isEmpty();
    assertThat(life.checkpoint()).isEqualTo(new Position(0, 1));
  }

  @Test
  void aTransactionsEndAndAnIdlePlaceDo() {
    life.delivered(new Delivery(List.of(row()), 1, new Position(1, 0), COMMITTED), 0);
    assertThat(life.reachedAt()).contains(COMMITTED);

    life.delivered(new Delivery(List.of(), 0, new Position(2, 0), COMMITTED.plusSeconds(1)), 0);
    assertThat(life.reachedAt()).contains(COMMITTED.plusSeconds(1));
  }

  @Test
  @DisplayName("The lag is known only while the relay streams and has published something")
  void knowsTheLagOfAStreamingRelayOnly() {
    life.enter(RelayState.WAITING_FOR_SLOT);
    life.enter(RelayState.RECOVERING);
    life.enter(RelayState.STREAMING);
    assertThat(life.lagSeconds()).isNaN();

    life.delivered(new Delivery(List.of(), 0, new Position(2, 0), COMMITTED), 0);
    assertThat(life.lagSeconds()).isPositive();

    life.enter(RelayState.DRAINING);
    assertThat(life.lagSeconds()).isNaN();
  }

  @Test
  @DisplayName("A relay owns the slot from its acquisition to the end, unless it refuses")
  void ownsTheSlot() {
    life.enter(RelayState.WAITING_FOR_SLOT);
    assertThat(life.stand().owner()).isFalse();
    life.enter(RelayState.RECOVERING);
    assertThat(life.stand().owner()).isTrue();
    life.enter(RelayState.DRAINING);
    assertThat(life.stand().owner()).isTrue();
  }

  @Test
  @DisplayName("A relay that refuses does not own the slot, not even when it stops")
  void doesNotOwnTheSlotAfterARefusal() {
    life.enter(RelayState.WAITING_FOR_SLOT);
    life.enter(RelayState.RECOVERING);
    life.enter(
        RelayState.REFUSED,
        Optional.of(new Refusal(Refusal.Reason.SLOT_MISSING, "gone", "make it")));
    assertThat(life.stand().owner()).isFalse();
    life.enter(RelayState.DRAINING);
    assertThat(life.stand().owner()).isFalse();
  }

  private static OutboxRow row() {
    return new OutboxRow(
        "id", "study.events", "K", "type", ByteBuffer.allocate(0), "{}", COMMITTED.toString());
  }
}
