package org.accrual.core.domain.study;

import java.util.Arrays;
import org.accrual.core.domain.study.StudyState.Registered;

/** The states of a registered study by the codes under which they are stored and shown. */
public enum StudyPhase {
  APPROVED("approved"),
  ACTIVE("active"),
  TEMPORARILY_CLOSED_TO_ACCRUAL("temporarily-closed-to-accrual"),
  CLOSED_TO_ACCRUAL("closed-to-accrual"),
  COMPLETED("completed");

  private final String code;

  StudyPhase(String code) {
    this.code = code;
  }

  /** FHIR's code, such as {@code temporarily-closed-to-accrual}. */
  public String code() {
    return code;
  }

  /** The study in this state. */
  public Registered with(StudyDesign design) {
    return switch (this) {
      case APPROVED -> new StudyState.Approved(design);
      case ACTIVE -> new StudyState.Active(design);
      case TEMPORARILY_CLOSED_TO_ACCRUAL -> new StudyState.TemporarilyClosed(design);
      case CLOSED_TO_ACCRUAL -> new StudyState.ClosedToAccrual(design);
      case COMPLETED -> new StudyState.Completed(design);
    };
  }

  public static StudyPhase of(Registered state) {
    return switch (state) {
      case StudyState.Approved _ -> APPROVED;
      case StudyState.Active _ -> ACTIVE;
      case StudyState.TemporarilyClosed _ -> TEMPORARILY_CLOSED_TO_ACCRUAL;
      case StudyState.ClosedToAccrual _ -> CLOSED_TO_ACCRUAL;
      case StudyState.Completed _ -> COMPLETED;
    };
  }

  /** The state of a code that was stored. */
  public static StudyPhase ofCode(String code) {
    return Arrays.stream(values())
        .filter(phase -> phase.code.equals(code))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no state of a study: " + code));
  }
}
