package org.accrual.core.domain.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;

/** What holds for every sequence of commands. */
class EnrollmentLawsTest {

  @Provide
  Arbitrary<List<Object>> lives() {
    return EnrollmentLife.steps();
  }

  @Property
  void everyLifeFoldsTheSameHoweverItIsCut(@ForAll("lives") List<Object> steps) {
    EnrollmentLife life = new EnrollmentLife();
    for (Object step : steps) {
      life.step(step);
      assertThat(EnrollmentFold.fold(EnrollmentState.initial(), life.stream)).isEqualTo(life.state);
    }
  }

  @Property
  void whatHasEndedForGoodStaysSo(@ForAll("lives") List<Object> steps) {
    EnrollmentLife life = new EnrollmentLife();
    for (Object step : steps) {
      boolean ended = EnrollmentPhase.of(life.state).standing() == Standing.BARRED;
      EnrollmentState before = life.state;
      life.step(step);
      if (ended) {
        assertThat(life.state).isEqualTo(before);
      }
    }
  }

  @Property
  void screenedThenConsentedThenAssessedThenRequestedThenConfirmed(
      @ForAll("lives") List<Object> steps) {
    List<Class<?>> order =
        List.of(
            PatientScreened.class,
            ConsentRecorded.class,
            EligibilityRecorded.class,
            EnrollmentRequested.class,
            EnrollmentConfirmed.class);
    EnrollmentLife life = new EnrollmentLife();
    steps.forEach(life::step);
    List<Class<?>> happened = new ArrayList<>();
    for (EnrollmentEvent event : life.stream) {
      int place = order.indexOf(event.getClass());
      if (place > 0) {
        assertThat(happened).contains(order.get(place - 1));
      }
      happened.add(event.getClass());
    }
    assertThat(happened.stream().filter(PatientScreened.class::equals).count())
        .isLessThanOrEqualTo(1);
    assertThat(happened.stream().filter(EnrollmentConfirmed.class::equals).count())
        .isLessThanOrEqualTo(1);
  }
}
