package org.accrual.core.domain.study;

/** A command on a study. */
public sealed interface StudyCommand {
  String studyId();

  record Register(StudyDesign design, RandomizationDesign randomization, AccrualLimits limits)
      implements StudyCommand {
    @Override
    public String studyId() {
      return design.studyId();
    }
  }

  record Activate(String studyId) implements StudyCommand {}

  record SuspendAccrual(String studyId, String reason) implements StudyCommand {}

  record ResumeAccrual(String studyId) implements StudyCommand {}

  record CloseToAccrual(String studyId, String reason) implements StudyCommand {}

  record Complete(String studyId) implements StudyCommand {}
}
