package org.accrual.consumers.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.accrual.consumers.capacity.StudyLimits.Limit;

/** Laws that hold for any commands and events in any order. */
class SlotLawsTest {

  /** The target is 5, women are at most 2; attempts with an even number are of women. */
  private static final StudyLimits STUDY =
      new StudyLimits(
          1, List.of(new Limit(0, Map.of(), 5, 0), new Limit(1, Map.of("sex", "f"), 2, 0)));

  /** A command of {@code attempt}, or an event of the site. */
  record Step(Kind kind, int attempt, int number) {}

  enum Kind {
    RESERVE,
    RELEASE,
    LEAVE,
    ACTIVATED,
    CAPACITY_CHANGED,
    DEACTIVATED
  }

  @Property
  void slotsBalanceAndNeverExceedCapacityOrALimit(@ForAll("steps") List<Step> steps) {
    SiteSlots site = SiteSlots.UNHEARD;
    StudyLimits study = STUDY;
    Map<Integer, Reservation> reservations = new HashMap<>();
    for (Step step : steps) {
      SiteSlots before = site;
      switch (step.kind()) {
        case ACTIVATED -> site = site.activated(site.version() + 1, step.number());
        case CAPACITY_CHANGED -> site = site.capacityChanged(site.version() + 1, step.number());
        case DEACTIVATED -> site = site.deactivated(site.version() + 1);
        case RESERVE, RELEASE, LEAVE -> {
          Reservation had = reservations.getOrDefault(step.attempt(), Reservation.NONE);
          if (decide(step, site, study, had) instanceof SlotDecision.Decided decided) {
            site = decided.site();
            study = decided.study();
            reservations.put(step.attempt(), decided.reservation());
            assertThat(decide(step, site, study, decided.reservation()))
                .as("requested again")
                .isEqualTo(decided);
            assertThat(had.slot() == Slot.RELEASED && decided.reservation().slot() != had.slot())
                .as("came back")
                .isFalse();
          }
        }
      }
      assertThat(site.taken())
          .isEqualTo(
              (int) reservations.values().stream().filter(r -> r.slot() == Slot.RESERVED).count());
      if (site.taken() > before.taken()) {
        assertThat(site.taken()).isLessThanOrEqualTo(site.capacity());
        assertThat(site.active()).isTrue();
      }
      for (Limit limit : study.limits()) {
        assertThat(limit.taken())
            .isLessThanOrEqualTo(limit.most())
            .isEqualTo(
                (int)
                    reservations.values().stream()
                        .filter(r -> r.limits().contains(limit.number()))
                        .count());
      }
    }
  }

  @Property
  void afterAllReleasesNothingIsTakenButPlacesOfConfirmedPatients(
      @ForAll("steps") List<Step> steps) {
    SiteSlots site = SiteSlots.UNHEARD.activated(1, 3);
    StudyLimits study = STUDY;
    Map<Integer, Reservation> reservations = new HashMap<>();
    int confirmed = 0;
    for (Step step : steps) {
      Reservation had = reservations.getOrDefault(step.attempt(), Reservation.NONE);
      if (decide(step, site, study, had) instanceof SlotDecision.Decided decided) {
        site = decided.site();
        study = decided.study();
        reservations.put(step.attempt(), decided.reservation());
        confirmed += step.kind() == Kind.LEAVE && had.slot() == Slot.RESERVED ? 1 : 0;
      }
    }
    for (Reservation reservation : reservations.values()) {
      SlotDecision.Decided decided = SlotDecider.release(site, study, reservation, false);
      site = decided.site();
      study = decided.study();
    }
    assertThat(site.taken()).isZero();
    assertThat(study.limits().getFirst().taken()).isEqualTo(confirmed);
  }

  /** LEAVE is the release of a confirmed enrollment. */
  private static SlotDecision decide(
      Step step, SiteSlots site, StudyLimits study, Reservation had) {
    String sex = step.attempt() % 2 == 0 ? "f" : "m";
    return step.kind() == Kind.RELEASE || step.kind() == Kind.LEAVE
        ? SlotDecider.release(site, study, had, step.kind() == Kind.LEAVE)
        : SlotDecider.reserve(
            site, study, had, new SlotDecider.SlotRequest(Map.of("sex", sex), 1, 1));
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.of(Kind.RESERVE, Kind.RELEASE, Kind.LEAVE)),
                Tuple.of(1, Arbitraries.of(Kind.class))),
            Arbitraries.integers().between(1, 12),
            Arbitraries.integers().between(0, 4))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }
}
