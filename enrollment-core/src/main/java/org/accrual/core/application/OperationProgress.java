package org.accrual.core.application;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Operation.StageTime;

/**
 * How an operation goes on.
 *
 * @param stages reached since, first to last; at least one
 * @param reason why it is or was rejected; empty: as before
 * @param version of the enrollment's stream that the operation knows now
 */
public record OperationProgress(
    UUID operationId, List<StageTime> stages, Optional<String> reason, long version) {
  public OperationProgress {
    stages = List.copyOf(stages);
  }
}
