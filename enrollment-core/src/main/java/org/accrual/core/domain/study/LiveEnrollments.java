package org.accrual.core.domain.study;

import java.util.List;
import java.util.UUID;

/**
 * A study's enrollments that have not ended: patients being screened, being enrolled, on study or
 * in follow-up.
 *
 * @param count of all
 * @param some the ids of at most 10
 */
public record LiveEnrollments(long count, List<UUID> some) {
  public static final LiveEnrollments NONE = new LiveEnrollments(0, List.of());

  public LiveEnrollments {
    some = List.copyOf(some);
  }
}
