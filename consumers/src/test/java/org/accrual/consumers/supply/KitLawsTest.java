package org.accrual.consumers.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.accrual.consumers.supply.Hold.Allocated;
import org.accrual.consumers.supply.Hold.Kit;

/** Laws of kits for any sequence of commands and of events of kits, in batches as they are read. */
class KitLawsTest {
  private static final List<String> ARMS = List.of("a", "b");

  /**
   * A command, an event or the end of a day.
   *
   * @param number of the attempt or the kit
   * @param days until a received kit expires
   */
  record Step(Kind kind, int number, String arm, int days) {}

  enum Kind {
    HOLD,
    ALLOCATE,
    RELEASE,
    RECEIVE,
    QUARANTINE,
    RETURN,
    DESTROY,
    DAY
  }

  enum State {
    RECEIVED,
    QUARANTINED,
    RETURNED,
    DESTROYED
  }

  /** The rows of {@code supply.kit} and {@code supply.hold}, and the stock read from them. */
  private static final class Site {
    final Map<String, Kit> kits = new TreeMap<>();
    final Map<String, State> states = new HashMap<>();
    final Map<Integer, Hold> holds = new HashMap<>();
    LocalDate today = LocalDate.EPOCH;
    Stock stock = read();

    Stock read() {
      int held = (int) holds.values().stream().filter(Hold.Held.class::isInstance).count();
      Stock read = new Stock(ARMS, held, today);
      kits.values().stream().filter(this::isAvailable).forEach(read::add);
      return read;
    }

    boolean isUsable(Kit kit) {
      return states.get(kit.id()) == State.RECEIVED && kit.expiryDate().isAfter(today);
    }

    boolean isAvailable(Kit kit) {
      return isUsable(kit) && holders(kit) == 0;
    }

    long holders(Kit kit) {
      return holds.values().stream()
          .filter(hold -> hold instanceof Allocated(Kit held) && held.id().equals(kit.id()))
          .count();
    }

    void take(Step step) {
      Kit kit = kits.get("kit-" + step.number());
      switch (step.kind()) {
        case HOLD, ALLOCATE, RELEASE -> command(step);
        case RECEIVE -> receive(step, kit);
        case QUARANTINE -> move(kit, State.QUARANTINED, State.RECEIVED);
        case RETURN -> {
          if (kit != null && holders(kit) == 1) {
            move(kit, State.RETURNED, State.RECEIVED, State.QUARANTINED);
          }
        }
        case DESTROY -> move(kit, State.DESTROYED, State.QUARANTINED, State.RETURNED);
        case DAY -> {
          today = today.plusDays(1);
          stock = read();
        }
      }
    }

    private void receive(Step step, Kit before) {
      if (before == null
          || (states.get(before.id()) == State.QUARANTINED && holders(before) == 0)) {
        Kit kit = new Kit("kit-" + step.number(), step.arm(), today.plusDays(step.days()), true);
        kits.put(kit.id(), kit);
        states.put(kit.id(), State.RECEIVED);
        stock = read();
      }
    }

    private void move(Kit kit, State next, State... from) {
      if (kit != null && List.of(from).contains(states.get(kit.id()))) {
        states.put(kit.id(), next);
        kits.put(kit.id(), new Kit(kit.id(), kit.arm(), kit.expiryDate(), false));
        stock = read();
      }
    }

    private void command(Step step) {
      Hold before = stored(holds.getOrDefault(step.number(), new Hold.None()));
      HoldDecision decision =
          switch (step.kind()) {
            case HOLD -> HoldDecider.hold(stock, before, true);
            case ALLOCATE -> HoldDecider.allocate(stock, before, step::arm);
            default -> HoldDecider.release(stock, before);
          };
      if (decision instanceof HoldDecision.Decided decided) {
        if (decided.hold() instanceof Allocated(Kit kit) && !(before instanceof Allocated)) {
          assertThat(isAvailable(kit)).as("allocated: usable and nobody's").isTrue();
          assertThat(kit.arm()).isEqualTo(step.arm());
          assertThat(kits.values().stream().filter(this::isAvailable))
              .filteredOn(other -> other.arm().equals(kit.arm()))
              .as("the kit that expires first")
              .noneMatch(other -> other.expiryDate().isBefore(kit.expiryDate()));
        }
        holds.put(step.number(), decided.hold());
      }
    }

    /** Returns a hold as it is read: its kit may have changed since. */
    private Hold stored(Hold hold) {
      return hold instanceof Allocated(Kit kit) ? new Allocated(kits.get(kit.id())) : hold;
    }
  }

  @Property
  void noUnusableKitIsAllocatedNoKitHasTwoHoldersAndAllBalances(@ForAll("steps") List<Step> steps) {
    Site site = new Site();
    for (Step step : steps) {
      site.take(step);
      assertThat(site.kits.values()).allMatch(kit -> site.holders(kit) <= 1);
      Stock stored = site.read();
      assertThat(site.stock.held()).as("held").isEqualTo(stored.held());
      assertThat(site.stock.available()).as("available").isEqualTo(stored.available());
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(3, Kind.HOLD),
                Tuple.of(3, Kind.ALLOCATE),
                Tuple.of(1, Kind.RELEASE),
                Tuple.of(4, Kind.RECEIVE),
                Tuple.of(1, Kind.QUARANTINE),
                Tuple.of(1, Kind.RETURN),
                Tuple.of(1, Kind.DESTROY),
                Tuple.of(1, Kind.DAY)),
            Arbitraries.integers().between(1, 8),
            Arbitraries.of(ARMS),
            Arbitraries.integers().between(1, 5))
        .as(Step::new)
        .list()
        .ofMaxSize(80);
  }
}
