package org.accrual.relay.stream.outbox;

import static org.accrual.relay.stream.outbox.OutboxFixtures.NOON;
import static org.accrual.relay.stream.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TransactionBufferTest {
  private static final OutboxRow A = row("a");
  private static final OutboxRow B = row("b");
  private static final OutboxRow C = row("c");
  private static final SliceLimits LARGE = new SliceLimits(100, 1_000_000);
  private static final SliceLimits TWO_ROWS = new SliceLimits(2, 1_000_000);

  private final TransactionBuffer buffer = new TransactionBuffer(Position.at(100), LARGE);

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
  void aTransactionAboveTheLimitsGoesInSlicesAndEndsWithTheRest() {
    TransactionBuffer slicing = new TransactionBuffer(Position.at(100), TWO_ROWS);
    slicing.row(1, A);
    assertThat(slicing.take()).isEmpty();
    slicing.row(1, B);
    slicing.row(1, C);

    assertThat(slicing.take())
        .contains(new Delivery(List.of(A, B, C), 0, new Position(100, 3), java.time.Instant.EPOCH));
    assertThat(slicing.idle(150, NOON)).isFalse();
    assertThat(slicing.take()).isEmpty();

    slicing.row(1, A);
    slicing.commit(1, 200, NOON);

    assertThat(slicing.take()).contains(new Delivery(List.of(A), 1, Position.at(200), NOON));
  }

  @Test
  void theBytesOfTheOpenTransactionCountToo() {
    TransactionBuffer slicing =
        new TransactionBuffer(Position.at(100), new SliceLimits(100, A.bytes() + 1));
    slicing.row(1, A);
    assertThat(slicing.take()).isEmpty();

    slicing.row(1, B);

    assertThat(slicing.take()).isPresent();
  }

  @Test
  void wholeTransactionsGoWithTheFirstSliceOfTheNextInOrder() {
    TransactionBuffer slicing = new TransactionBuffer(Position.at(100), TWO_ROWS);
    slicing.row(1, A);
    slicing.commit(1, 110, NOON);
    slicing.row(2, B);
    slicing.row(2, C);

    assertThat(slicing.take())
        .contains(new Delivery(List.of(A, B, C), 1, new Position(110, 2), NOON));
  }

  @Test
  void aSliceThatEndsWithItsTransactionIsFollowedByThePositionAlone() {
    TransactionBuffer slicing = new TransactionBuffer(Position.at(100), TWO_ROWS);
    slicing.row(1, A);
    slicing.row(1, B);
    slicing.take();

    slicing.commit(1, 110, NOON);

    assertThat(slicing.take()).contains(new Delivery(List.of(), 1, Position.at(110), NOON));
  }

  @Test
  void afterARestartInsideATransactionOnlyItsRestGoesOn() {
    TransactionBuffer resumed = new TransactionBuffer(new Position(100, 2), TWO_ROWS);
    assertThat(resumed.idle(100, NOON)).isTrue();
    resumed.row(1, A);
    resumed.row(1, B);
    assertThat(resumed.take()).isEmpty();
    resumed.row(1, C);
    resumed.row(1, A);

    assertThat(resumed.take().orElseThrow())
        .returns(List.of(C, A), Delivery::rows)
        .returns(new Position(100, 4), Delivery::reached);

    resumed.commit(1, 200, NOON);
    resumed.row(2, B);
    resumed.commit(2, 210, NOON);

    assertThat(resumed.take()).contains(new Delivery(List.of(B), 2, Position.at(210), NOON));
  }

  @Test
  void aCheckpointInsideATransactionThatDoesNotComeIsAMismatch() {
    TransactionBuffer shorter = new TransactionBuffer(new Position(100, 2), LARGE);
    shorter.row(1, A);
    TransactionBuffer passed = new TransactionBuffer(new Position(100, 2), LARGE);
    TransactionBuffer empty = new TransactionBuffer(new Position(100, 2), LARGE);

    assertThatThrownBy(() -> shorter.commit(1, 110, NOON)).isInstanceOf(StreamMismatch.class);
    assertThatThrownBy(() -> passed.idle(110, NOON)).isInstanceOf(StreamMismatch.class);
    assertThatThrownBy(() -> empty.commit(1, 110, NOON)).isInstanceOf(StreamMismatch.class);
  }

  /**
   * The stream begins at the checkpoint: what is under it must not come, and is not guessed away.
   */
  @Test
  void aTransactionWithRowsAtOrUnderTheCheckpointIsAMismatch() {
    buffer.row(1, A);

    assertThatThrownBy(() -> buffer.commit(1, 100, NOON)).isInstanceOf(StreamMismatch.class);
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
