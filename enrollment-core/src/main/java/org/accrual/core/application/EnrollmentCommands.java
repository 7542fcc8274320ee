package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.accrual.core.application.Change.KeepAnswer;
import org.accrual.core.application.Change.OpenOperation;
import org.accrual.core.application.WriteModel.LoadedEnrollment;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.EnrollmentCommand;
import org.accrual.core.domain.enrollment.EnrollmentDecider;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.saga.SagaTiming;
import org.accrual.core.domain.site.SiteId;

/** Runs commands on enrollments. */
public final class EnrollmentCommands {
  private final WriteModel model;
  private final InstantSource clock;
  private final Supplier<UUID> ids;
  private final SagaTiming timing;

  /**
   * Takes its ports and sources.
   *
   * @param ids of enrollments and operations; ordered by time
   * @param timing of the sagas that are started
   */
  public EnrollmentCommands(
      WriteModel model, InstantSource clock, Supplier<UUID> ids, SagaTiming timing) {
    this.model = model;
    this.clock = clock;
    this.ids = ids;
    this.timing = timing;
  }

  public Outcome screen(
      Request request,
      SiteId site,
      String patientId,
      String screenedBy,
      Answer.Encoder<EnrollmentHistory> encoder) {
    return Attempts.run(
        request,
        () -> model.loadPatient(request, site, patientId),
        LoadedEnrollment::kept,
        loaded ->
            change(
                request,
                new EnrollmentCommand.Screen(subject(loaded, site, patientId), screenedBy),
                loaded,
                loaded.history(),
                encoder));
  }

  /** Starts the attempt after one that has ended; the answer is about the new one. */
  public Outcome rescreen(
      Request request,
      UUID previousId,
      String screenedBy,
      Answer.Encoder<EnrollmentHistory> encoder) {
    return Attempts.run(
        request,
        () -> model.loadEnrollment(request, previousId),
        LoadedEnrollment::kept,
        loaded ->
            change(
                request,
                new EnrollmentCommand.Rescreen(next(loaded, previousId), screenedBy),
                loaded,
                new EnrollmentHistory(List.of()),
                encoder));
  }

  /** Runs a command on an enrollment that exists. */
  public Outcome run(
      Request request,
      UUID enrollmentId,
      EnrollmentCommand command,
      Answer.Encoder<EnrollmentHistory> encoder) {
    return Attempts.run(
        request,
        () -> model.loadEnrollment(request, enrollmentId),
        LoadedEnrollment::kept,
        loaded -> change(request, command, loaded, loaded.history(), encoder));
  }

  /**
   * Runs all missing steps and the request to enroll, and starts its saga.
   *
   * @param encoder makes the answer of the operation
   */
  public Outcome enroll(
      Request request,
      SiteId site,
      String patientId,
      String enrolledBy,
      Optional<Consent> consent,
      Optional<Eligibility> eligibility,
      Answer.Encoder<Operation> encoder) {
    return Attempts.run(
        request,
        () -> model.loadPatient(request, site, patientId),
        LoadedEnrollment::kept,
        loaded ->
            enroll(
                request,
                new EnrollmentCommand.Enroll(
                    subject(loaded, site, patientId), enrolledBy, consent, eligibility),
                loaded,
                encoder));
  }

