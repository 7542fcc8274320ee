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
 * Records that a patient's arm is requested, and requests it from randomization. The answer kept
 * for repetitions does not contain the arm: each call requests it with a key of its own, and each
 * is recorded.
 */
public final class Unblinding {
  private final WriteModel model;
  private final InstantSource clock;

  public Unblinding(WriteModel model, InstantSource clock) {
    this.model = model;
    this.clock = clock;
  }

  /**
   * Records the request and sends it to randomization; so does a repetition.
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
        loaded -> record(request, command, loaded, Optional.empty(), ref, readerKey, encoder),
        (loaded, kept) ->
            record(request, command, loaded, Optional.of(kept), ref, readerKey, encoder));
  }

  private Outcome record(
      Request request,
      EnrollmentCommand.Unblind command,
      LoadedEnrollment loaded,
      Optional<Answer> kept,
      UUID ref,
      byte[] readerKey,
      Answer.Encoder<EnrollmentHistory> encoder) {
    Instant now = now();
    return switch (EnrollmentDecider.decide(
        command, loaded.history().state(), loaded.facts(), now)) {
      case Decision.Refused<EnrollmentEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events) -> {
        EnrollmentHistory after = loaded.history().with(events, now);
        Answer answer = kept.orElseGet(() -> encoder.encode(after));
        List<Change> changes = new ArrayList<>(new EnrollmentChanges(loaded, events).of(after));
        changes.add(ask(after, ref, readerKey));
        if (kept.isEmpty()) {
          changes.add(new KeepAnswer(request, answer, Optional.empty()));
        }
        model.commit(List.of(new Caused(request.origin(), changes)), now);
        yield new Outcome.Answered(answer);
      }
    };
  }

  private static Change ask(EnrollmentHistory unblinded, UUID ref, byte[] readerKey) {
    // A registered patient stays registered, and no later event changes the attempt.
    Registered patient = (Registered) unblinded.state();
    return new AskArm(
        new ArmQuestion(ref, patient.subject(), unblinded.version(), patient.attempt(), readerKey));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
