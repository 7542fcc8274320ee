package org.accrual.core;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The kits of sites, as the supply has them: a patient's request holds one kit of each arm until it
 * is released.
 */
final class SiteKits {
  private final Map<String, Integer> received = new HashMap<>();
  private final Map<String, Set<String>> holders = new HashMap<>();

  void receive(String site, int kitsOfEachArm) {
    received.merge(site, kitsOfEachArm, Integer::sum);
  }

  /** Returns whether the kits are held; false if the site has none left. */
  boolean hold(String site, String enrollmentId) {
    Set<String> holding = holders.computeIfAbsent(site, _ -> new HashSet<>());
    return holding.contains(enrollmentId)
        || (holding.size() < received.getOrDefault(site, Integer.MAX_VALUE)
            && holding.add(enrollmentId));
  }

  void release(String site, String enrollmentId) {
    holders.getOrDefault(site, new HashSet<>()).remove(enrollmentId);
  }

  int taken(String site) {
    return holders.getOrDefault(site, Set.of()).size();
  }
}
