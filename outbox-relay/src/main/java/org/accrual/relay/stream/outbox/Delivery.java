package org.accrual.relay.stream.outbox;

import java.time.Instant;
import java.util.List;

/**
 * What goes to Kafka in one transaction, with the checkpoint.
 *
 * @param rows of whole source transactions, in the order of their commits, the last one perhaps in
 *     part; none if only the position moved on
 * @param transactions how many source transactions end with these rows
 * @param reached the checkpoint once this has been published
 * @param committedAt when the database reached that position's LSN
 */
public record Delivery(
    List<OutboxRow> rows, int transactions, Position reached, Instant committedAt) {
  public Delivery {
    rows = List.copyOf(rows);
  }
}
