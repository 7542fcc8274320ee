package org.accrual.relay.takeover;

import java.util.Optional;

/**
 * What the database says about slot and publication at one moment.
 *
 * @param database the one connected to
 * @param publicationVersion changes with every change to the publication; empty if it is missing
 * @param publicationFault what is wrong with the publication; empty if nothing
 */
public record SlotFacts(
    String systemIdentifier,
    int timeline,
    String database,
    Optional<Slot> slot,
    String publicationVersion,
    Optional<String> publicationFault) {

  /**
   * The slot's row.
   *
   * @param lost why it is of no use any more; empty if it is
   * @param active whether somebody streams from it
   * @param confirmed what its owner has confirmed
   */
  public record Slot(
      String plugin, String database, Optional<String> lost, boolean active, long confirmed) {}
}