  /**
   * Decides as {@link #enroll} does and writes nothing, whatever was answered to the request id.
   *
   * @param encoder makes the answer of the operation that there would be
   */
  public Outcome checkEnroll(
      Request request,
      SiteId site,
      String patientId,
      String enrolledBy,
      Optional<Consent> consent,
      Optional<Eligibility> eligibility,
      Answer.Encoder<Operation> encoder) {
    LoadedEnrollment loaded = model.loadPatient(request, site, patientId);
    EnrollmentCommand command =
        new EnrollmentCommand.Enroll(
            subject(loaded, site, patientId), enrolledBy, consent, eligibility);
    Instant now = now();
    return switch (decide(command, loaded, now)) {
      case Decision.Refused<EnrollmentEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events) ->
          new Outcome.Answered(
              encoder.encode(
                  Operations.requested(
                      ids.get(), request.origin(), loaded.history().with(events, now))));
    };
  }

  private Outcome change(
      Request request,
      EnrollmentCommand command,
      LoadedEnrollment loaded,
      EnrollmentHistory stream,
      Answer.Encoder<EnrollmentHistory> encoder) {
    if (request.isOutdated(stream.version())) {
      return new Outcome.EtagMismatch();
    }
    Instant now = now();
    return switch (decide(command, loaded, now)) {
      case Decision.Refused<EnrollmentEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events) -> {
        EnrollmentHistory after = stream.with(events, now);
        EnrollmentChanges made = new EnrollmentChanges(loaded, events);
        List<Change> changes = new ArrayList<>(made.of(after));
        if (after.state() instanceof OffStudy off
            && !(loaded.history().state() instanceof OffStudy)) {
          changes.addAll(made.giveBack(off, request.origin(), timing));
        }
        if (loaded.history().state() instanceof Pending && after.state() instanceof Withdrawn) {
          loaded.saga().ifPresent(saga -> changes.addAll(made.stop(saga, after)));
        }
        yield commit(request, changes, encoder.encode(after), Optional.empty(), now);
      }
    };
  }

  private Outcome enroll(
      Request request,
      EnrollmentCommand.Enroll command,
      LoadedEnrollment loaded,
      Answer.Encoder<Operation> encoder) {
    Instant now = now();
    return switch (decide(command, loaded, now)) {
      case Decision.Refused<EnrollmentEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events) -> {
        EnrollmentHistory after = loaded.history().with(events, now);
        UUID operationId = ids.get();
        Operation operation = Operations.requested(operationId, request.origin(), after);
        EnrollmentChanges made = new EnrollmentChanges(loaded, events);
        List<Change> changes = new ArrayList<>(made.of(after));
        changes.add(new OpenOperation(operation));
        changes.addAll(
            made.saga((PendingOnStudy) after.state(), operationId, request.origin(), timing));
        yield commit(request, changes, encoder.encode(operation), Optional.of(operationId), now);
      }
    };
  }

  private static Decision<EnrollmentEvent> decide(
      EnrollmentCommand command, LoadedEnrollment loaded, Instant now) {
    Decision<EnrollmentEvent> decision =
        EnrollmentDecider.decide(command, loaded.history().state(), loaded.facts(), now);
    // The next request of this enrollment has the same key as the run that still gives back.
    return loaded.saga().isPresent()
            && command instanceof EnrollmentCommand.ReverseWithdrawal
            && decision instanceof Decision.Accepted
        ? EnrollmentDecider.inProgress((EnrollmentState.Started) loaded.history().state())
        : decision;
  }

  private Outcome commit(
      Request request,
      List<Change> changes,
      Answer answer,
      Optional<UUID> operationId,
      Instant now) {
    changes.add(new KeepAnswer(request, answer, operationId));
    model.commit(List.of(new Caused(request.origin(), changes)), now);
    return new Outcome.Answered(answer);
  }

  /**
   * Of the patient's live enrollment; without one, of the enrollment that the command may start.
   */
  private Subject subject(LoadedEnrollment loaded, SiteId site, String patientId) {
    UUID enrollmentId =
        loaded.history().state() instanceof EnrollmentState.Started live
            ? live.subject().enrollmentId()
            : ids.get();
    return new Subject(enrollmentId, site.studyId(), site.siteId(), patientId);
  }

  /** The same patient at the same site; of an enrollment that there is not, it does not matter. */
  private Subject next(LoadedEnrollment loaded, UUID previousId) {
    return loaded.history().state() instanceof EnrollmentState.Started previous
        ? new Subject(
            ids.get(),
            previous.subject().studyId(),
            previous.subject().siteId(),
            previous.subject().patientId())
        : new Subject(previousId, "", "", "");
  }

  /** As precise as what is stored, so that what is answered at once and read later is the same. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
