package org.accrual.consumers.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.accrual.consumers.supply.Hold.Allocated;
import org.accrual.consumers.supply.Hold.Kit;

/** Laws of holds for any sequence of commands; see KitLawsTest for events of kits among them. */
class HoldLawsTest {
  private static final List<String> ARMS = List.of("a", "b", "c");

  record Step(Kind kind, int attempt, String arm) {}

  enum Kind {
    HOLD,
    ALLOCATE,
    RELEASE,
    RECEIVE
  }

  @Property
  void noKitIsLostOrGivenTwiceAndEveryHoldCanBeServed(@ForAll("steps") List<Step> steps) {
    Stock stock = new Stock(ARMS, 0, LocalDate.EPOCH);
    Map<Integer, Hold> holds = new HashMap<>();
    int received = 0;
    for (Step step : steps) {
      Hold before = holds.getOrDefault(step.attempt(), new Hold.None());
      if (step.kind() == Kind.RECEIVE) {
        stock.add(new Kit("kit-" + ++received, step.arm(), LocalDate.MAX, true));
      } else if (decide(stock, before, step) instanceof HoldDecision.Decided decided) {
        holds.put(step.attempt(), decided.hold());
        assertThat(before instanceof Hold.Released && !(decided.hold() instanceof Hold.Released))
            .as("came back")
            .isFalse();
        if (decided.hold() instanceof Allocated(Kit kit) && step.kind() == Kind.ALLOCATE) {
          assertThat(before instanceof Allocated || kit.arm().equals(step.arm())).isTrue();
        }
        HoldDecision again = decide(stock, decided.hold(), step);
        assertThat(again).as("asked again").isEqualTo(decided);
      }
      Set<String> given = new HashSet<>();
      holds
          .values()
          .forEach(
              hold -> {
                if (hold instanceof Allocated(Kit kit)) {
                  assertThat(given.add(kit.id())).as("given twice: " + kit.id()).isTrue();
                }
              });
      assertThat(stock.available() + given.size()).as("received").isEqualTo(received);
      assertThat(stock.held())
          .isEqualTo((int) holds.values().stream().filter(Hold.Held.class::isInstance).count());
      assertThat(stock.has(stock.held())).as("a kit of every arm for every hold").isTrue();
    }
  }

  private static HoldDecision decide(Stock stock, Hold hold, Step step) {
    return switch (step.kind()) {
      case HOLD -> HoldDecider.hold(stock, hold, true);
      case ALLOCATE -> HoldDecider.allocate(stock, hold, step::arm);
      case RELEASE, RECEIVE -> HoldDecider.release(stock, hold);
    };
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(
                Kind.HOLD, Kind.HOLD, Kind.ALLOCATE, Kind.RELEASE, Kind.RECEIVE, Kind.RECEIVE),
            Arbitraries.integers().between(1, 6),
            Arbitraries.of(ARMS))
        .as(Step::new)
        .list()
        .ofMaxSize(80);
  }
}
