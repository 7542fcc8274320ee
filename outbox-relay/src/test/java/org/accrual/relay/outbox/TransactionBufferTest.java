package org.accrual.relay.outbox;

import static org.accrual.relay.outbox.OutboxFixtures.NOON;
import static org.accrual.relay.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionBufferTest {
  private static final OutboxRow A = row("a");
  private static final OutboxRow B = row("b");
  private static final OutboxRow C = row("c");

  private final TransactionBuffer buffer = new TransactionBuffer(Position.at(100));

  @Test
  void holdsARowUntilItsTransactionHasEnded() {
    buffer.row(1, A);

    assertThat(buffer.take()).isEmpty();

    buffer.row(1, B);
    buffer.commit(1, 110, NOON);

    assertThat(buffer.take()).contains(new Delivery(List.of(A, B), 1, Position.at(110), NOON));
    assertThat(buffer.take()).isEmpty();
  }

  @Test
  void takesAllWholeTransactionsAndLeavesTheOpenOne() {
    buffer.row(1, A);
    buffer.commit(1, 110, NOON);
    buffer.row(2, B);
    buffer.commit(2, 120, NOON.plusSeconds(1));
    buffer.row(3, C);

    assertThat(buffer.take())
        .contains(new Delivery(List.of(A, B), 2, Position.at(120), NOON.plusSeconds(1)));

    buffer.commit(3, 130, NOON);

    assertThat(buffer.take()).contains(new Delivery(List.of(C), 1, Position.at(130), NOON));
  }

  @Test
  void dropsWhatEndsAtOrUnderTheMark() {
    buffer.row(1, A);
    buffer.commit(1, 99, NOON);
    buffer.row(2, B);
    buffer.commit(2, 100, NOON);

    assertThat(buffer.take()).isEmpty();

    buffer.row(3, C);
    buffer.commit(3, 101, NOON);

    assertThat(buffer.take()).contains(new Delivery(List.of(C), 1, Position.at(101), NOON));
  }

  @Test
  void movesOnWhenIdle() {
    assertThat(buffer.idle(150, NOON)).isTrue();

    assertThat(buffer.take()).contains(new Delivery(List.of(), 0, Position.at(150), NOON));

    assertThat(buffer.idle(150, NOON)).isTrue();
    assertThat(buffer.take()).isEmpty();
  }

  @Test
  void anIdlePlaceInsideATransactionIsNotOneToConfirm() {
    buffer.row(1, A);

    assertThat(buffer.idle(150, NOON)).isFalse();
    assertThat(buffer.take()).isEmpty();
  }

  @Test
  void aTransactionWithoutRowsOnlyMovesThePosition() {
    buffer.commit(1, 110, NOON);

    assertThat(buffer.take()).contains(new Delivery(List.of(), 0, Position.at(110), NOON));
  }

  @Test
  void aRowOfAnotherTransactionBeforeTheEndIsAMismatch() {
    buffer.row(1, A);

    assertThatThrownBy(() -> buffer.row(2, B)).isInstanceOf(StreamMismatch.class);
  }

  @Test
  void theEndOfAnotherTransactionIsAMismatch() {
    buffer.row(1, A);

    assertThatThrownBy(() -> buffer.commit(2, 110, NOON)).isInstanceOf(StreamMismatch.class);
  }
}
