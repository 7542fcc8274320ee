package org.accrual.core.domain.enrollment;

/** The kind of end that a patient's time on study had, as flow diagrams of trials tell them. */
public enum OffStudyCause {
  /** Nobody said. */
  UNSPECIFIED,
  COMPLETED,
  /** The patient withdrew, or was withdrawn. */
  WITHDRAWAL,
  LOST_TO_FOLLOW_UP,
  ADVERSE_EVENT,
  DEATH,
  PROTOCOL_DEVIATION,
  OTHER;

  /** Of its name in an event; what a newer build wrote and this one does not know is OTHER. */
  public static OffStudyCause ofName(String name) {
    for (OffStudyCause cause : values()) {
      if (cause.name().equals(name)) {
        return cause;
      }
    }
    return OTHER;
  }
}
