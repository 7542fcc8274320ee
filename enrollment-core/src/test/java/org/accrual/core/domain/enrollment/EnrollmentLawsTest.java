package org.accrual.core.domain.enrollment;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;

/** What holds for every sequence of commands. */
class EnrollmentLawsTest {

  @Provide
  Arbitrary<List<EnrollmentCommand>> commands() {
    return Arbitraries.of(
            SCREEN,
            RECORD_CONSENT,
            RECORD_ELIGIBILITY,
            new EnrollmentCommand.RecordEligibility(NOT_ELIGIBLE, BY),
            ENROLL,
            ENROLL_RECORDED,
            CONFIRM,
            REJECT,
            new EnrollmentCommand.Reject("NOT_ALLOWED", true),
            WITHDRAW)
        .list()
        .ofMaxSize(30);
  }

  @Property
  void everySequenceFoldsTheSameHoweverItIsCut(@ForAll("commands") List<EnrollmentCommand> all) {
    EnrollmentState state = EnrollmentState.initial();
    List<EnrollmentEvent> stream = new ArrayList<>();
    for (EnrollmentCommand command : all) {
      Decision<EnrollmentEvent> decision = EnrollmentDecider.decide(command, state, OPEN, NOW);
      assertThat(EnrollmentDecider.decide(command, state, OPEN, NOW)).isEqualTo(decision);
      if (decision instanceof Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events)) {
        stream.addAll(events);
        state = EnrollmentDecider.fold(state, events);
      }
      assertThat(EnrollmentDecider.fold(EnrollmentState.initial(), stream)).isEqualTo(state);
    }
  }

  @Property
  void whatHasEndedStaysAsItIs(@ForAll("commands") List<EnrollmentCommand> all) {
    EnrollmentState state = EnrollmentState.initial();
    boolean ended = false;
    for (EnrollmentCommand command : all) {
      Decision<EnrollmentEvent> decision = EnrollmentDecider.decide(command, state, OPEN, NOW);
      if (ended) {
        assertThat(decision).isInstanceOf(Decision.Refused.class);
      } else if (decision instanceof Decision.Accepted<EnrollmentEvent>(var events)) {
        state = EnrollmentDecider.fold(state, events);
        ended = EnrollmentPhase.of(state).standing() != Standing.LIVE;
      }
    }
  }

  @Property
  void screenedThenConsentedThenAssessedThenRequestedThenConfirmed(
      @ForAll("commands") List<EnrollmentCommand> all) {
    List<Class<?>> order =
        List.of(
            PatientScreened.class,
            ConsentRecorded.class,
            EligibilityRecorded.class,
            EnrollmentRequested.class,
            EnrollmentConfirmed.class);
    EnrollmentState state = EnrollmentState.initial();
    List<Class<?>> happened = new ArrayList<>();
    for (EnrollmentCommand command : all) {
      if (EnrollmentDecider.decide(command, state, OPEN, NOW)
          instanceof Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events)) {
        state = EnrollmentDecider.fold(state, events);
        for (EnrollmentEvent event : events) {
          int place = order.indexOf(event.getClass());
          if (place > 0) {
            assertThat(happened).contains(order.get(place - 1));
          }
          happened.add(event.getClass());
        }
      }
    }
    assertThat(happened.stream().filter(PatientScreened.class::equals).count())
        .isLessThanOrEqualTo(1);
    assertThat(happened.stream().filter(EnrollmentConfirmed.class::equals).count())
        .isLessThanOrEqualTo(1);
  }
}
