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

/** What holds whatever comes in whatever order. */
class SlotLawsTest {

  /** What may come: of {@code attempt}, or to the site. */
  record Step(Kind kind, int attempt, int number) {}

  enum Kind {
    RESERVE,
    RELEASE,
    ACTIVATED,
    CAPACITY_CHANGED,
    DEACTIVATED
  }

  @Property
  void slotsBalanceAndNeverExceedCapacity(@ForAll("steps") List<Step> steps) {
    SiteSlots site = SiteSlots.UNHEARD;
    Map<Integer, Slot> slots = new HashMap<>();
    for (Step step : steps) {
      SiteSlots before = site;
      Slot slot = slots.getOrDefault(step.attempt(), Slot.NONE);
      site =
          switch (step.kind()) {
            case ACTIVATED -> site.activated(site.version() + 1, step.number());
            case CAPACITY_CHANGED -> site.capacityChanged(site.version() + 1, step.number());
            case DEACTIVATED -> site.deactivated(site.version() + 1);
            case RESERVE, RELEASE -> {
              SlotDecision decision = decide(step, site, slot);
              if (!(decision instanceof SlotDecision.Decided(SiteSlots after, Slot now))) {
                yield site;
              }
              slots.put(step.attempt(), now);
              assertThat(decide(step, after, now)).as("asked again").isEqualTo(decision);
              assertThat(slot == Slot.RELEASED && now != Slot.RELEASED).as("came back").isFalse();
              yield after;
            }
          };
      assertThat(site.taken())
          .isEqualTo((int) slots.values().stream().filter(Slot.RESERVED::equals).count());
      if (site.taken() > before.taken()) {
        assertThat(site.taken()).isLessThanOrEqualTo(site.capacity());
        assertThat(site.active()).isTrue();
      }
    }
  }

  @Property
  void whenAllIsReleasedNothingIsTaken(@ForAll("steps") List<Step> steps) {
    SiteSlots site = SiteSlots.UNHEARD.activated(1, 3);
    Map<Integer, Slot> slots = new HashMap<>();
    for (Step step : steps) {
      Slot slot = slots.getOrDefault(step.attempt(), Slot.NONE);
      if (decide(step, site, slot) instanceof SlotDecision.Decided(SiteSlots after, Slot now)) {
        site = after;
        slots.put(step.attempt(), now);
      }
    }
    for (Slot slot : slots.values()) {
      site = SlotDecider.release(site, slot).site();
    }
    assertThat(site.taken()).isZero();
  }

  private static SlotDecision decide(Step step, SiteSlots site, Slot slot) {
    return step.kind() == Kind.RELEASE
        ? SlotDecider.release(site, slot)
        : SlotDecider.reserve(site, slot, 1);
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.of(Kind.RESERVE, Kind.RELEASE)),
                Tuple.of(1, Arbitraries.of(Kind.class))),
            Arbitraries.integers().between(1, 6),
            Arbitraries.integers().between(0, 4))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }
}
