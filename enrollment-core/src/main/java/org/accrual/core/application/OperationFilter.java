package org.accrual.core.application;

import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Operation.Stage;

/** Which operations are wanted: those for which everything given holds. */
public record OperationFilter(
    Optional<Boolean> done,
    Optional<Stage> stage,
    Optional<String> studyId,
    Optional<String> siteId,
    Optional<String> patientId,
    Optional<UUID> enrollmentId) {

  public static OperationFilter all() {
    return new OperationFilter(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
