package org.accrual.core.application;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.accrual.core.domain.saga.SagaTiming;

/** The port to many enrollments at once, inside one transaction that somebody else commits. */
public interface SagaStore {

  /**
   * Holds the runs of enrollments until the commit, so that no other transaction moves them. Waits
   * for runs that are being started: their messages may be published before they are visible.
   *
   * @return the enrollments there are, by id; those without a run are not held
   */
  Map<UUID, Held> hold(Collection<UUID> enrollmentIds);

  /**
   * Holds runs whose command is to be repeated, and that no other process holds, those that waited
   * longest first.
   *
   * @param since by the database's clock; runs that were due before are not looked for
   */
  Due due(Optional<Instant> since, int limit);

  /**
   * Holds runs that are not confirmed although their time is over, and that no other process holds,
   * those that expired first first. They need not be published: they are given up.
   */
  Due expired(int limit);

  /** Sets a run aside that could not be decided; it is tried again after a pause. */
  void setAside(UUID enrollmentId, String error, SagaTiming timing);

  /** Writes, each enrollment's changes in their order. */
  void write(List<Caused> changes, Instant now);

  /** Keeps answers to questions for an arm, by their reference, for who asked. */
  void keepSealedArms(Map<UUID, byte[]> sealed);

  /**
   * Runs that are due.
   *
   * @param enrollmentIds of the runs; to be repeated are those whose last command has been
   *     published, since another repetition would only add to what waits
   * @param all whether there are no others, published or not
   * @param now by the database's clock
   */
  record Due(Set<UUID> enrollmentIds, boolean all, Instant now) {}

  /** An enrollment whose run, if there is one, is held. */
  record Held(EnrollmentHistory history, Optional<RunningSaga> saga) {}
}
