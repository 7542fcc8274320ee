package org.accrual.consumers.randomization;

import java.util.List;
import org.accrual.consumers.participant.SiteKey;

/**
 * A stratum's block.
 *
 * @param drawn how many allocations it has made
 */
record Stratum(long drawn, Block block) {

  /** Of which site, and which. */
  record Key(SiteKey site, List<Integer> levels) {

    /** As an array in SQL. */
    String array() {
      return levels.toString().replace('[', '{').replace(']', '}');
    }

    /** What its block is sealed for after so many draws: an older one is not taken for it. */
    String context(long drawn) {
      return "block:%s/%s/%d".formatted(site, array(), drawn);
    }
  }
}
