package org.accrual.consumers.rebuild;

import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code ops.rebuild}.
 *
 * @param trouble what keeps it from going on; empty if nothing does
 * @param finishedAt null while it is under way
 */
record Rebuild(
    UUID id,
    String projection,
    String source,
    String state,
    String askedBy,
    OffsetDateTime askedAt,
    long eventsTotal,
    long eventsDone,
    String trouble,
    @Nullable OffsetDateTime finishedAt) {

  /** The schema that is being filled. */
  String schema() {
    return projection + "_next";
  }
}
