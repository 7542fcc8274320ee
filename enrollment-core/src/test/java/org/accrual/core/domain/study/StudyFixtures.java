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
          RandomizationDesign.DEFAULT,
          Optional.empty());

  private StudyFixtures() {}

  /** A history that leads to each state there is. */
  public static Map<Class<? extends StudyState>, List<StudyEvent>> histories() {
    StudyEvent registered = new StudyRegistered(DESIGN);
    StudyEvent activated = new StudyActivated(STUDY);
    StudyEvent suspended = new AccrualSuspended(STUDY, "pause");
    StudyEvent closed = new StudyClosedToAccrual(STUDY, "enough");
    Map<Class<? extends StudyState>, List<StudyEvent>> histories = new LinkedHashMap<>();
    histories.put(StudyState.Unregistered.class, List.of());
    histories.put(StudyState.Approved.class, List.of(registered));
    histories.put(StudyState.Active.class, List.of(registered, activated));
    histories.put(StudyState.TemporarilyClosed.class, List.of(registered, activated, suspended));
    histories.put(StudyState.ClosedToAccrual.class, List.of(registered, activated, closed));
    histories.put(
        StudyState.Completed.class,
        List.of(registered, activated, closed, new StudyCompleted(STUDY)));
    return histories;
  }

  public static List<StudyCommand> commands() {
    return List.of(
        new StudyCommand.Register(DESIGN),
        new StudyCommand.Activate(STUDY),
        new StudyCommand.SuspendAccrual(STUDY, "pause"),
        new StudyCommand.ResumeAccrual(STUDY),
        new StudyCommand.CloseToAccrual(STUDY, "enough"),
        new StudyCommand.Complete(STUDY));
  }
}
