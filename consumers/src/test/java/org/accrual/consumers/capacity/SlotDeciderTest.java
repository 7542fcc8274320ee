package org.accrual.consumers.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.accrual.consumers.capacity.SlotDecision.Decided;
import org.accrual.consumers.capacity.SlotDecision.Lapsed;
import org.accrual.consumers.capacity.SlotDecision.Wait;
import org.accrual.consumers.capacity.StudyLimits.Limit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class SlotDeciderTest {
  private static final SiteSlots OPEN = new SiteSlots(3, true, 2, 1);
  private static final SiteSlots FULL = new SiteSlots(3, true, 2, 2);

  @Test
  void givenAFreeSlotItIsReserved() {
    assertThat(reserve(OPEN, Slot.NONE)).isEqualTo(decided(FULL, Slot.RESERVED));
  }

  @Test
  void givenNoFreeSlotItIsRefused() {
    assertThat(reserve(FULL, Slot.NONE)).isEqualTo(decided(FULL, Slot.EXHAUSTED));
  }

  @Test
  void givenACapacityLoweredBelowWhatIsTakenNewOnesAreRefused() {
    SiteSlots lowered = FULL.capacityChanged(4, 1);

    assertThat(lowered.taken()).isEqualTo(2);
    assertThat(reserve(lowered, Slot.NONE)).isEqualTo(decided(lowered, Slot.EXHAUSTED));
  }

  @Test
  void givenASiteThatIsNotActiveItIsRefused() {
    SiteSlots closed = OPEN.deactivated(4);

    assertThat(reserve(closed, Slot.NONE)).isEqualTo(decided(closed, Slot.INACTIVE));
  }

  @Test
  void givenASiteNotHeardOfItWaits() {
    assertThat(reserve(SiteSlots.UNHEARD, Slot.NONE)).isEqualTo(new Wait());
  }

  @Test
  void givenASiteHeardOfUpToBeforeTheRequestItWaitsWhateverTheSiteIsLike() {
    assertThat(reserve(FULL, Slot.NONE, 4)).isEqualTo(new Wait());
    assertThat(reserve(OPEN.deactivated(3), Slot.NONE, 4)).isEqualTo(new Wait());
  }

  /** Also when the site has become what would refuse it. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "RELEASED"})
  void whatWasDecidedIsAnsweredAgainAndNothingChanges(Slot slot) {
    assertThat(reserve(OPEN, slot)).isEqualTo(decided(OPEN, slot));
    assertThat(reserve(FULL.deactivated(4), slot, 9)).isEqualTo(decided(FULL.deactivated(4), slot));
  }

  @Test
  void aRequestThatItsReleaseOvertookIsVoid() {
    assertThat(reserve(OPEN, Slot.RELEASED)).isEqualTo(new Lapsed());
  }

  @Test
  void aReservationGivesItsSlotBack() {
    assertThat(release(FULL, Slot.RESERVED)).isEqualTo(decided(OPEN, Slot.RELEASED));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "RESERVED")
  void whatHasNoSlotIsReleasedAllTheSame(Slot slot) {
    assertThat(release(OPEN, slot)).isEqualTo(decided(OPEN, Slot.RELEASED));
    assertThat(release(SiteSlots.UNHEARD, slot))
        .isEqualTo(decided(SiteSlots.UNHEARD, Slot.RELEASED));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void aRowReadsAsItWasWritten(Slot slot) {
    assertThat(Slot.of(slot.state(), slot.reason())).isEqualTo(slot);
  }

  @Nested
  class Limits {
    private final StudyLimits study =
        new StudyLimits(
            2,
            List.of(
                new Limit(0, Map.of(), 3, 1),
                new Limit(1, Map.of("sex", "f"), 1, 0),
                new Limit(2, Map.of("sex", "m", "age", "old"), 5, 0)));

    @Test
    @DisplayName(
        "A reservation counts for the target and the caps that fit all the patient's levels")
    void countsThePatient() {
      assertThat(reserve(study, "f"))
          .isEqualTo(
              new Decided(
                  FULL,
                  study.taken(List.of(0, 1), 1),
                  new Reservation(Slot.RESERVED, List.of(0, 1))));
      assertThat(reserve(study, "m"))
          .isEqualTo(
              new Decided(
                  FULL, study.taken(List.of(0), 1), new Reservation(Slot.RESERVED, List.of(0))));
    }

    @Test
    @DisplayName("At the target everybody is refused, at a cap the patients whom it counts")
    void refusesAtALimit() {
      StudyLimits women = study.taken(List.of(0, 1), 1);
      StudyLimits all = women.taken(List.of(0), 1);

      assertThat(slot(reserve(women, "f"))).isEqualTo(Slot.STRATUM_FULL);
      assertThat(slot(reserve(women, "m"))).isEqualTo(Slot.RESERVED);
      assertThat(slot(reserve(all, "m"))).isEqualTo(Slot.STUDY_FULL);
    }

    @Test
    @DisplayName("A place is given back unless the enrollment was confirmed")
    void givesBackWhatWasNotConfirmed() {
      Reservation reserved = new Reservation(Slot.RESERVED, List.of(0, 1));
      StudyLimits counted = study.taken(List.of(0, 1), 1);

      assertThat(SlotDecider.release(FULL, counted, reserved, false))
          .isEqualTo(new Decided(OPEN, study, Reservation.of(Slot.RELEASED)));
      assertThat(SlotDecider.release(FULL, counted, reserved, true))
          .isEqualTo(new Decided(OPEN, counted, new Reservation(Slot.RELEASED, List.of(0, 1))));
    }

    @Test
    @DisplayName("A request waits for the registration of its study")
    void waitsForTheStudy() {
      assertThat(reserve(StudyLimits.UNKNOWN, "f")).isEqualTo(new Wait());
    }

    private SlotDecision reserve(StudyLimits limits, String sex) {
      Map<String, String> strata = Map.of("sex", sex, "age", "young");
      return SlotDecider.reserve(
          OPEN, limits, Reservation.NONE, new SlotDecider.SlotRequest(strata, 2, 3));
    }

    private static Slot slot(SlotDecision decision) {
      return ((Decided) decision).reservation().slot();
    }
  }

  private static SlotDecision reserve(SiteSlots site, Slot slot) {
    return reserve(site, slot, 3);
  }

  private static SlotDecision reserve(SiteSlots site, Slot slot, long siteVersion) {
    return SlotDecider.reserve(
        site,
        StudyLimits.UNKNOWN,
        Reservation.of(slot),
        new SlotDecider.SlotRequest(Map.of(), 0, siteVersion));
  }

  private static Decided release(SiteSlots site, Slot slot) {
    return SlotDecider.release(site, StudyLimits.UNKNOWN, Reservation.of(slot), false);
  }

  private static Decided decided(SiteSlots site, Slot slot) {
    return new Decided(site, StudyLimits.UNKNOWN, Reservation.of(slot));
  }
}
