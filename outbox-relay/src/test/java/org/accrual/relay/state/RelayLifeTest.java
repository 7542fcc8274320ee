package org.accrual.relay.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.junit.jupiter.api.Test;

class RelayLifeTest {
  private static final Instant COMMITTED = Instant.parse("2026-01-02T03:04:05Z");

  private final RelayLife life = new RelayLife();

  @Test
  void aSliceSaysNothingOfWhenTheDatabaseGotThere() {
    Instant before = life.reachedAt();

    life.delivered(new Delivery(List.of(row()), 0, new Position(0, 1), Instant.EPOCH), 0);

    assertThat(life.reachedAt()).isEqualTo(before);
    assertThat(life.checkpoint()).isEqualTo(new Position(0, 1));
  }

  @Test
  void aTransactionsEndAndAnIdlePlaceDo() {
    life.delivered(new Delivery(List.of(row()), 1, new Position(1, 0), COMMITTED), 0);
    assertThat(life.reachedAt()).isEqualTo(COMMITTED);

    life.delivered(new Delivery(List.of(), 0, new Position(2, 0), COMMITTED.plusSeconds(1)), 0);
    assertThat(life.reachedAt()).isEqualTo(COMMITTED.plusSeconds(1));
  }

  private static OutboxRow row() {
    return new OutboxRow(
        "id", "study.events", "K", "type", ByteBuffer.allocate(0), "{}", COMMITTED.toString());
  }
}
