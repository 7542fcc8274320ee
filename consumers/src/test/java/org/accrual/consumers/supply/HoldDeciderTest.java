package org.accrual.consumers.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HoldDeciderTest {
  private static final Kit KIT = new Kit("kit-0", "a");

  private final Stock stock = new Stock(List.of("a", "b"), 0);

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
    assertThat(new Stock(List.of(), 0).hold()).isFalse();
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

    assertThat(allocate(new Held(), "b"))
        .isEqualTo(new Decided(new Allocated(new Kit("kit-2", "b"))));
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
    return Stream.of(new None(), new Refused(), new Released());
  }

  /** Cannot be, as a hold is only given where a kit is; if it is all the same, it tells no arm. */
  @Test
  void aHoldWithoutAKitIsAFaultThatTellsNoArm() {
    assertThatThrownBy(() -> allocate(new Held(), "a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a site has 0 holds and no kit for one of them");
    assertThat(KIT).hasToString("kit-0");
    assertThat(new Allocated(KIT)).hasToString("Allocated[kit=kit-0]");
  }

  @Test
  void whatIsReleasedIsThereForTheNext() {
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
  void whatHoldsNothingIsReleasedAllTheSame(Hold hold) {
    stocked("a", "b");

    assertThat(HoldDecider.release(stock, hold)).isEqualTo(new Decided(new Released()));
    assertThat(stock.held()).isZero();
    assertThat(stock.available()).isEqualTo(2);
  }

  private void stocked(String... arms) {
    for (int i = 0; i < arms.length; i++) {
      stock.add("kit-" + (i + 1), arms[i]);
    }
  }

  private HoldDecision hold(Hold hold) {
    return HoldDecider.hold(stock, hold, true);
  }

  private HoldDecision allocate(Hold hold, String arm) {
    return HoldDecider.allocate(stock, hold, () -> arm);
  }
}
