package org.accrual.core.application;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.study.StudyPhase;

/**
 * The port to what the write side answers reads from; never stale. Every method throws {@link
 * StoreUnavailable} when the store cannot be reached.
 */
public interface Catalog {

  Optional<StudyRecord> study(String studyId);

  /** Ordered by site id. */
  List<SiteRecord> sites(String studyId);

  /**
   * Returns studies, ordered by study id.
   *
   * @param state only studies in this state; empty for all
   * @param after only studies whose id comes after this one; empty for all
   */
  List<StudyRecord> studies(Optional<StudyPhase> state, String after, int limit);

  Optional<Operation> operation(UUID operationId);

  /**
   * Newest first.
   *
   * @param before only operations older than this one
   */
  List<Operation> operations(OperationFilter filter, Optional<UUID> before, int limit);

  /**
   * Reads enrollments' streams in one query.
   *
   * @param upToVersions the version up to which, by enrollment
   */
  Map<UUID, EnrollmentHistory> histories(Map<UUID, Long> upToVersions);
}
