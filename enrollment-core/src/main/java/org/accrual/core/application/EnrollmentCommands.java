package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
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
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.site.SiteId;

/** Runs commands on enrollments. */
public final class EnrollmentCommands {
  private final WriteModel model;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  /**
   * Takes its ports and sources.
   *
   * @param ids of enrollments and operations; ordered by time
   */
  public EnrollmentCommands(WriteModel model, InstantSource clock, Supplier<UUID> ids) {
    this.model = model;
    this.clock = clock;
    this.ids = ids;
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
        loaded -> change(request, command, loaded, encoder));
  }

  /**
   * Runs all missing steps and the request to enroll.
   *
   * @param encoder makes the answer of the operation and the enrollment
   */
  public Outcome enroll(
      Request request,
      SiteId site,
      String patientId,
      String enrolledBy,
      Optional<Consent> consent,
      Optional<Eligibility> eligibility,
      Answer.Encoder<Enrolling> encoder) {
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

  /** An enrollment that was requested, and the operation that follows it. */
  public record Enrolling(Operation operation, EnrollmentHistory history) {}

  private Outcome change(
      Request request,
      EnrollmentCommand command,
      LoadedEnrollment loaded,
      Answer.Encoder<EnrollmentHistory> encoder) {
    Instant now = now();
    EnrollmentState state = loaded.history().state();
    return commit(
        request,
        loaded,
        EnrollmentDecider.decide(command, state, loaded.facts(), now),
        now,
        after -> new Result(encoder.encode(after), List.of()));
  }

  private Outcome enroll(
      Request request,
      EnrollmentCommand.Enroll command,
      LoadedEnrollment loaded,
      Answer.Encoder<Enrolling> encoder) {
    Instant now = now();
    EnrollmentState state = loaded.history().state();
    Decision<EnrollmentEvent> decision =
        EnrollmentDecider.decide(command, state, loaded.facts(), now)
            .then(
                events ->
                    EnrollmentDecider.decide(
                        loaded.slots().settle(),
                        EnrollmentDecider.fold(state, events),
                        loaded.facts(),
                        now));
    return commit(
        request,
        loaded,
        decision,
        now,
        after -> {
          Operation operation = Operations.of(ids.get(), request, after);
          return new Result(
              encoder.encode(new Enrolling(operation, after)),
              List.of(new OpenOperation(operation)));
        });
  }

  private record Result(Answer answer, List<Change> more) {}

  private Outcome commit(
      Request request,
      LoadedEnrollment loaded,
      Decision<EnrollmentEvent> decision,
      Instant now,
      Function<EnrollmentHistory, Result> result) {
    return switch (decision) {
      case Decision.Refused<EnrollmentEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events) -> {
        EnrollmentHistory after = loaded.history().with(events, now);
        Result made = result.apply(after);
        List<Change> changes = new ArrayList<>(EnrollmentChanges.of(loaded, events, after));
        changes.addAll(made.more());
        changes.add(new KeepAnswer(request, made.answer()));
        model.commit(request, changes, now);
        yield new Outcome.Answered(made.answer());
      }
    };
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

  /** As precise as what is stored, so that what is answered at once and read later is the same. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
