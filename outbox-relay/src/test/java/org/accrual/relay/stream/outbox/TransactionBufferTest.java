package org.accrual.relay.stream.outbox;

import static org.accrual.relay.stream.outbox.OutboxFixtures.NOON;
import static org.accrual.relay.stream.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The transaction buffer")
class TransactionBufferTest {
  private static final OutboxRow A = row("a");
  private static final OutboxRow B = row("b");
  private static final OutboxRow C = row("c");
  private static final SliceLimits LARGE = new SliceLimits(100, 1_000_000);
  private static final SliceLimits TWO_ROWS = new SliceLimits(2, 1_000_000);

  private final DeliveryQueue queue =
      new DeliveryQueue(100, 1_000_000, Duration.ZERO, InstantSource.fixed(Instant.EPOCH));

  private TransactionBuffer buffer(Position checkpoint, SliceLimits limits) {
    return new TransactionBuffer(checkpoint, limits, queue);
  }

  private Optional<Delivery> take() throws InterruptedException {
    return queue.take(Duration.ZERO);
  }

  @Nested
  @DisplayName("with transactions below the limits")
  class Whole {
    private final TransactionBuffer buffer = buffer(Position.at(100), LARGE);

    @Test
    @DisplayName("holds rows until their transaction has ended")
    void holds() throws Exception {
      buffer.row(1, A);
      buffer.row(1, B);

      assertThat(take()).isEmpty();

      buffer.commit(1, 110, NOON);

      assertThat(take()).contains(new Delivery(List.of(A, B), 1, Position.at(110), NOON));
      assertThat(take()).isEmpty();
    }

    @Test
    @DisplayName("delivers all whole transactions together and keeps the open one")
    void joins() throws Exception {
      buffer.row(1, A);
      buffer.commit(1, 110, NOON);
      buffer.row(2, B);
      buffer.commit(2, 120, NOON.plusSeconds(1));
      buffer.row(3, C);

      assertThat(take())
          .contains(new Delivery(List.of(A, B), 2, Position.at(120), NOON.plusSeconds(1)));

      buffer.commit(3, 130, NOON);

      assertThat(take()).contains(new Delivery(List.of(C), 1, Position.at(130), NOON));
    }

    @Test
    @DisplayName("ignores a transaction without rows")
    void withoutRows() throws Exception {
      buffer.commit(1, 110, NOON);

      assertThat(take()).isEmpty();
    }

    @Test
    @DisplayName("rejects a transaction that ends at the checkpoint, below which none may come")
    void atTheCheckpoint() throws Exception {
      buffer.row(1, A);

      assertThatThrownBy(() -> buffer.commit(1, 100, NOON))
          .isInstanceOf(StreamMismatchException.class);
    }

    @Test
    @DisplayName("rejects a row of another transaction before the end of the open one")
    void otherRow() throws Exception {
      buffer.row(1, A);

      assertThatThrownBy(() -> buffer.row(2, B)).isInstanceOf(StreamMismatchException.class);
    }

    @Test
    @DisplayName("rejects the end of another transaction than the open one")
    void otherEnd() throws Exception {
      buffer.row(1, A);

      assertThatThrownBy(() -> buffer.commit(2, 110, NOON))
          .isInstanceOf(StreamMismatchException.class);
    }
  }

  @Nested
  @DisplayName("at a heartbeat")
  class Idle {
    private final TransactionBuffer buffer = buffer(Position.at(100), LARGE);

    @Test
    @DisplayName("delivers the new position once")
    void moves() throws Exception {
      buffer.idle(150, NOON);

      assertThat(take()).contains(new Delivery(List.of(), 0, Position.at(150), NOON));

      buffer.idle(150, NOON);

      assertThat(take()).isEmpty();
    }

    @Test
    @DisplayName("rejects one inside a transaction, whose position must not be confirmed")
    void insideATransaction() throws Exception {
      buffer.row(1, A);

      assertThatThrownBy(() -> buffer.idle(150, NOON)).isInstanceOf(StreamMismatchException.class);
      assertThat(take()).isEmpty();
    }
  }

  @Nested
  @DisplayName("with a transaction above the limits")
  class Slices {
    private final TransactionBuffer buffer = buffer(Position.at(100), TWO_ROWS);

    @Test
    @DisplayName("delivers full slices, then the rest with its end")
    void slices() throws Exception {
      buffer.row(1, A);
      assertThat(take()).isEmpty();
      buffer.row(1, B);
      buffer.row(1, C);

      assertThat(take())
          .contains(new Delivery(List.of(A, B), 0, new Position(100, 2), Instant.EPOCH));

      buffer.commit(1, 200, NOON);

      assertThat(take()).contains(new Delivery(List.of(C), 1, Position.at(200), NOON));
    }

    @Test
    @DisplayName("counts the bytes of its rows too")
    void bytes() throws Exception {
      TransactionBuffer slicing = buffer(Position.at(100), new SliceLimits(100, 2 * A.bytes()));
      slicing.row(1, A);
      assertThat(take()).isEmpty();

      slicing.row(1, B);

      assertThat(take()).isPresent();
    }

    @Test
    @DisplayName("delivers earlier transactions together with its first slice")
    void afterWholeOnes() throws Exception {
      buffer.row(1, A);
      buffer.commit(1, 110, NOON);
      buffer.row(2, B);
      buffer.row(2, C);

      assertThat(take()).contains(new Delivery(List.of(A, B, C), 1, new Position(110, 2), NOON));
    }

    @Test
    @DisplayName("delivers the end alone after a slice with its last row")
    void endAlone() throws Exception {
      buffer.row(1, A);
      buffer.row(1, B);
      assertThat(take()).isPresent();

      buffer.commit(1, 110, NOON);

      assertThat(take()).contains(new Delivery(List.of(), 1, Position.at(110), NOON));
    }
  }

  @Nested
  @DisplayName("with a checkpoint inside a transaction")
  class Resumed {
    private final TransactionBuffer buffer = buffer(new Position(100, 2), TWO_ROWS);

    @Test
    @DisplayName("skips the rows that were published before")
    void skips() throws Exception {
      buffer.idle(100, NOON);
      buffer.row(1, A);
      buffer.row(1, B);
      assertThat(take()).isEmpty();
      buffer.row(1, C);
      buffer.row(1, A);

      assertThat(take().orElseThrow())
          .returns(List.of(C, A), Delivery::rows)
          .returns(new Position(100, 4), Delivery::reached);

      buffer.commit(1, 200, NOON);
      buffer.row(2, B);
      buffer.commit(2, 210, NOON);

      assertThat(take()).contains(new Delivery(List.of(B), 2, Position.at(210), NOON));
    }

    @Test
    @DisplayName("rejects a transaction that has fewer rows than were published")
    void shorter() throws Exception {
      buffer.row(1, A);

      assertThatThrownBy(() -> buffer.commit(1, 110, NOON))
          .isInstanceOf(StreamMismatchException.class);
    }

    @Test
    @DisplayName("rejects a heartbeat before that transaction")
    void passed() {
      assertThatThrownBy(() -> buffer.idle(110, NOON)).isInstanceOf(StreamMismatchException.class);
    }
  }
}
