package org.accrual.consumers.audit;

import java.util.List;

/**
 * What a verification came to.
 *
 * @param entries how many were read
 * @param head the newest
 * @param compared whether there was an exported head to compare with
 * @param findings empty if the trail is intact
 */
public record Verdict(long entries, Head head, boolean compared, List<Finding> findings) {

  /** Whether nothing was found. */
  public boolean intact() {
    return findings.isEmpty();
  }
}
