package org.accrual.core.domain.enrollment;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Compensating;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.FollowUp;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command on every state. Facts, times and contents are varied in AssessmentTest. */
class EnrollmentDeciderTest {
  private static final Object NOT_ALLOWED = Reason.ENROLLMENT_TRANSITION_NOT_ALLOWED;
  private static final Object ALREADY = Reason.PATIENT_ALREADY_ENROLLED;
  private static final Object RUNNING = Reason.ENROLLMENT_IN_PROGRESS;
  private static final Object NO_CONSENT = Reason.CONSENT_REQUIRED;
  private static final Object NO_ARM = Reason.PATIENT_NOT_RANDOMIZED;

  private static final List<Class<?>> STATES =
      List.of(
          Screening.class,
          Consented.class,
          Eligible.class,
          Ineligible.class,
          PendingOnStudy.class,
          Compensating.class,
          OnStudy.class,
          FollowUp.class,
          OffStudy.class,
          Withdrawn.class,
          NotRegistered.class);

  /** What comes of a command in each state, in their order: events, or the reason of a refusal. */
  private static List<Object> expected(EnrollmentCommand command) {
    return switch (command) {
      case EnrollmentCommand.Screen _ ->
          List.of(
              ALREADY, ALREADY, ALREADY, ALREADY, ALREADY, ALREADY, ALREADY, ALREADY, ALREADY,
              ALREADY, ALREADY);
      case EnrollmentCommand.Rescreen _ ->
          List.of(
              ALREADY,
              ALREADY,
              ALREADY,
              List.of(SCREENED_AGAIN),
              ALREADY,
              ALREADY,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              List.of(SCREENED_AGAIN),
              List.of(SCREENED_AGAIN));
      case EnrollmentCommand.RecordConsent _ ->
          List.of(
              List.of(CONSENTED),
              List.of(CONSENTED),
              List.of(CONSENTED),
              NOT_ALLOWED,
              RUNNING,
              RUNNING,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.RecordEligibility _ ->
          List.of(
              NO_CONSENT,
              List.of(ASSESSED),
              Reason.ELIGIBILITY_ALREADY_RECORDED,
              NOT_ALLOWED,
              RUNNING,
              RUNNING,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.CorrectEligibility _ ->
          List.of(
              NOT_ALLOWED,
              NOT_ALLOWED,
              List.of(CORRECTED),
              List.of(CORRECTED),
              RUNNING,
              RUNNING,
              List.of(CORRECTED),
              List.of(CORRECTED),
              List.of(CORRECTED),
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.Enroll enroll when enroll.consent().isPresent() ->
          List.of(
              List.of(CONSENTED, ASSESSED, REQUESTED),
              List.of(ASSESSED, REQUESTED),
              List.of(REQUESTED),
              Reason.PATIENT_NOT_ELIGIBLE,
              ALREADY,
              ALREADY,
              ALREADY,
              ALREADY,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.Enroll _ ->
          List.of(
              NO_CONSENT,
              Reason.ELIGIBILITY_REQUIRED,
              List.of(REQUESTED),
              Reason.PATIENT_NOT_ELIGIBLE,
              ALREADY,
              ALREADY,
              ALREADY,
              ALREADY,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.Withdraw _ ->
          List.of(
              List.of(WITHDRAWN),
              List.of(WITHDRAWN),
              List.of(WITHDRAWN),
              NOT_ALLOWED,
              List.of(new EnrollmentRejected(SUBJECT, "PATIENT_WITHDRAWN", false), WITHDRAWN),
              List.of(new EnrollmentRejected(SUBJECT, "KITS_EXHAUSTED", false), WITHDRAWN),
              List.of(LEFT, ENDED),
              List.of(LEFT, ENDED),
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.ReverseWithdrawal _ ->
          List.of(
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              RUNNING,
              RUNNING,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              List.of(REVERSED),
              NOT_ALLOWED);
      case EnrollmentCommand.StartFollowUp _ ->
          List.of(
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              RUNNING,
              RUNNING,
              List.of(FOLLOWED_UP),
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.TakeOffStudy _ ->
          List.of(
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED,
              RUNNING,
              RUNNING,
              List.of(TAKEN_OFF),
              List.of(TAKEN_OFF),
              NOT_ALLOWED,
              NOT_ALLOWED,
              NOT_ALLOWED);
      case EnrollmentCommand.Unblind _ ->
          List.of(
              NO_ARM,
              NO_ARM,
              NO_ARM,
              NO_ARM,
              RUNNING,
              RUNNING,
              List.of(UNBLINDED),
              List.of(UNBLINDED),
              List.of(UNBLINDED),
              NO_ARM,
              NO_ARM);
    };
  }

  /** Of a candidate. */
  private static final Map<EnrollmentCommand, Object> FIRST =
      Map.of(
          SCREEN,
          List.of(SCREENED),
          ENROLL,
          List.of(SCREENED, CONSENTED, ASSESSED, REQUESTED),
          ENROLL_RECORDED,
          NO_CONSENT);

  static Stream<Arguments> pairs() {
    return histories().keySet().stream()
        .flatMap(state -> commands().stream().map(c -> Arguments.of(state, c)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everyPairOfStateAndCommand(
      Class<? extends EnrollmentState> state, EnrollmentCommand command) {
    List<EnrollmentEvent> history = histories().get(state);
    enrollments().given(history).is(state);
    Object expected =
        state == Candidate.class
            ? FIRST.getOrDefault(command, Reason.ENROLLMENT_NOT_FOUND)
            : expected(command).get(STATES.indexOf(state));
    var when = enrollments().given(history).when(command);
    switch (expected) {
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
    assertThat(commands().stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(leaves(EnrollmentCommand.class));
  }

  @Test
  void everyEventOnAStateThatItWasNotDecidedOnIsAFault() {
    Map<Class<?>, Long> allowed = new LinkedHashMap<>();
    for (EnrollmentEvent event : everyEvent()) {
      long states =
          histories().values().stream().filter(history -> applies(state(history), event)).count();
      allowed.merge(event.getClass(), states, Long::sum);
    }
    assertThat(allowed.keySet()).isEqualTo(leaves(EnrollmentEvent.class));
    assertThat(allowed.values()).allMatch(states -> states < histories().size() / 2);
    assertThatThrownBy(() -> state(List.of(SCREENED, CONFIRMED)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> state(and(requested(), RANDOMIZED)))
        .isInstanceOf(IllegalStateException.class);
  }

  private static List<EnrollmentEvent> everyEvent() {
    return List.of(
        SCREENED,
        CONSENTED,
        ASSESSED,
        CORRECTED,
        REQUESTED,
        RESERVED,
        RANDOMIZED,
        ALLOCATED,
        CONFIRMED,
        COMPENSATING,
        REJECTED,
        WITHDRAWN,
        REVERSED,
        FOLLOWED_UP,
        TAKEN_OFF,
        UNBLINDED);
  }

  private static boolean applies(EnrollmentState state, EnrollmentEvent event) {
    try {
      return state.apply(event) != null;
    } catch (IllegalStateException fault) {
      return false;
    }
  }

  @Test
  void rejectedForNowIsEligibleAgainAndTheNextRequestIsAnotherAttempt() {
    enrollments().given(and(requested(), REJECTED)).when(ENROLL_RECORDED).then(REQUESTED);
    assertThat(state(and(requested(), REJECTED, REQUESTED)))
        .isInstanceOfSatisfying(PendingOnStudy.class, p -> assertThat(p.attempt()).isEqualTo(2));
  }

  @Test
  void aReversedWithdrawalIsWhereItStood() {
    var assessed = List.of(SCREENED, CONSENTED, ASSESSED);
    assertThat(state(and(assessed, WITHDRAWN, REVERSED))).isEqualTo(state(assessed));
  }

  @Test
  @DisplayName("A correction of a registered patient is recorded and changes nothing")
  void aCorrectionAfterRegistrationChangesNothing() {
    assertThat(state(and(confirmed(), CORRECTED))).isEqualTo(state(confirmed()));
  }

  @Test
  void unblindingChangesNothing() {
    assertThat(state(and(confirmed(), UNBLINDED))).isEqualTo(state(confirmed()));
  }

  static Set<Class<?>> leaves(Class<?> sealed) {
    return Arrays.stream(sealed.getPermittedSubclasses())
        .flatMap(sub -> sub.isSealed() ? leaves(sub).stream() : Stream.of(sub))
        .collect(Collectors.toSet());
  }
}
