package org.accrual.consumers.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import org.accrual.consumers.capacity.SlotDecision.Decided;
import org.accrual.consumers.capacity.SlotDecision.Lapsed;
import org.accrual.consumers.capacity.SlotDecision.Wait;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class SlotDeciderTest {
  private static final SiteSlots OPEN = new SiteSlots(3, true, 2, 1);
  private static final SiteSlots FULL = new SiteSlots(3, true, 2, 2);

  @Test
  void givenAFreeSlotItIsReserved() {
    assertThat(reserve(OPEN, Slot.NONE)).isEqualTo(new Decided(FULL, Slot.RESERVED));
  }

  @Test
  void givenNoFreeSlotItIsRefused() {
    assertThat(reserve(FULL, Slot.NONE)).isEqualTo(new Decided(FULL, Slot.EXHAUSTED));
  }

  @Test
  void givenACapacityLoweredBelowWhatIsTakenNewOnesAreRefused() {
    SiteSlots lowered = FULL.capacityChanged(4, 1);

    assertThat(lowered.taken()).isEqualTo(2);
    assertThat(reserve(lowered, Slot.NONE)).isEqualTo(new Decided(lowered, Slot.EXHAUSTED));
  }

  @Test
  void givenASiteThatIsNotActiveItIsRefused() {
    SiteSlots closed = OPEN.deactivated(4);

    assertThat(reserve(closed, Slot.NONE)).isEqualTo(new Decided(closed, Slot.INACTIVE));
  }

  @Test
  void givenASiteNotHeardOfItWaits() {
    assertThat(reserve(SiteSlots.UNHEARD, Slot.NONE)).isEqualTo(new Wait());
  }

  @Test
  void givenASiteHeardOfUpToBeforeTheRequestItWaitsWhateverTheSiteIsLike() {
    assertThat(SlotDecider.reserve(FULL, Slot.NONE, 4)).isEqualTo(new Wait());
    assertThat(SlotDecider.reserve(OPEN.deactivated(3), Slot.NONE, 4)).isEqualTo(new Wait());
  }

  /** Also when the site has become what would refuse it. */
  @ParameterizedTest
  @EnumSource(names = {"RESERVED", "EXHAUSTED", "INACTIVE"})
  void whatWasDecidedIsAnsweredAgainAndNothingChanges(Slot slot) {
    assertThat(reserve(OPEN, slot)).isEqualTo(new Decided(OPEN, slot));
    assertThat(SlotDecider.reserve(FULL.deactivated(4), slot, 9))
        .isEqualTo(new Decided(FULL.deactivated(4), slot));
  }

  @Test
  void aRequestThatItsReleaseOvertookIsVoid() {
    assertThat(reserve(OPEN, Slot.RELEASED)).isEqualTo(new Lapsed());
  }

  @Test
  void aReservationGivesItsSlotBack() {
    assertThat(SlotDecider.release(FULL, Slot.RESERVED))
        .isEqualTo(new Decided(OPEN, Slot.RELEASED));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "RESERVED")
  void whatHasNoSlotIsReleasedAllTheSame(Slot slot) {
    assertThat(SlotDecider.release(OPEN, slot)).isEqualTo(new Decided(OPEN, Slot.RELEASED));
    assertThat(SlotDecider.release(SiteSlots.UNHEARD, slot))
        .isEqualTo(new Decided(SiteSlots.UNHEARD, Slot.RELEASED));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void aRowReadsAsItWasWritten(Slot slot) {
    assertThat(Slot.of(slot.state(), slot.reason())).isEqualTo(slot);
  }

  private static SlotDecision reserve(SiteSlots site, Slot slot) {
    return SlotDecider.reserve(site, slot, 3);
  }
}
