package org.accrual.core.domain.enrollment;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command on every state. Facts, times and contents are varied in AssessmentTest. */
class EnrollmentDeciderTest {
  private static final Object NOT_FOUND = Reason.ENROLLMENT_NOT_FOUND;
  private static final Object NOT_ALLOWED = Reason.ENROLLMENT_TRANSITION_NOT_ALLOWED;
  private static final Object ALREADY = Reason.PATIENT_ALREADY_ENROLLED;
  private static final Object NO_CONSENT = Reason.CONSENT_REQUIRED;

  /** For each command, what comes of it on each state: events, or the reason of a refusal. */
  private static final Map<EnrollmentCommand, Map<Class<?>, Object>> EXPECTED = new HashMap<>();

  static {
    EXPECTED.put(
        SCREEN,
        row(
            List.of(SCREENED),
            ALREADY,
            ALREADY,
            ALREADY,
            ALREADY,
            ALREADY,
            ALREADY,
            ALREADY,
            ALREADY,
            ALREADY));
    EXPECTED.put(
        RECORD_CONSENT,
        row(
            NOT_FOUND,
            List.of(CONSENTED),
            List.of(CONSENTED),
            List.of(CONSENTED),
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED));
    EXPECTED.put(
        RECORD_ELIGIBILITY,
        row(
            NOT_FOUND,
            NO_CONSENT,
            List.of(ASSESSED),
            Reason.ELIGIBILITY_ALREADY_RECORDED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED));
    EXPECTED.put(
        ENROLL,
        row(
            List.of(SCREENED, CONSENTED, ASSESSED, REQUESTED),
            List.of(CONSENTED, ASSESSED, REQUESTED),
            List.of(ASSESSED, REQUESTED),
            List.of(REQUESTED),
            Reason.PATIENT_NOT_ELIGIBLE,
            ALREADY,
            ALREADY,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED));
    EXPECTED.put(
        ENROLL_RECORDED,
        row(
            NO_CONSENT,
            NO_CONSENT,
            Reason.ELIGIBILITY_REQUIRED,
            List.of(REQUESTED),
            Reason.PATIENT_NOT_ELIGIBLE,
            ALREADY,
            ALREADY,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED));
    EXPECTED.put(
        CONFIRM,
        row(
            NOT_FOUND,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            List.of(CONFIRMED),
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED));
    EXPECTED.put(
        REJECT,
        row(
            NOT_FOUND,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            List.of(REJECTED),
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED));
    EXPECTED.put(
        WITHDRAW,
        row(
            NOT_FOUND,
            List.of(WITHDRAWN),
            List.of(WITHDRAWN),
            List.of(WITHDRAWN),
            NOT_ALLOWED,
            List.of(WITHDRAWN),
            List.of(TAKEN_OFF),
            NOT_ALLOWED,
            NOT_ALLOWED,
            NOT_ALLOWED));
  }

  private static Map<Class<?>, Object> row(
      Object candidate,
      Object screening,
      Object consented,
      Object eligible,
      Object ineligible,
      Object pending,
      Object onStudy,
      Object offStudy,
      Object withdrawn,
      Object notRegistered) {
    return Map.of(
        Candidate.class, candidate,
        Screening.class, screening,
        Consented.class, consented,
        Eligible.class, eligible,
        Ineligible.class, ineligible,
        PendingOnStudy.class, pending,
        OnStudy.class, onStudy,
        OffStudy.class, offStudy,
        Withdrawn.class, withdrawn,
        NotRegistered.class, notRegistered);
  }

  static Stream<Arguments> pairs() {
    return histories().keySet().stream()
        .flatMap(state -> EXPECTED.keySet().stream().map(c -> Arguments.of(state, c)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyPairOfStateAndCommand(
      Class<? extends EnrollmentState> state, EnrollmentCommand command) {
    List<EnrollmentEvent> history = histories().get(state);
    enrollments().given(history).is(state);
    var when = enrollments().given(history).when(command);
    switch (EXPECTED.get(command).get(state)) {
      case Reason reason -> {
        var about = when.refused(reason).about();
        // A candidate has no id that anybody could look for.
        assertThat(about.get("enrollment_id"))
            .isEqualTo(state == Candidate.class ? null : ID.toString());
      }
      case List<?> events -> when.then(events.toArray(EnrollmentEvent[]::new));
      default -> throw new AssertionError();
    }
  }

  @Test
  void thePairsAreAllThereAre() {
    assertThat(histories().keySet()).isEqualTo(leaves(EnrollmentState.class));
    assertThat(EXPECTED.keySet().stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(leaves(EnrollmentCommand.class));
  }

  @Test
  void rejectedForNowIsEligibleAgain() {
    enrollments()
        .given(SCREENED, CONSENTED, ASSESSED, REQUESTED, REJECTED)
        .when(ENROLL_RECORDED)
        .then(REQUESTED);
  }

  @Test
  void aFreeSlotConfirmsAndNoneRejects() {
    assertThat(new SiteSlots(5, 4).settle()).isEqualTo(CONFIRM);
    assertThat(new SiteSlots(5, 5).settle()).isEqualTo(REJECT);
    assertThat(new SiteSlots(3, 5).settle()).isEqualTo(REJECT);
    assertThat(new SiteSlots(0, 0).settle()).isEqualTo(REJECT);
  }

  static Set<Class<?>> leaves(Class<?> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses())
        .flatMap(sub -> sub.isSealed() ? leaves(sub).stream() : Stream.of(sub))
        .collect(Collectors.toSet());
  }
}
