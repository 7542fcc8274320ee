package org.accrual.core.domain.saga;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.SUBJECT;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentFixtures;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.OffStudyCause;
import org.accrual.core.domain.saga.SagaInput.Answered;

public final class SagaFixtures {
  static final int REPEATS = 2;
  static final SealedArm SEALED = new SealedArm(new byte[] {7});
  static final long STUDY_VERSION = 2;
  static final long SITE_VERSION = 3;

  public static final List<ParticipantAnswer> ANSWERS =
      List.of(
          new ParticipantAnswer.SlotReserved(),
          new ParticipantAnswer.SlotRefused("SITE_CAPACITY_EXHAUSTED"),
          new ParticipantAnswer.SlotReleased(),
          new ParticipantAnswer.KitsHeld(),
          new ParticipantAnswer.KitsRefused("KITS_EXHAUSTED"),
          new ParticipantAnswer.KitAllocated("K1"),
          new ParticipantAnswer.KitsReleased(),
          new ParticipantAnswer.Randomized("a-1", "R-1", SEALED),
          new ParticipantAnswer.RandomizationRefused("STRATUM_UNKNOWN"));

  private SagaFixtures() {}

  static Answered answered(ParticipantAnswer answer) {
    return new Answered(1, answer);
  }

  /** Every input there is: answers to this request, silence, a cancellation. */
  public static List<SagaInput> inputs() {
    List<SagaInput> inputs = new ArrayList<>();
    ANSWERS.forEach(answer -> inputs.add(answered(answer)));
    inputs.add(new SagaInput.Repeat());
    inputs.add(new SagaInput.Stop(RejectionReason.CANCELLED));
    return inputs;
  }

  public static SagaRun run(SagaStep step) {
    boolean request = step.course() != SagaStep.Course.RETURN;
    return new SagaRun(1, step, request ? STUDY_VERSION : 0, request ? SITE_VERSION : 0, REPEATS);
  }

  /** The enrollment while a run is at a step. */
  public static EnrollmentState state(SagaStep step) {
    List<EnrollmentEvent> stream = new ArrayList<>(EnrollmentFixtures.requested());
    EnrollmentEvent reserved = new EnrollmentEvent.SlotReserved(SUBJECT);
    switch (step) {
      case RESERVE_SLOT -> {}
      case HOLD_KITS, RANDOMIZE -> stream.add(reserved);
      case ALLOCATE_KIT ->
          stream.addAll(List.of(reserved, new EnrollmentEvent.Randomized(SUBJECT, "a-1", "R-1")));
      case RELEASE_KITS, RELEASE_SLOT ->
          stream.addAll(
              List.of(
                  reserved,
                  new EnrollmentEvent.CompensationStarted(SUBJECT, "KITS_EXHAUSTED", false)));
      case RETURN_SLOT -> {
        stream = new ArrayList<>(EnrollmentFixtures.confirmed());
        stream.add(new EnrollmentEvent.PatientWithdrawn(SUBJECT, "moved", "dr-a", true));
        stream.add(
            new EnrollmentEvent.TakenOffStudy(SUBJECT, OffStudyCause.WITHDRAWAL, "moved", "dr-a"));
      }
    }
    return EnrollmentFixtures.state(stream);
  }

  /** What comes of an input at a step. */
  public static SagaTurn decide(SagaStep step, SagaInput input) {
    return SagaDecider.decide(input, state(step), Optional.of(run(step)));
  }

  /** What comes of an input without a run. */
  public static SagaTurn decide(EnrollmentState state, SagaInput input) {
    return SagaDecider.decide(input, state, Optional.empty());
  }
}
