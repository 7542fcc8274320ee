package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.accrual.relay.stream.outbox.StreamMismatch;
import org.junit.jupiter.api.Test;

class BoundariesTest {
  private final Boundaries boundaries = new Boundaries();

  @Test
  void theLastRowIsKnownByItsNumber() {
    assertThat(boundaries.endAt(7, 1)).isEmpty();
    boundaries.announce(boundary(7, 3));
    boundaries.announce(boundary(5, 1));

    assertThat(boundaries.endAt(7, 2)).isEmpty();
    assertThat(boundaries.endAt(7, 3)).contains(boundary(7, 3));
    assertThat(boundaries.endAt(5, 1)).contains(boundary(5, 1));
    boundaries.requireNoneUpTo(Long.MAX_VALUE);
  }

  @Test
  void aRowTooManyOrOfAnotherTransactionIsAMismatch() {
    boundaries.announce(boundary(7, 1));

    assertThatThrownBy(() -> boundaries.endAt(7, 2)).isInstanceOf(StreamMismatch.class);
    assertThatThrownBy(() -> boundaries.endAt(8, 1)).isInstanceOf(StreamMismatch.class);
  }

  @Test
  void aRowThatNeverCameIsAMismatchOnceTheStreamIsBeyondIt() {
    boundaries.announce(boundary(7, 2));
    assertThat(boundaries.endAt(7, 1)).isEmpty();

    boundaries.requireNoneUpTo(99);
    assertThatThrownBy(() -> boundaries.requireNoneUpTo(100))
        .isInstanceOf(StreamMismatch.class)
        .hasMessageContaining("not all 2 rows of transaction 7");
  }

  private static Boundary boundary(long transaction, long rows) {
    return new Boundary(transaction, rows, 100, Instant.EPOCH);
  }
}
