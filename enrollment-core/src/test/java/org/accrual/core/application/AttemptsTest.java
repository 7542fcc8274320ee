package org.accrual.core.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AttemptsTest {
  private static final Request REQUEST = request(() -> false);
  private static final Outcome.Answered DECIDED = new Outcome.Answered(new Answer(new byte[] {1}));
  private static final Answer KEPT = new Answer(new byte[] {2});

  private static Request request(BooleanSupplier abandoned) {
    return new Request(
        "local",
        "S/M",
        "r1",
        List.of("aa", "a2"),
        Optional.empty(),
        abandoned,
        new Origin("c", "r", "", ""));
  }

  private final AtomicInteger loads = new AtomicInteger();
  private final AtomicInteger decisions = new AtomicInteger();

  private Outcome run(int conflicts, Optional<KeptAnswer> kept) {
    return Attempts.run(
        REQUEST,
        loads::incrementAndGet,
        _ -> kept,
        _ -> {
          if (decisions.incrementAndGet() <= conflicts) {
            throw new Conflict("moved", new RuntimeException());
          }
          return DECIDED;
        });
  }

  @Test
  void decidesOnWhatIsLoaded() {
    assertThat(run(0, Optional.empty())).isEqualTo(DECIDED);
    assertThat(loads).hasValue(1);
  }

  @Test
  void aConflictIsDecidedAnewOnWhatIsThereThen() {
    assertThat(run(3, Optional.empty())).isEqualTo(DECIDED);
    assertThat(loads).hasValue(4);
  }

  @Test
  void givesUpAfterEightConflicts() {
    assertThat(run(Integer.MAX_VALUE, Optional.empty())).isEqualTo(new Outcome.Contended());
    assertThat(decisions).hasValue(8);
  }

  @Test
  void anAcceptedRequestIsAnsweredAgainAndNotDecidedAgain() {
    assertThat(run(0, Optional.of(new KeptAnswer("aa", KEPT))))
        .isEqualTo(new Outcome.Answered(KEPT));
    assertThat(decisions).hasValue(0);
  }

  @Test
  @DisplayName("A repetition is recognized by the fingerprint of an earlier key")
  void anEarlierKeysFingerprint() {
    assertThat(run(0, Optional.of(new KeptAnswer("a2", KEPT))))
        .isEqualTo(new Outcome.Answered(KEPT));
  }

  @Test
  @DisplayName("A call that its caller has given up is not decided again")
  void anAbandonedCall() {
    Outcome outcome =
        Attempts.run(
            request(() -> decisions.get() == 2),
            loads::incrementAndGet,
            _ -> Optional.empty(),
            _ -> {
              decisions.incrementAndGet();
              throw new Conflict("moved", new RuntimeException());
            });

    assertThat(outcome).isEqualTo(new Outcome.Abandoned());
    assertThat(loads).hasValue(2);
  }

  @Test
  void itsIdWithOtherContentIsRefused() {
    assertThat(run(0, Optional.of(new KeptAnswer("bb", KEPT))))
        .isEqualTo(new Outcome.RequestIdReused());
    assertThat(decisions).hasValue(0);
  }

  @Test
  void otherFailuresAreNotTriedAgain() {
    assertThatThrownBy(
            () ->
                Attempts.run(
                    REQUEST,
                    loads::incrementAndGet,
                    _ -> Optional.empty(),
                    _ -> {
                      throw new StoreUnavailable("away", new RuntimeException());
                    }))
        .isInstanceOf(StoreUnavailable.class);
    assertThat(loads).hasValue(1);
  }
}
