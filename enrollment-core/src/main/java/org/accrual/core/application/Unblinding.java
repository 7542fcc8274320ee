package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Change.AskArm;
import org.accrual.core.application.Change.KeepAnswer;
import org.accrual.core.application.WriteModel.LoadedEnrollment;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.enrollment.EnrollmentCommand;
import org.accrual.core.domain.enrollment.EnrollmentDecider;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;

/**
 * Records that somebody wants to know a patient's arm, and asks randomization for it. The answer
 * that is kept for repetitions says nothing of the arm; each call asks anew, with a key of its own.
 */
public final class Unblinding {
  private final WriteModel model;
  private final InstantSource clock;

  public Unblinding(WriteModel model, InstantSource clock) {
    this.model = model;
    this.clock = clock;
  }

  /**
   * Records and asks; a repetition only asks.
   *
   * @param ref under which the sealed arm will be kept
   * @param readerKey public half of the key to seal it to
   */
  public Outcome run(
      Request request,
      UUID enrollmentId,
      EnrollmentCommand.Unblind command,
      UUID ref,
      byte[] readerKey,
      Answer.Encoder<EnrollmentHistory> encoder) {
    return Attempts.run(
        request,
        () -> model.loadEnrollment(request, enrollmentId),
        LoadedEnrollment::kept,
        loaded -> record(request, command, loaded, ref, readerKey, encoder),
        (loaded, kept) -> {
          model.commit(
              List.of(new Caused(request.origin(), List.of(ask(loaded, ref, readerKey)))), now());
          return new Outcome.Answered(kept);
        });
  }

  private Outcome record(
      Request request,
      EnrollmentCommand.Unblind command,
      LoadedEnrollment loaded,
      UUID ref,
      byte[] readerKey,
      Answer.Encoder<EnrollmentHistory> encoder) {
    Instant now = now();
    return switch (EnrollmentDecider.decide(
        command, loaded.history().state(), loaded.facts(), now)) {
      case Decision.Refused<EnrollmentEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events) -> {
        EnrollmentHistory after = loaded.history().with(events, now);
        Answer answer = encoder.encode(after);
        List<Change> changes = new ArrayList<>(new EnrollmentChanges(loaded, events).of(after));
        changes.add(ask(loaded, ref, readerKey));
        changes.add(new KeepAnswer(request, answer, Optional.empty()));
        model.commit(List.of(new Caused(request.origin(), changes)), now);
        yield new Outcome.Answered(answer);
      }
    };
  }

  private static Change ask(LoadedEnrollment loaded, UUID ref, byte[] readerKey) {
    // Once registered, always: neither a repetition nor anything in between changes the attempt.
    Registered patient = (Registered) loaded.history().state();
    return new AskArm(new ArmQuestion(ref, patient.subject(), patient.attempt(), readerKey));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
