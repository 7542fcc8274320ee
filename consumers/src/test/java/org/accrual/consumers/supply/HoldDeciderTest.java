package org.accrual.consumers.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.accrual.consumers.supply.Hold.Allocated;
import org.accrual.consumers.supply.Hold.Held;
import org.accrual.consumers.supply.Hold.Kit;
import org.accrual.consumers.supply.Hold.None;
import org.accrual.consumers.supply.Hold.Refused;
import org.accrual.consumers.supply.Hold.Released;
import org.accrual.consumers.supply.HoldDecision.Decided;
import org.accrual.consumers.supply.HoldDecision.Lapsed;
import org.accrual.consumers.supply.HoldDecision.Wait;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HoldDeciderTest {
  private static final LocalDate TODAY = LocalDate.parse("2026-03-04");
  private static final Kit KIT = kit("kit-0", "a");

  private final Stock stock = new Stock(List.of("a", "b"), 0, TODAY);

  @Test
  void givenAKitOfEveryArmThatIsNotSetAsideOneOfEachIs() {
    stocked("a", "b");

    assertThat(hold(new None())).isEqualTo(new Decided(new Held()));
    assertThat(stock.held()).isEqualTo(1);
    assertThat(hold(new None())).as("the kits are set aside").isEqualTo(new Decided(new Refused()));
    assertThat(stock.held()).isEqualTo(1);
  }

  @Test
  void givenNoKitOfOneArmItIsRefusedHoweverManyThereAreOfTheOther() {
    stocked("a", "a", "a");

    assertThat(hold(new None())).isEqualTo(new Decided(new Refused()));
    assertThat(stock.held()).isZero();
  }

  @Test
  void givenKitsOfNoArmOfTheStudyTheyDoNotCount() {
    stocked("a", "c");

    assertThat(hold(new None())).isEqualTo(new Decided(new Refused()));
    assertThat(stock.available()).isEqualTo(1);
  }

  @Test
  void givenAStudyWithoutArmsNothingCanBeHeld() {
    assertThat(new Stock(List.of(), 0, TODAY).hold()).isFalse();
  }

  @Test
  void givenNewsMissingItWaitsWhateverIsThere() {
    stocked("a", "b");

    assertThat(HoldDecider.hold(stock, new None(), false)).isEqualTo(new Wait());
    assertThat(stock.held()).isZero();
  }

  @Test
  void aHoldAskedForAgainIsAnsweredAsAtFirst() {
    stocked("a", "b");

    assertThat(hold(new Held())).isEqualTo(new Decided(new Held()));
    assertThat(hold(new Refused())).isEqualTo(new Decided(new Refused()));
    assertThat(hold(new Allocated(KIT))).isEqualTo(new Decided(new Allocated(KIT), new Held()));
    assertThat(hold(new Released())).as("overtaken by its release").isEqualTo(new Lapsed());
    assertThat(stock.held()).isZero();
  }

  @Test
  void theKitOfTheArmIsTakenAndTheOthersAreFreeAgain() {
    stocked("a", "b", "b");
    hold(new None());

    assertThat(allocate(new Held(), "b")).isEqualTo(new Decided(new Allocated(kit("kit-2", "b"))));
    assertThat(stock.held()).isZero();
    assertThat(hold(new None())).isEqualTo(new Decided(new Held()));
  }

  @Test
  void anAllocationAskedForAgainIsTheSameKit() {
    stocked("a", "b");

    assertThat(allocate(new Allocated(KIT), "b")).isEqualTo(new Decided(new Allocated(KIT)));
    assertThat(stock.available()).isEqualTo(2);
  }

  @ParameterizedTest
  @MethodSource
  void withoutAHoldNothingIsAllocated(Hold hold) {
    stocked("a", "b");

    assertThat(allocate(hold, "a")).isEqualTo(new Lapsed());
    assertThat(stock.available()).isEqualTo(2);
  }

  static Stream<Hold> withoutAHoldNothingIsAllocated() {
    return Stream.of(new None(), new Released());
  }

  @Test
  @DisplayName("A hold whose kits were quarantined or have expired since is refused, and only it")
  void aHoldWithoutAKitIsRefused() {
    Stock stale = new Stock(List.of("a", "b"), 2, TODAY);
    stale.add(kit("kit-1", "a"));

    assertThat(HoldDecider.allocate(stale, new Held(), () -> "b"))
        .isEqualTo(new Decided(new Refused()));
    assertThat(stale.held()).isEqualTo(1);
    assertThat(HoldDecider.allocate(stale, new Refused(), () -> "b"))
        .as("asked again")
        .isEqualTo(new Decided(new Refused()));
    assertThat(HoldDecider.allocate(stale, new Held(), () -> "a"))
        .isEqualTo(new Decided(new Allocated(kit("kit-1", "a"))));
    assertThat(HoldDecider.allocate(stale, new Held(), () -> "c"))
        .as("an arm that the study does not have")
        .isEqualTo(new Decided(new Refused()));
  }

  @Test
  @DisplayName("The kit that expires first is taken, and none on its last day or later")
  void theKitThatExpiresFirstIsTaken() {
    stock.add(new Kit("never", "a", LocalDate.MAX, true));
    stock.add(new Kit("in two days", "a", TODAY.plusDays(2), true));
    stock.add(new Kit("today", "a", TODAY, true));
    stock.add(new Kit("tomorrow", "a", TODAY.plusDays(1), true));
    stock.add(new Kit("also tomorrow", "a", TODAY.plusDays(1), true));

    assertThat(Stream.generate(() -> stock.allocate("a")).limit(5))
        .extracting(kit -> kit.map(Kit::id).orElse("none"))
        .containsExactly("tomorrow", "also tomorrow", "in two days", "never", "none");
  }

  @Test
  @DisplayName("A kit that was quarantined or expired while it was allocated does not come back")
  void anUnusableKitDoesNotComeBack() {
    for (Kit kit :
        List.of(new Kit("kit-1", "a", LocalDate.MAX, false), new Kit("kit-1", "a", TODAY, true))) {
      assertThat(HoldDecider.release(stock, new Allocated(kit)))
          .isEqualTo(new Decided(new Released()));
      assertThat(stock.available()).isZero();
    }
  }

  @Test
  void noTextOfAKitHasItsArm() {
    assertThat(KIT).hasToString("kit-0");
    assertThat(new Allocated(KIT)).hasToString("Allocated[kit=kit-0]");
  }

  @Test
  void aReleasedKitIsThereForTheNext() {
    stocked("a", "b");
    hold(new None());

    assertThat(HoldDecider.release(stock, new Held())).isEqualTo(new Decided(new Released()));
    assertThat(stock.held()).isZero();
    hold(new None());
    Decided allocated = (Decided) allocate(new Held(), "a");
    assertThat(hold(new None())).isEqualTo(new Decided(new Refused()));
    assertThat(HoldDecider.release(stock, allocated.hold())).isEqualTo(new Decided(new Released()));
    assertThat(hold(new None())).isEqualTo(new Decided(new Held()));
  }

  @ParameterizedTest
  @MethodSource("withoutAHoldNothingIsAllocated")
  void anAttemptWithoutAHoldIsReleasedToo(Hold hold) {
    stocked("a", "b");

    assertThat(HoldDecider.release(stock, hold)).isEqualTo(new Decided(new Released()));
    assertThat(stock.held()).isZero();
    assertThat(stock.available()).isEqualTo(2);
  }

  private void stocked(String... arms) {
    for (int i = 0; i < arms.length; i++) {
      stock.add(kit("kit-" + (i + 1), arms[i]));
    }
  }

  private static Kit kit(String id, String arm) {
    return new Kit(id, arm, LocalDate.MAX, true);
  }

  private HoldDecision hold(Hold hold) {
    return HoldDecider.hold(stock, hold, true);
  }

  private HoldDecision allocate(Hold hold, String arm) {
    return HoldDecider.allocate(stock, hold, () -> arm);
  }
}
