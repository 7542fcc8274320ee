package org.accrual.consumers.supply;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A site's available kits by arm, and how many holds are out on them. Law: in every arm of the
 * study there are at least as many available kits as holds, so that whatever arm a hold turns out
 * to need is there. Not safe for use by several threads.
 */
final class Stock {
  private final Collection<String> arms;
  private final Map<String, Deque<String>> available = new HashMap<>();
  private int held;

  /**
   * @param arms of the study
   * @param held how many holds are out
   */
  Stock(Collection<String> arms, int held) {
    this.arms = List.copyOf(arms);
    this.held = held;
    arms.forEach(arm -> available.put(arm, new ArrayDeque<>()));
  }

  /** An available kit, to be taken after those added before. One of no arm of the study is left. */
  void add(String kitId, String arm) {
    Deque<String> kits = available.get(arm);
    if (kits != null) {
      kits.add(kitId);
    }
  }

  /** Sets one kit of every arm aside, if there is one of every arm beyond those set aside. */
  boolean hold() {
    if (arms.isEmpty() || !available.values().stream().allMatch(kits -> kits.size() > held)) {
      return false;
    }
    held++;
    return true;
  }

  /** A hold goes back. */
  void unhold() {
    held--;
  }

  /** Turns a hold into a kit of an arm. */
  String allocate(String arm) {
    Deque<String> kits = available.get(arm);
    if (kits == null || kits.isEmpty()) {
      throw new IllegalStateException(
          "a site has %d holds and no kit for one of them".formatted(held));
    }
    held--;
    return kits.remove();
  }

  int held() {
    return held;
  }

  /** Whether this many of every arm are here. */
  boolean has(int ofEachArm) {
    return available.values().stream().allMatch(kits -> kits.size() >= ofEachArm);
  }

  int available() {
    return available.values().stream().mapToInt(Deque::size).sum();
  }
}
