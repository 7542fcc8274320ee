package org.accrual.consumers.supply;

import java.util.function.Supplier;
import org.accrual.consumers.supply.Hold.Allocated;
import org.accrual.consumers.supply.Hold.Held;
import org.accrual.consumers.supply.Hold.Kit;
import org.accrual.consumers.supply.Hold.None;
import org.accrual.consumers.supply.Hold.Refused;
import org.accrual.consumers.supply.Hold.Released;
import org.accrual.consumers.supply.HoldDecision.Decided;
import org.accrual.consumers.supply.HoldDecision.Lapsed;
import org.accrual.consumers.supply.HoldDecision.Wait;

/** Decides requests for kits. Total; changes only the stock it is given. */
final class HoldDecider {
  private HoldDecider() {}

  /**
   * Decides a request for kits.
   *
   * @param heard whether the events of study and site that the request rests on were applied
   */
  static HoldDecision hold(Stock stock, Hold hold, boolean heard) {
    return switch (hold) {
      case None _ -> {
        if (!heard) {
          yield new Wait();
        }
        yield new Decided(stock.hold() ? new Held() : new Refused());
      }
      // A repeated request gets its first answer; an attempt with a kit was held before.
      case Held _, Refused _ -> new Decided(hold);
      case Allocated _ -> new Decided(hold, new Held());
      // Overtaken by its own release.
      case Released _ -> new Lapsed();
    };
  }

  /**
   * Decides a request for the kit of an arm.
   *
   * @param arm read only if the attempt has a hold
   */
  static HoldDecision allocate(Stock stock, Hold hold, Supplier<String> arm) {
    return switch (hold) {
      // Refused where kits were quarantined or have expired since they were held.
      case Held _ ->
          new Decided(stock.allocate(arm.get()).<Hold>map(Allocated::new).orElseGet(Refused::new));
      case Allocated _, Refused _ -> new Decided(hold);
      case None _, Released _ -> new Lapsed();
    };
  }

  /** Always answered, so that compensation ends; without a hold it bars a later one. */
  static Decided release(Stock stock, Hold hold) {
    switch (hold) {
      case Held _ -> stock.unhold();
      case Allocated(Kit kit) -> stock.add(kit);
      case None _, Refused _, Released _ -> {}
    }
    return new Decided(new Released());
  }
}
