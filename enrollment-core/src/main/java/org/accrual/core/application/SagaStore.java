package org.accrual.core.application;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The port to many enrollments at once, inside one transaction that somebody else commits. */
public interface SagaStore {

  /**
   * Holds the runs of enrollments until the commit, so that nobody moves them meanwhile.
   *
   * @return the enrollments there are, by id; those without a run are not held
   */
  Map<UUID, Held> hold(Collection<UUID> enrollmentIds);

  /** Holds runs that are due and that nobody else holds, those that waited longest first. */
  List<Held> holdDue(Instant now, int limit);

  /** Writes, each enrollment's changes in their order. */
  void write(List<Caused> changes, Instant now);

  /** Keeps answers to questions for an arm, by their reference, for who asked. */
  void keepSealedArms(Map<UUID, byte[]> sealed);

  /** An enrollment whose run, if there is one, is held. */
  record Held(EnrollmentHistory history, Optional<RunningSaga> saga) {}
}
