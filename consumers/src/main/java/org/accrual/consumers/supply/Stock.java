package org.accrual.consumers.supply;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.consumers.supply.Hold.Kit;

/**
 * A site's usable kits by arm, and how many holds are out on them. Unless kits were quarantined or
 * have expired since, every arm of the study has at least as many usable kits as there are holds,
 * so that each hold can be served. Not safe for use by several threads.
 */
final class Stock {
  private final Collection<String> arms;
  private final LocalDate today;
  // By expiry date.
  private final Map<String, List<Kit>> available = new HashMap<>();
  private int held;

  /**
   * Creates a stock without kits.
   *
   * @param arms of the study
   * @param held how many holds are out
   * @param today in UTC
   */
  Stock(Collection<String> arms, int held, LocalDate today) {
    this.arms = List.copyOf(arms);
    this.held = held;
    this.today = today;
    arms.forEach(arm -> available.put(arm, new ArrayList<>()));
  }

  /**
   * Adds a kit, to be taken after those that expire no later. Leaves out a kit that may not be
   * used, and one of no arm of the study.
   */
  void add(Kit kit) {
    List<Kit> kits = available.get(kit.arm());
    if (kits == null || !kit.isUsableOn(today)) {
      return;
    }
    int place = kits.size();
    while (place > 0 && kits.get(place - 1).expiryDate().isAfter(kit.expiryDate())) {
      place--;
    }
    kits.add(place, kit);
  }

  /** Sets one kit of every arm aside, if there is one of every arm beyond those set aside. */
  boolean hold() {
    if (arms.isEmpty() || !available.values().stream().allMatch(kits -> kits.size() > held)) {
      return false;
    }
    held++;
    return true;
  }

  /** Gives up a hold. */
  void unhold() {
    held--;
  }

  /**
   * Turns a hold into the kit of an arm that expires first. The hold is given up where there is
   * none.
   */
  Optional<Kit> allocate(String arm) {
    held--;
    List<Kit> kits = available.getOrDefault(arm, List.of());
    return kits.isEmpty() ? Optional.empty() : Optional.of(kits.removeFirst());
  }

  int held() {
    return held;
  }

  /** Returns whether this many of every arm are here. */
  boolean has(int ofEachArm) {
    return available.values().stream().allMatch(kits -> kits.size() >= ofEachArm);
  }

  int available() {
    return available.values().stream().mapToInt(List::size).sum();
  }
}
