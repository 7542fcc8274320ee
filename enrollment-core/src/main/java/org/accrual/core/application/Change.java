package org.accrual.core.application;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.saga.ParticipantCommand;
import org.accrual.core.domain.saga.SagaRun;
import org.accrual.core.domain.saga.SagaStep;
import org.accrual.core.domain.site.KitState;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.StudyEvent;

/** One thing that a transaction of the write side does. */
public sealed interface Change {

  /** The study stays as it was at this version until the commit, or there is a conflict. */
  record HoldStudy(String studyId, long version) implements Change {}

  /** The same for a site. */
  record HoldSite(SiteId site, long version) implements Change {}

  /** Events to append; {@code study} is as they leave it. */
  record AppendToStudy(StudyRecord study, List<StudyEvent> events) implements Change {}

  /** Events to append; {@code site} is as they leave it. */
  record AppendToSite(SiteRecord site, List<SiteEvent> events) implements Change {}

  /** The site has these kits; a conflict if the study has one that the site has not quarantined. */
  record AddKits(SiteId site, List<String> kitIds) implements Change {}

  /** Kits of the site get a state; a conflict if one of them may not get it. */
  record MoveKits(SiteId site, List<String> kitIds, KitState state) implements Change {}

  /**
   * Events to append.
   *
   * @param version of the stream after the last of the events
   */
  record AppendToEnrollment(UUID enrollmentId, long version, List<EnrollmentEvent> events)
      implements Change {}

  /**
   * The patient has a live enrollment from now on; a conflict if there is one already.
   *
   * @param previous standing of the attempt before, on which it was decided; a conflict if it has
   *     another by now
   */
  record OpenAttempt(PatientScreened screened, Optional<Standing> previous) implements Change {}

  /** The enrollment is not live any more. */
  record CloseAttempt(UUID enrollmentId, Standing standing) implements Change {}

  /**
   * The enrollment is live again; a conflict if the patient has a later attempt by now. Needs
   * {@link HoldStudy}, since a completed study has no live enrollment.
   */
  record ReopenAttempt(UUID enrollmentId) implements Change {}

  record OpenOperation(Operation operation) implements Change {}

  record AdvanceOperation(OperationProgress progress) implements Change {}

  /**
   * A run begins.
   *
   * @param pause after which its command is repeated if nothing has come
   * @param expiry after which it is given up unless it is confirmed; empty: never
   */
  record StartSaga(RunningSaga saga, Duration pause, Optional<Duration> expiry) implements Change {}

  /**
   * A run goes on, or is over.
   *
   * @param seen the step it was at; a conflict if it is at another by now
   * @param next empty: it is over
   * @param pause until a command is repeated; empty: as before, since a change of the indexed time
   *     costs more than all else in the row
   */
  record MoveSaga(
      UUID enrollmentId, SagaStep seen, Optional<SagaRun> next, Optional<Duration> pause)
      implements Change {}

  /** Asks participants, through the outbox. */
  record Send(Subject subject, List<ParticipantCommand> commands) implements Change {}

  /** Asks randomization for the patient's arm, through the outbox. */
  record AskArm(ArmQuestion question) implements Change {}

  /**
   * Keeps the answer for repetitions; a conflict if the request has been answered meanwhile.
   *
   * @param operationId the answer is kept as long as this operation
   */
  record KeepAnswer(Request request, Answer answer, Optional<UUID> operationId) implements Change {}
}
