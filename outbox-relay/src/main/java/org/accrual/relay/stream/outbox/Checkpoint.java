package org.accrual.relay.stream.outbox;

/**
 * What the topics hold, written to Kafka in the transaction of the last records it covers: every
 * outbox row at or under {@code position} of {@code origin}.
 */
public record Checkpoint(Origin origin, Position position) {

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
