package org.accrual.core.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Recorded;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityCorrected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentEvent.WithdrawalReversed;
import org.accrual.core.domain.enrollment.EnrollmentLife;
import org.accrual.core.domain.enrollment.EnrollmentPhase;
import org.accrual.core.domain.enrollment.Subject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EnrollmentMessagesTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final Subject SUBJECT = new Subject(new UUID(0, 1), "S1", "V1", "P1");
  private static final Eligibility ELIGIBLE = new Eligibility(true, "2", Map.of());
  private static final List<EnrollmentEvent> REJECTED =
      List.of(
          new PatientScreened(SUBJECT, 1, Optional.empty(), "nurse"),
          new ConsentRecorded(SUBJECT, new Consent("1", NOW), "nurse"),
          new EligibilityRecorded(SUBJECT, ELIGIBLE, "nurse"),
          new EnrollmentRequested(SUBJECT, "nurse"),
          new EnrollmentRejected(SUBJECT, "SITE_CAPACITY_EXHAUSTED", false));
  private static final EnrollmentEvent CORRECTED =
      new EligibilityCorrected(SUBJECT, ELIGIBLE, "misread", "nurse");

  @Test
  @DisplayName("An assessment that is corrected after a rejection has no reason of the rejection")
  void correctionEndsTheRejectionsReason() {
    assertThat(message(REJECTED).getReason()).isEqualTo("SITE_CAPACITY_EXHAUSTED");
    assertThat(message(and(REJECTED, CORRECTED)).getReason()).isEmpty();
  }

  @Test
  @DisplayName("A reversed withdrawal returns the reason before it, until eligibility is corrected")
  void reversalReturnsTheReasonUntilACorrection() {
    List<EnrollmentEvent> reversed =
        and(
            REJECTED,
            new PatientWithdrawn(SUBJECT, "moved", "nurse", false),
            new WithdrawalReversed(SUBJECT, "wrong patient", "nurse"));

    assertThat(message(reversed).getReason()).isEqualTo("SITE_CAPACITY_EXHAUSTED");
    assertThat(message(and(reversed, CORRECTED)).getReason()).isEmpty();
  }

  @Provide
  Arbitrary<List<EnrollmentEvent>> streams() {
    return EnrollmentLife.streams();
  }

  @Property
  void theMessagesStateIsTheOneThatCommandsAreDecidedOn(
      @ForAll("streams") List<EnrollmentEvent> stream) {
    for (int length = 1; length <= stream.size(); length++) {
      List<EnrollmentEvent> events = stream.subList(0, length);
      assertThat(message(events).getState().name())
          .isEqualTo("ENROLLMENT_STATE_" + EnrollmentPhase.of(history(events).state()).name());
    }
  }

  private static Enrollment message(List<EnrollmentEvent> events) {
    return EnrollmentMessages.enrollment(history(events));
  }

  private static EnrollmentHistory history(List<EnrollmentEvent> events) {
    List<Recorded<EnrollmentEvent>> recorded = new ArrayList<>();
    events.forEach(event -> recorded.add(new Recorded<>(recorded.size() + 1, NOW, event)));
    return new EnrollmentHistory(recorded);
  }

  private static List<EnrollmentEvent> and(List<EnrollmentEvent> events, EnrollmentEvent... more) {
    List<EnrollmentEvent> all = new ArrayList<>(events);
    all.addAll(List.of(more));
    return all;
  }
}
