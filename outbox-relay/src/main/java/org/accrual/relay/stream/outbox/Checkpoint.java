package org.accrual.relay.stream.outbox;

import java.util.Optional;

/**
 * How far the outbox has been published, written to Kafka in the transaction of the last records
 * that it covers: the topics hold every outbox row at or under {@code position} of {@code origin}.
 *
 * @param lastId of the last row that was published or set aside; empty if the slot has had none
 *     since its first checkpoint or its last recovery
 */
public record Checkpoint(Origin origin, Position position, Optional<String> lastId) {
  /** Creates a checkpoint that names no row. */
  public Checkpoint(Origin origin, Position position) {
    this(origin, position, Optional.empty());
  }

  /**
   * Where positions mean something. A position of another cluster or timeline cannot be compared.
   *
   * @param systemIdentifier of the PostgreSQL cluster, made by initdb
   * @param timeline of its WAL
   * @param slot the replication slot
   * @param publicationVersion changes with every change to the publication: rows written under
   *     another version may not have come through it
   */
  public record Origin(
      String systemIdentifier, int timeline, String slot, String publicationVersion) {}
}
