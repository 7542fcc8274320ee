package org.accrual.consumers.notification;

/**
 * A patient of a study.
 *
 * @param patientId pseudonymous; unique in the study only
 */
record Patient(String studyId, String patientId) {
  /** Returns {@code study/patient}; ids hold no slash. */
  @Override
  public String toString() {
    return studyId + "/" + patientId;
  }
}
