package org.accrual.core.domain.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.core.domain.study.StudyDesign.Arm;
import org.accrual.core.domain.study.StudyDesign.Factor;
import org.accrual.core.domain.study.StudyEvent.AccrualSuspended;
import org.accrual.core.domain.study.StudyEvent.StudyActivated;
import org.accrual.core.domain.study.StudyEvent.StudyClosedToAccrual;
import org.accrual.core.domain.study.StudyEvent.StudyCompleted;
import org.accrual.core.domain.study.StudyEvent.StudyRegistered;

public final class StudyFixtures {
  public static final String STUDY = "S1";

  public static final StudyDesign DESIGN =
      new StudyDesign(
          STUDY,
          "A study",
          List.of(new Arm("A", 1), new Arm("B", 2)),
          List.of(
              new Factor("sex", List.of("f", "m")),
              new Factor("age", List.of("below-65", "65-and-above"))),
          100,
          Optional.empty());

  public static final StudyRegistered REGISTERED =
      new StudyRegistered(DESIGN, RandomizationDesign.DEFAULT, AccrualLimits.NONE);

  private StudyFixtures() {}

  /** A history that leads to each state there is. */
  public static Map<Class<? extends StudyState>, List<StudyEvent>> histories() {
    StudyEvent activated = new StudyActivated(STUDY);
    StudyEvent suspended = new AccrualSuspended(STUDY, "pause");
    StudyEvent closed = new StudyClosedToAccrual(STUDY, "enough");
    Map<Class<? extends StudyState>, List<StudyEvent>> histories = new LinkedHashMap<>();
    histories.put(StudyState.Unregistered.class, List.of());
    histories.put(StudyState.Approved.class, List.of(REGISTERED));
    histories.put(StudyState.Active.class, List.of(REGISTERED, activated));
    histories.put(StudyState.TemporarilyClosed.class, List.of(REGISTERED, activated, suspended));
    histories.put(StudyState.ClosedToAccrual.class, List.of(REGISTERED, activated, closed));
    histories.put(
        StudyState.Completed.class,
        List.of(REGISTERED, activated, closed, new StudyCompleted(STUDY)));
    return histories;
  }

  public static List<StudyCommand> commands() {
    return List.of(
        new StudyCommand.Register(DESIGN, RandomizationDesign.DEFAULT, AccrualLimits.NONE),
        new StudyCommand.Activate(STUDY),
        new StudyCommand.SuspendAccrual(STUDY, "pause"),
        new StudyCommand.ResumeAccrual(STUDY),
        new StudyCommand.CloseToAccrual(STUDY, "enough"),
        new StudyCommand.Complete(STUDY));
  }
}
